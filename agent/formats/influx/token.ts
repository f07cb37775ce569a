// The unquoted words of line protocol: measurement, tag key, tag value, field key.
// Source: telegraf plugins/parsers/influx/machine.go.rl and escape.go (1.39.3).

import { decodeText } from "../../core/byte-text.ts";
import { BACKSLASH, BLANK, CLASS, COMMA, EQUALS, LINE_END } from "./character-class.ts";
import type { Cursor } from "./cursor.ts";
import { unescape } from "./unescape.ts";

export type TokenKind = "measurement" | "tag" | "fieldKey";

const STOPS: Readonly<Record<TokenKind, number>> = {
  measurement: BLANK | LINE_END | COMMA | BACKSLASH,
  tag: BLANK | LINE_END | COMMA | EQUALS | BACKSLASH,
  fieldKey: BLANK | LINE_END | COMMA | EQUALS | BACKSLASH,
};
const SPACE = 0x20;

/** Leaves the cursor behind the token, or where it went wrong: undefined then. A token has at least one byte. */
export function readToken(cursor: Cursor, kind: TokenKind): string | undefined {
  const { bytes, end } = cursor;
  const stops = STOPS[kind];
  const start = cursor.at;
  let at = start;
  let escaped = false;
  for (; at < end; at++) {
    const found = (CLASS[bytes[at] as number] as number) & stops;
    if (found === 0) continue;
    if (found !== BACKSLASH) break;
    escaped = true;
    const next = at + 1 < end ? (bytes[at + 1] as number) : -1;
    if (next < 0 || isControl(next)) {
      cursor.at = at + 1;
      return undefined;
    }
    // In tags a backslash in front of another stands for itself and the second one starts anew; elsewhere they pair.
    if (kind !== "tag" || CLASS[next] !== BACKSLASH) at += 1;
  }
  cursor.at = at;
  if (at === start) return undefined;
  return escaped
    ? unescape(bytes, { start, end: at }, kind === "measurement" ? "name" : "key")
    : decodeText(bytes, start, at);
}

/** TAB, LF, VT, FF, CR. */
function isControl(byte: number): boolean {
  return ((CLASS[byte] as number) & (BLANK | LINE_END)) !== 0 && byte !== SPACE;
}
