// Text of byte ranges, escapes resolved, made once for equal bytes: label names and most label values of a page repeat thousands of times.
// Of a fixed size: what no longer fits is simply made anew.

import { decodeText } from "../../core/byte-text.ts";
import { sameBytes } from "./byte-class.ts";
import { unescapeText } from "./escape.ts";

const SLOTS = 4096;
/** Longer text seldom repeats. */
const LONGEST_BYTES = 64;

interface Entry {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Of one page: entries point into its bytes. */
export class TextCache {
  readonly #bytes: Buffer;
  readonly #slots: (Entry | undefined)[] = Array.from({ length: SLOTS });

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  text(start: number, end: number): string {
    if (end - start > LONGEST_BYTES) return this.#make(start, end);
    const slot = this.#hash(start, end) & (SLOTS - 1);
    const entry = this.#slots[slot];
    if (entry !== undefined && sameBytes(this.#bytes, start, end, entry.start, entry.end)) return entry.text;
    const text = this.#make(start, end);
    this.#slots[slot] = { start, end, text };
    return text;
  }

  /** FNV-1a. */
  #hash(start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (this.#bytes[at] as number), 0x01000193);
    return hash ^ (hash >>> 15);
  }

  #make(start: number, end: number): string {
    return unescapeText(decodeText(this.#bytes, start, end));
  }
}
