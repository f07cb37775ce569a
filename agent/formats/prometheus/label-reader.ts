// Reads label blocks whose syntax was checked before (text-labels.ts, openmetrics-labels.ts). Text is made only of what
// is asked for: comparing two blocks, which happens for each line of a histogram, makes none.

import { BRACE_CLOSE, COMMA, EQUALS, QUOTE, labelNameEnd, sameBytes, skipBlanks } from "./byte-class.ts";
import { quotedEnd } from "./escape.ts";
import { TextCache } from "./text-cache.ts";

export type LabelVisitor = (name: string, value: string) => void;

export class LabelReader {
  readonly #bytes: Buffer;
  readonly #cache: TextCache;
  readonly #one: LabelCursor;
  readonly #other: LabelCursor;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#cache = new TextCache(bytes);
    this.#one = new LabelCursor(bytes);
    this.#other = new LabelCursor(bytes);
  }

  /** `labelsAt` as in Point. Do not read other labels from `visit`. */
  forEach(labelsAt: number, visit: LabelVisitor): void {
    const cursor = this.#one;
    cursor.open(labelsAt);
    while (cursor.next()) {
      visit(this.#cache.text(cursor.nameAt, cursor.nameStop), this.#cache.text(cursor.valueAt, cursor.valueStop));
    }
  }

  /** Equal for equal label sets in any order; the label `without` is left out. */
  key(labelsAt: number, without: string | undefined): string {
    const parts: string[] = [];
    this.forEach(labelsAt, (name, value) => {
      if (name !== without) parts.push(`${name}\u0000${value}`);
    });
    if (parts.length > 1) parts.sort();
    return parts.join("\u0001");
  }

  /** True when both blocks hold the same labels in the same order, but for the label `without`. */
  areAlike(labelsAt: number, otherAt: number, without: string | undefined): boolean {
    const one = this.#one;
    const other = this.#other;
    one.open(labelsAt);
    other.open(otherAt);
    for (;;) {
      const hasOne = this.#nextBut(one, without);
      if (hasOne !== this.#nextBut(other, without)) return false;
      if (!hasOne) return true;
      if (!sameBytes(this.#bytes, one.nameAt, one.nameStop, other.nameAt, other.nameStop)) return false;
      if (!sameBytes(this.#bytes, one.valueAt, one.valueStop, other.valueAt, other.valueStop)) return false;
    }
  }

  /** undefined: no such label. */
  value(labelsAt: number, wanted: string): string | undefined {
    const cursor = this.#one;
    cursor.open(labelsAt);
    while (cursor.next()) {
      if (this.#isNamed(cursor, wanted)) return this.#cache.text(cursor.valueAt, cursor.valueStop);
    }
    return undefined;
  }

  #nextBut(cursor: LabelCursor, without: string | undefined): boolean {
    while (cursor.next()) {
      if (without === undefined || !this.#isNamed(cursor, without)) return true;
    }
    return false;
  }

  #isNamed({ nameAt, nameStop }: LabelCursor, name: string): boolean {
    // Names outside ASCII are longer in bytes than in characters, and none of those that we look for has escapes.
    const length = nameStop - nameAt;
    if (length < name.length || this.#bytes[nameAt] !== name.charCodeAt(0)) return false;
    return this.#cache.text(nameAt, nameStop) === name;
  }
}

class LabelCursor {
  readonly #bytes: Buffer;
  nameAt = 0;
  nameStop = 0;
  valueAt = 0;
  valueStop = 0;
  #at = -1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  open(labelsAt: number): void {
    this.#at = labelsAt;
  }

  next(): boolean {
    const bytes = this.#bytes;
    const { length } = bytes;
    while (this.#at >= 0) {
      const at = skipBlanks(bytes, this.#at, length);
      if (at >= length || bytes[at] === BRACE_CLOSE) return this.#end();
      const quoted = bytes[at] === QUOTE;
      this.nameAt = quoted ? at + 1 : at;
      this.nameStop = quoted ? quotedEnd(bytes, at + 1, length) : labelNameEnd(bytes, at, length);
      const behindName = skipBlanks(bytes, quoted ? this.nameStop + 1 : this.nameStop, length);
      // A quoted text without a value is the metric's name: passed over.
      const hasValue = bytes[behindName] === EQUALS;
      if (hasValue) {
        this.valueAt = skipBlanks(bytes, behindName + 1, length) + 1;
        this.valueStop = quotedEnd(bytes, this.valueAt, length);
      }
      const behind = hasValue ? skipBlanks(bytes, this.valueStop + 1, length) : behindName;
      this.#at = bytes[behind] === COMMA ? behind + 1 : -1;
      if (hasValue) return true;
    }
    return false;
  }

  #end(): false {
    this.#at = -1;
    return false;
  }
}
