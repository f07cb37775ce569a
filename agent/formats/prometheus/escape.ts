// Quoted text and its escapes.

import { BACKSLASH, LETTER_N, LINE_FEED, QUOTE } from "./byte-class.ts";

/** Offset of the quote that ends the text at `at`; `end` when there is none. */
export function quotedEnd(bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end) {
    const byte = bytes[next];
    if (byte === QUOTE) return next;
    next += byte === BACKSLASH ? 2 : 1;
  }
  return end;
}

/** The classic format allows these three escapes only; OpenMetrics leaves others as they are. */
export function unescapeText(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

/** Offset of the first escape that the classic format does not know; -1: all is well. */
export function badEscape(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (bytes[at] !== BACKSLASH) {
      at += 1;
      continue;
    }
    const escaped = at + 1 < end ? bytes[at + 1] : LINE_FEED;
    if (escaped !== BACKSLASH && escaped !== LETTER_N && escaped !== QUOTE) return at;
    at += 2;
  }
  return -1;
}
