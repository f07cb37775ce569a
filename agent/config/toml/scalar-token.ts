// TOML values without quotes: numbers, true and false, dates. Source: TOML 1.0. Messages never repeat the text: after a
// substitution of variables it may be a secret.

import type { Cursor } from "./cursor.ts";
import type { Position, TomlValue } from "./value.ts";

const DATE_TIME =
  /\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?|\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?/y;
const WORD = /[^\s,\]}#="'[{]+/y;
const INTEGER = /^[+-]?(?:0|[1-9](?:_?\d)*)$/;
const FLOAT = /^[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?$/;
const PREFIXED = /^0(?:x[0-9a-fA-F](?:_?[0-9a-fA-F])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$/;
const SPECIAL = /^([+-]?)(inf|nan)$/;

/** Reads the value at the cursor. `bareVariables`: `$NAME` without quotes is read as the string of that text. */
export function readScalar(cursor: Cursor, bareVariables: boolean): TomlValue {
  const start = cursor.offset;
  const at = cursor.at;
  if (cursor.next === "$") return readVariable(cursor, at, bareVariables);
  const date = cursor.match(DATE_TIME);
  const word = cursor.match(WORD) ?? "";
  if (date !== undefined && word === "") return { type: "datetime", value: date, at };
  const value = scalar((date ?? "") + word, at);
  if (value !== undefined) return value;
  if (date === undefined && word === "") return cursor.fail("the value is missing", "write one after the =", start);
  return cursor.fail("the value is neither quoted, nor a number, true or false", 'put text in quotes: "…"', start);
}

function scalar(word: string, at: Position): TomlValue | undefined {
  if (word === "true" || word === "false") return { type: "boolean", value: word === "true", at };
  const digits = word.replaceAll("_", "");
  if (INTEGER.test(word)) return integer(BigInt(digits.replace(/^[+-]/, "")) * (word.startsWith("-") ? -1n : 1n), at);
  if (PREFIXED.test(word)) return integer(BigInt(digits), at);
  if (FLOAT.test(word)) return { type: "float", value: Number(digits), at };
  const special = SPECIAL.exec(word);
  if (special === null) return undefined;
  const value = special[2] === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
  return { type: "float", value: special[1] === "-" ? -value : value, at };
}

/** undefined when it does not fit 64 bits. */
function integer(value: bigint, at: Position): TomlValue | undefined {
  return BigInt.asIntN(64, value) === value ? { type: "integer", value, at } : undefined;
}

function readVariable(cursor: Cursor, at: Position, allowed: boolean): TomlValue {
  const start = cursor.offset;
  const text = cursor.match(/\$(?:\{[^}\r\n]*\}|[^\s,\]}#=]*)/y) as string;
  if (allowed) return { type: "string", value: text, at };
  return cursor.fail(
    "a variable without quotes has no value here",
    "set the variable, or put it in quotes where the option takes a string",
    start,
  );
}
