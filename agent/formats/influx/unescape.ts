// Takes the backslashes of line protocol out again. Called only for texts that hold one.
// Source: telegraf plugins/parsers/influx/escape.go (1.39.3).

import { decodeText } from "../../core/byte-text.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

/** Which bytes lose the backslash in front of them; all others keep it. */
const ESCAPABLE = {
  name: [COMMA, SPACE],
  key: [COMMA, SPACE, EQUALS, QUOTE],
  string: [QUOTE, BACKSLASH],
} satisfies Readonly<Record<string, readonly number[]>>;

/** The string that the bytes of the span stand for. */
export function unescape(
  bytes: Buffer,
  span: { readonly start: number; readonly end: number },
  kind: keyof typeof ESCAPABLE,
): string {
  const { start, end } = span;
  if (kind === "key" && !holdsSeparator(bytes, start, end)) return decodeText(bytes, start, end);
  const escapable: readonly number[] = ESCAPABLE[kind];
  const plain = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === BACKSLASH && at + 1 < end && escapable.includes(bytes[at + 1] as number)) at += 1;
    plain[length++] = bytes[at] as number;
  }
  return decodeText(plain, 0, length);
}

/** Upstream's shortcut, kept: a `\"` in a key is unescaped only where the key holds one of these as well. */
function holdsSeparator(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === SPACE || byte === COMMA || byte === EQUALS) return true;
  }
  return false;
}
