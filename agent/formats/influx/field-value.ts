// The right side of a field: number, quoted string or boolean, and what may stand behind it.
// Source: telegraf plugins/parsers/influx/machine.go.rl and handler.go (1.39.3).

import { decodeText } from "../../core/byte-text.ts";
import { type FieldValue, Unsigned } from "../../core/metric.ts";
import { BLANK, CLASS, COMMA, DIGIT, LINE_END } from "./character-class.ts";
import type { Cursor } from "./cursor.ts";
import { readInt64, readUint64 } from "./integer.ts";
import type { InfluxParseError } from "./parse-error.ts";
import { unescape } from "./unescape.ts";

const LF = 0x0a;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_U = 0x75;
const LOWER_CASE = 0x20;

/** Leaves the cursor behind the value, or where it went wrong. */
export function readFieldValue(cursor: Cursor): FieldValue | InfluxParseError {
  const first = cursor.peek();
  if (first === QUOTE) return readString(cursor);
  if (first === MINUS || first === POINT || (first >= 0 && CLASS[first] === DIGIT)) return readNumber(cursor);
  return readBoolean(cursor);
}

function readString(cursor: Cursor): string | InfluxParseError {
  const { bytes, end } = cursor;
  cursor.at += 1;
  const start = cursor.at;
  let escaped = false;
  for (; cursor.at < end; cursor.at++) {
    const byte = bytes[cursor.at] as number;
    if (byte === QUOTE) break;
    if (byte === LF) {
      cursor.line += 1;
      cursor.lineStart = cursor.at + 1;
    } else if (byte === BACKSLASH) {
      escaped = true;
      cursor.at += 1;
      const next = cursor.peek();
      if (next !== QUOTE && next !== BACKSLASH) return cursor.fault("expected field");
    }
  }
  if (cursor.at >= end) return cursor.fault("expected field");
  const stop = cursor.at;
  cursor.at += 1;
  if (!atValueEnd(cursor)) return cursor.fault("expected field");
  return escaped ? unescape(bytes, { start, end: stop }, "string") : decodeText(bytes, start, stop);
}

function readNumber(cursor: Cursor): FieldValue | InfluxParseError {
  const { bytes } = cursor;
  const start = cursor.at;
  if (cursor.peek() === MINUS) cursor.at += 1;
  const digitsAt = cursor.at;
  const digits = skipDigits(cursor);
  const next = cursor.peek();
  // No superfluous zero in front of an integer; floats may have them.
  const mayBeInteger = digits === 1 || (digits > 1 && bytes[digitsAt] !== ZERO);
  if (mayBeInteger && next === LETTER_I) return readInteger(cursor, start, "signed");
  if (mayBeInteger && next === LETTER_U && digitsAt === start) return readInteger(cursor, start, "unsigned");
  if (next === POINT) {
    cursor.at += 1;
    if (skipDigits(cursor) + digits === 0) return cursor.fault("expected field");
  } else if (digits === 0) {
    return cursor.fault("expected field");
  }
  return readFloat(cursor, start);
}

/** The cursor is at the suffix. */
function readInteger(cursor: Cursor, start: number, kind: "signed" | "unsigned"): FieldValue | InfluxParseError {
  const end = cursor.at;
  cursor.at += 1;
  if (!atValueEnd(cursor)) return cursor.fault("expected field");
  const value = kind === "signed" ? readInt64(cursor.bytes, start, end) : readUint64(cursor.bytes, start, end);
  if (value === undefined) return cursor.fault("value out of range");
  return kind === "signed" ? value : new Unsigned(value);
}

/** The cursor is behind the digits, at the exponent if there is one. */
function readFloat(cursor: Cursor, start: number): number | InfluxParseError {
  let quoteInExponent = false;
  if ((cursor.peek() | LOWER_CASE) === LETTER_E && cursor.at < cursor.end) {
    cursor.at += 1;
    const sign = cursor.peek();
    // Upstream's grammar lets a quote pass for a sign, and its number reader refuses it afterwards.
    quoteInExponent = sign === QUOTE;
    if (sign === MINUS || sign === PLUS || quoteInExponent) cursor.at += 1;
    if (skipDigits(cursor) === 0) return cursor.fault("expected field");
  }
  if (!atValueEnd(cursor)) return cursor.fault("expected field");
  if (quoteInExponent) return cursor.fault("invalid syntax");
  const value = Number(cursor.bytes.toString("latin1", start, cursor.at));
  return Number.isFinite(value) ? value : cursor.fault("value out of range");
}

// What may follow the first letter, the first alternative with a matching first byte being the only one.
const BOOLEANS: ReadonlyMap<number, { readonly value: boolean; readonly rests: readonly string[] }> = new Map([
  [0x74, { value: true, rests: ["rue"] }],
  [0x54, { value: true, rests: ["rue", "RUE"] }],
  [0x66, { value: false, rests: ["alse"] }],
  [0x46, { value: false, rests: ["alse", "ALSE"] }],
]);

function readBoolean(cursor: Cursor): boolean | InfluxParseError {
  const word = BOOLEANS.get(cursor.peek());
  if (word === undefined) return cursor.fault("expected field");
  cursor.at += 1;
  const next = cursor.peek();
  const rest = word.rests.find((candidate) => candidate.charCodeAt(0) === next) ?? "";
  for (let i = 0; i < rest.length; i++) {
    if (cursor.peek() !== rest.charCodeAt(i)) return cursor.fault("expected field");
    cursor.at += 1;
  }
  return atValueEnd(cursor) ? word.value : cursor.fault("expected field");
}

function skipDigits(cursor: Cursor): number {
  const { bytes, end } = cursor;
  const start = cursor.at;
  let at = start;
  while (at < end && CLASS[bytes[at] as number] === DIGIT) at += 1;
  cursor.at = at;
  return at - start;
}

function atValueEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.end || ((CLASS[cursor.peek()] as number) & (COMMA | BLANK | LINE_END)) !== 0;
}
