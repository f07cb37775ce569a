// Checks one label block of the classic text format; what it says is read later, by label-reader.ts.
// Source: github.com/prometheus/common/expfmt/text_parse.go (0.70), startLabelName and startLabelValue.

import { isUtf8 } from "node:buffer";
import {
  BACKSLASH,
  BRACE_CLOSE,
  COMMA,
  EQUALS,
  QUOTE,
  labelNameEnd,
  nameEnd,
  sameBytes,
  skipBlanks,
} from "./byte-class.ts";
import { badEscape, quotedEnd } from "./escape.ts";

/** More names than this are compared as text: a line of a million labels costs no quadratic search. */
const FEW_NAMES = 32;

export class TextLabels {
  readonly #bytes: Buffer;
  /** Why `scan` returned -1. */
  reason = "";
  /** Where the metric's name stood inside the block, `{"name", label="value"}`; empty when it did not. */
  nameAt = 0;
  nameStop = 0;
  /** Flat: start, end of each label's name. */
  #names: number[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** `at`: behind the brace. Offset behind the closing brace, or -1. */
  scan(start: number, end: number, mayHoldName: boolean): number {
    const bytes = this.#bytes;
    this.#names.length = 0;
    this.nameAt = this.nameStop = 0;
    let at = skipBlanks(bytes, start, end);
    while (at < end && bytes[at] !== BRACE_CLOSE) {
      const quoted = bytes[at] === QUOTE;
      const nameAt = quoted ? at + 1 : at;
      const nameStop = quoted ? quotedEnd(bytes, nameAt, end) : labelNameEnd(bytes, at, end);
      if (nameStop === nameAt) return this.#fail("a label has no name");
      at = skipBlanks(bytes, quoted ? nameStop + 1 : nameStop, end);
      if (bytes[at] === EQUALS) {
        at = this.#label(nameAt, nameStop, { at, end });
        if (at < 0) return -1;
      } else if (!mayHoldName || this.nameStop > 0 || (bytes[at] !== COMMA && bytes[at] !== BRACE_CLOSE)) {
        return this.#fail(`"=" expected after the label name ${this.#quote(nameAt, nameStop)}`);
      } else if (nameEnd(bytes, nameAt, nameStop) !== nameStop) {
        return this.#fail(`invalid metric name ${this.#quote(nameAt, nameStop)}`);
      } else {
        this.nameAt = nameAt;
        this.nameStop = nameStop;
      }
      if (bytes[at] === BRACE_CLOSE) break;
      if (bytes[at] !== COMMA) return this.#fail(`"," or "}" expected after a label`);
      at = skipBlanks(bytes, at + 1, end);
    }
    return at < end ? at + 1 : this.#fail("the labels do not end");
  }

  /** From `=` to the first byte behind the value that is not blank. */
  #label(nameAt: number, nameStop: number, rest: { readonly at: number; readonly end: number }): number {
    const bytes = this.#bytes;
    const fail = (what: string): number => this.#fail(`${what} ${this.#quote(nameAt, nameStop)}`);
    if (isReserved(bytes, nameAt, nameStop)) return fail("reserved label name");
    if (labelNameEnd(bytes, nameAt, nameStop) !== nameStop) return fail("invalid label name");
    if (this.#isRepeated(nameAt, nameStop)) return fail("second label of the name");
    const open = skipBlanks(bytes, rest.at + 1, rest.end);
    if (open >= rest.end || bytes[open] !== QUOTE) return fail("a quoted value expected for the label");
    const close = quotedEnd(bytes, open + 1, rest.end);
    if (close >= rest.end) return fail("no end of the value of the label");
    const trouble = this.#valueTrouble(open + 1, close);
    if (trouble !== "") return fail(`${trouble} in the value of the label`);
    return skipBlanks(bytes, close + 1, rest.end);
  }

  #valueTrouble(start: number, end: number): string {
    const bytes = this.#bytes;
    let seen = 0;
    let hasBackslash = false;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      seen |= byte;
      if (byte === BACKSLASH) hasBackslash = true;
    }
    if (hasBackslash && badEscape(bytes, start, end) >= 0) return "unknown escape";
    return seen >= 0x80 && !isUtf8(bytes.subarray(start, end)) ? "invalid UTF-8" : "";
  }

  #isRepeated(nameAt: number, nameStop: number): boolean {
    const names = this.#names;
    const bytes = this.#bytes;
    names.push(nameAt, nameStop);
    if (names.length > FEW_NAMES * 2) return this.#isAmongMany();
    for (let i = 0; i < names.length - 2; i += 2) {
      if (sameBytes(bytes, nameAt, nameStop, names[i] as number, names[i + 1] as number)) return true;
    }
    return false;
  }

  #many = new Set<string>();

  #isAmongMany(): boolean {
    const names = this.#names;
    if (names.length === (FEW_NAMES + 1) * 2) {
      this.#many = new Set();
      for (let i = 0; i < names.length - 2; i += 2) this.#many.add(this.#text(i));
    }
    const last = this.#text(names.length - 2);
    if (this.#many.has(last)) return true;
    this.#many.add(last);
    return false;
  }

  #text(index: number): string {
    return this.#bytes.toString("latin1", this.#names[index], this.#names[index + 1]);
  }

  #quote(start: number, end: number): string {
    return JSON.stringify(this.#bytes.toString("utf8", start, Math.min(end, start + 100)));
  }

  #fail(reason: string): number {
    this.reason = reason;
    return -1;
  }
}

function isReserved(bytes: Buffer, nameAt: number, nameStop: number): boolean {
  return nameStop - nameAt === 8 && bytes.toString("latin1", nameAt, nameStop) === "__name__";
}
