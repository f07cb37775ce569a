// The classic text format (text/plain; version=0.0.4) to a page. One malformed line refuses the page as a whole, as
// Telegraf and Prometheus do: half a page would look like series that vanished.
// Source: github.com/prometheus/common/expfmt/text_parse.go (0.70).

import { BRACE_OPEN, HASH, LINE_FEED, QUOTE, isBlank, nameEnd, skipBlanks, tokenEnd } from "./byte-class.ts";
import { LabelReader, badEscape, quotedEnd } from "./label-reader.ts";
import type { FamilyType, ParsedPage } from "./page.ts";
import { readFloat, readTimestampMs } from "./sample-number.ts";
import { TextFamilies, type Place } from "./text-families.ts";
import { TextLabels } from "./text-labels.ts";

const TYPES: Readonly<Record<string, FamilyType>> = {
  COUNTER: "counter",
  GAUGE: "gauge",
  SUMMARY: "summary",
  UNTYPED: "unknown",
  HISTOGRAM: "histogram",
  GAUGE_HISTOGRAM: "gaugehistogram",
  GAUGEHISTOGRAM: "gaugehistogram",
};

/** Never throws. The page keeps `bytes`: do not change them while it is in use. */
export function parsePrometheusText(bytes: Buffer): ParsedPage {
  return new TextParser(bytes).parse();
}

class TextParser {
  readonly #bytes: Buffer;
  readonly #labels: TextLabels;
  readonly #families: TextFamilies;
  // The name of the line before, and its place: lines of one family stand together.
  #lastName = "";
  #lastPlace: Place | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#labels = new TextLabels(bytes);
    this.#families = new TextFamilies(new LabelReader(bytes));
  }

  parse(): ParsedPage {
    const bytes = this.#bytes;
    let line = 1;
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, at);
      const start = skipBlanks(bytes, at, end < 0 ? bytes.length : end);
      if (end < 0) {
        if (start < bytes.length) return { problem: { line, reason: "the page ends within a line" } };
        return { page: { format: "prometheus", bytes, families: this.#families.all() } };
      }
      const reason =
        start === end ? "" : bytes[start] === HASH ? this.#comment(start + 1, end) : this.#sample(start, end);
      if (reason !== "") return { problem: { line, reason } };
      line += 1;
      at = end + 1;
    }
  }

  /** All of these return why the page is refused, or the empty string. */
  #comment(start: number, end: number): string {
    const bytes = this.#bytes;
    const wordAt = skipBlanks(bytes, start, end);
    const wordStop = tokenEnd(bytes, wordAt, end);
    const word = wordStop - wordAt === 4 ? bytes.toString("latin1", wordAt, wordStop) : "";
    if (word !== "HELP" && word !== "TYPE") return "";
    const nameAt = skipBlanks(bytes, wordStop, end);
    if (nameAt === end) return "";
    const { name, stop } = this.#name(nameAt, end);
    if (stop === end) return "";
    if (name === "" || !isBlank(bytes[stop] as number)) return `invalid metric name after # ${word}`;
    this.#lastPlace = undefined;
    const { family } = this.#families.place(name);
    const at = skipBlanks(bytes, stop, end);
    if (at === end) return "";
    if (word === "HELP") {
      if (family.hasHelp) return `second HELP line for "${name}"`;
      family.hasHelp = true;
      return badEscape(bytes, at, end) < 0 ? "" : `unknown escape in the help text of "${name}"`;
    }
    if (family.type !== undefined) return `second TYPE line for "${name}", or TYPE after samples`;
    const text = bytes.toString("utf8", at, Math.min(end, at + 100)).replaceAll("\\", "");
    const upper = text.toUpperCase();
    family.type = Object.hasOwn(TYPES, upper) ? TYPES[upper] : undefined;
    return family.type === undefined ? `unknown metric type ${JSON.stringify(text)}` : "";
  }

  #sample(start: number, end: number): string {
    const bytes = this.#bytes;
    let place: Place | undefined;
    let labelsAt = -1;
    let at = start;
    if (bytes[start] !== BRACE_OPEN) {
      const { name, stop } = this.#name(start, end);
      if (name === "") return "invalid metric name";
      place = this.#place(name);
      at = skipBlanks(bytes, stop, end);
    }
    if (at < end && bytes[at] === BRACE_OPEN) {
      labelsAt = at + 1;
      at = this.#labels.scan(labelsAt, end, place === undefined);
      if (at < 0) return this.#labels.reason;
      at = skipBlanks(bytes, at, end);
    }
    if (place === undefined) {
      const { nameAt, nameStop } = this.#labels;
      if (nameStop === 0) return "a sample has no name";
      place = this.#place(bytes.toString("latin1", nameAt, nameStop));
    }
    return this.#value(place, labelsAt, { at, end });
  }

  #value(place: Place, labelsAt: number, rest: { readonly at: number; readonly end: number }): string {
    const bytes = this.#bytes;
    const { at, end } = rest;
    const stop = tokenEnd(bytes, at, end);
    const value = readFloat(bytes, at, stop);
    if (value === undefined) return `the value of "${place.family.name}" is not a number: ${this.#quote(at, stop)}`;
    const point = this.#families.add(place, { labelsAt, value });
    if (typeof point === "string") return point;
    if (stop === end) return "";
    const timeAt = skipBlanks(bytes, stop, end);
    const timeStop = tokenEnd(bytes, timeAt, end);
    const timestampMs = readTimestampMs(bytes, timeAt, timeStop);
    if (timestampMs === undefined) {
      return `the timestamp of "${place.family.name}" is not a whole number: ${this.#quote(timeAt, timeStop)}`;
    }
    if (timeStop !== end) return `something stands behind the timestamp of "${place.family.name}"`;
    // Telegraf takes zero and what lies before 1970 for "no timestamp".
    point.timestampMs = timestampMs > 0 ? timestampMs : Number.NaN;
    return "";
  }

  #place(name: string): Place {
    if (this.#lastPlace === undefined || name !== this.#lastName) {
      this.#lastPlace = this.#families.place(name);
      this.#lastName = name;
    }
    return this.#lastPlace;
  }

  /** Empty: no valid name stands here. */
  #name(at: number, end: number): { readonly name: string; readonly stop: number } {
    const bytes = this.#bytes;
    const quoted = bytes[at] === QUOTE;
    const from = quoted ? at + 1 : at;
    const until = nameEnd(bytes, from, end);
    if (!quoted) return { name: bytes.toString("latin1", from, until), stop: until };
    // UTF-8 names are an agreement that we do not ask for: between the quotes stands an ordinary name.
    if (quotedEnd(bytes, from, end) !== until || until === end) return { name: "", stop: from };
    return { name: bytes.toString("latin1", from, until), stop: until + 1 };
  }

  #quote(start: number, end: number): string {
    return JSON.stringify(this.#bytes.toString("utf8", start, Math.min(end, start + 100)));
  }
}
