// What is wrong with a line, where, and the text that says so, as Telegraf words it.
// Source: telegraf plugins/parsers/influx/parser.go, ParseError (1.39.3).

import { decodeText } from "../../core/byte-text.ts";
import { goQuote } from "../go-quote.ts";

export const INFLUX_PARSE_REASONS = [
  "expected measurement name",
  "expected tag",
  "expected field",
  "expected timestamp",
  "parse error",
  "value out of range",
  "invalid syntax",
] as const;
export type InfluxParseReason = (typeof INFLUX_PARSE_REASONS)[number];

const LONGEST_EXCERPT_BYTES = 1024;
const LF = 0x0a;
const CR = 0x0d;

/** Not thrown: parsers return it. The text is built when it is asked for, because most are only counted. */
export class InfluxParseError {
  readonly reason: InfluxParseReason;
  /** 1-based; raw line ends inside quotes count. */
  readonly line: number;
  /** 1-based, in bytes. */
  readonly column: number;
  readonly #bytes: Buffer;
  readonly #at: number;

  /** Keeps a reference to `bytes`: read the message before the buffer is used again. */
  constructor(reason: InfluxParseReason, line: number, place: { bytes: Buffer; at: number; lineStart: number }) {
    this.reason = reason;
    this.line = line;
    this.column = place.at - place.lineStart + 1;
    this.#bytes = place.bytes;
    this.#at = place.at;
  }

  get message(): string {
    return `metric parse error: ${this.reason} at ${this.line}:${this.column}: ${goQuote(this.#excerpt())}`;
  }

  #excerpt(): string {
    const bytes = this.#bytes;
    const start = this.#at - this.column + 1;
    const lineEnd = bytes.indexOf(LF, start);
    let end = lineEnd < 0 ? bytes.length : lineEnd;
    if (lineEnd > start && bytes[lineEnd - 1] === CR) end -= 1;
    if (end - start <= LONGEST_EXCERPT_BYTES) return decodeText(bytes, start, end);
    const from = Math.max(start, this.#at - LONGEST_EXCERPT_BYTES);
    return `${from > start ? "..." : ""}${decodeText(bytes, from, this.#at)}<-- here`;
  }
}
