// TOML strings: basic, literal, and both multi-line forms. Source: TOML 1.0 "String", and influxdata/toml for the
// escape `\/`. `\e` and `\xHH` of TOML 1.1 are read as well.

import type { Cursor } from "./cursor.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\u001b",
  '"': '"',
  "\\": "\\",
  "/": "/",
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads the string at the cursor, which stands at a quote. */
export function readString(cursor: Cursor): string {
  const quote = cursor.next;
  const opening = cursor.offset;
  if (cursor.take(quote.repeat(3))) return readMultiLine(cursor, quote, opening);
  cursor.take(quote);
  const isBasic = quote === '"';
  const plain = isBasic ? /[^"\\\r\n]+/y : /[^'\r\n]+/y;
  let text = "";
  for (;;) {
    const part = cursor.match(plain);
    if (part !== undefined) text += checked(cursor, part);
    else if (cursor.take(quote)) return text;
    else if (cursor.next === "\\") text += readEscape(cursor);
    else cursor.fail("the string is not closed on its line", `add ${quote} at its end`, opening, cursor.offset);
  }
}

function readMultiLine(cursor: Cursor, quote: string, opening: number): string {
  cursor.match(/\r\n|\n|\r/y);
  const plain = quote === '"' ? /[^"\\]+/y : /[^']+/y;
  let text = "";
  while (!cursor.done) {
    const part = cursor.match(plain);
    if (part !== undefined) text += checked(cursor, part);
    else if (cursor.next === "\\") text += cursor.match(/\\[ \t]*(?:\r\n|\n|\r)[ \t\r\n]*/y) ? "" : readEscape(cursor);
    else if (cursor.startsWith(quote.repeat(3))) return text + closingQuotes(cursor, quote);
    else if (cursor.take(quote)) text += quote;
  }
  return cursor.fail("the multi-line string is not closed", `add ${quote.repeat(3)} at its end`, opening);
}

/** Up to two quotes may stand directly before the closing three. */
function closingQuotes(cursor: Cursor, quote: string): string {
  let count = 0;
  while (count < 5 && cursor.take(quote)) count++;
  return quote.repeat(count - 3);
}

function readEscape(cursor: Cursor): string {
  const start = cursor.offset;
  cursor.take("\\");
  const letter = cursor.next;
  const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (simple !== undefined) {
    cursor.offset++;
    return simple;
  }
  const digits = Object.hasOwn(HEX_DIGITS, letter) ? HEX_DIGITS[letter] : undefined;
  if (digits === undefined)
    return cursor.fail("the string has an unknown escape", String.raw`write \\ for a backslash`, start);
  const hex = cursor.text.slice(cursor.offset + 1, cursor.offset + 1 + digits);
  const code = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : -1;
  if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    cursor.fail(
      "the string has an escape that names no character",
      `write \\${letter} and ${digits} hex digits`,
      start,
    );
  cursor.offset += 1 + digits;
  return String.fromCodePoint(code);
}

/** Control characters come from binary files and broken editors, hardly from a person. */
function checked(cursor: Cursor, part: string): string {
  // oxlint-disable-next-line no-control-regex
  const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(part);
  if (control === null) return part;
  const place = cursor.offset - part.length + control.index;
  const code = control[0].charCodeAt(0).toString(16).padStart(4, "0");
  return cursor.fail("the string contains a control character", `write it as \\u${code}`, place);
}
