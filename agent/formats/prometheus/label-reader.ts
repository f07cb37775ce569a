// Reads label blocks whose syntax was checked before (text-labels.ts, openmetrics-labels.ts): names and values as text.

import {
  BACKSLASH,
  BRACE_CLOSE,
  COMMA,
  EQUALS,
  LETTER_N,
  LINE_FEED,
  QUOTE,
  labelNameEnd,
  skipBlanks,
} from "./byte-class.ts";
import { TextCache } from "./text-cache.ts";

export type LabelVisitor = (name: string, value: string) => void;

export class LabelReader {
  readonly #bytes: Buffer;
  readonly #cache: TextCache;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#cache = new TextCache(bytes);
  }

  /** `labelsAt` as in Point. A quoted metric name inside the block is passed over. */
  forEach(labelsAt: number, visit: LabelVisitor): void {
    if (labelsAt < 0) return;
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = skipBlanks(bytes, labelsAt, length);
    while (at < length && bytes[at] !== BRACE_CLOSE) {
      const quoted = bytes[at] === QUOTE;
      const nameAt = quoted ? at + 1 : at;
      const nameStop = quoted ? quotedEnd(bytes, nameAt) : labelNameEnd(bytes, at, length);
      at = skipBlanks(bytes, quoted ? nameStop + 1 : nameStop, length);
      if (bytes[at] === EQUALS) {
        const valueAt = skipBlanks(bytes, at + 1, length) + 1;
        const valueStop = quotedEnd(bytes, valueAt);
        visit(this.text(nameAt, nameStop), this.text(valueAt, valueStop));
        at = skipBlanks(bytes, valueStop + 1, length);
      }
      if (bytes[at] !== COMMA) return;
      at = skipBlanks(bytes, at + 1, length);
    }
  }

  /** Equal for equal label sets in any order; `without` is left out. */
  key(labelsAt: number, without: string | undefined): string {
    const parts: string[] = [];
    this.forEach(labelsAt, (name, value) => {
      if (name !== without) parts.push(`${name}\u0000${value}`);
    });
    if (parts.length > 1) parts.sort();
    return parts.join("\u0001");
  }

  /** undefined: no such label. */
  value(labelsAt: number, wanted: string): string | undefined {
    let found: string | undefined;
    this.forEach(labelsAt, (name, value) => {
      if (name === wanted) found ??= value;
    });
    return found;
  }

  text(start: number, end: number): string {
    const backslash = this.#bytes.subarray(start, end).indexOf(BACKSLASH);
    const text = this.#cache.text(start, end);
    return backslash < 0 ? text : unescape(text);
  }
}

/** Offset of the quote that ends the text at `at`. */
export function quotedEnd(bytes: Buffer, at: number, end: number = bytes.length): number {
  let next = at;
  while (next < end) {
    const byte = bytes[next];
    if (byte === QUOTE) return next;
    next += byte === BACKSLASH ? 2 : 1;
  }
  return end;
}

/** The classic format allows these three escapes only; OpenMetrics leaves others as they are. */
function unescape(text: string): string {
  return text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

/** Offset of the first escape that the classic format does not know; -1: all is well. */
export function badEscape(bytes: Buffer, start: number, end: number): number {
  for (let at = bytes.indexOf(BACKSLASH, start); at >= 0 && at < end; at = bytes.indexOf(BACKSLASH, at + 2)) {
    const escaped = at + 1 < end ? bytes[at + 1] : LINE_FEED;
    if (escaped !== BACKSLASH && escaped !== LETTER_N && escaped !== QUOTE) return at;
  }
  return -1;
}
