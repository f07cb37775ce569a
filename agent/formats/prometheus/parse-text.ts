// The classic text format (text/plain; version=0.0.4) to a page. One malformed line refuses the page as a whole, as
// Telegraf and Prometheus do: half a page would look like series that vanished.
// Source: github.com/prometheus/common/expfmt/text_parse.go (0.70).

import { BRACE_OPEN, HASH, LINE_FEED, QUOTE, isBlank, nameEnd, sameBytes, skipBlanks, tokenEnd } from "./byte-class.ts";
import { badEscape } from "./escape.ts";
import { LabelReader } from "./label-reader.ts";
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

interface Span {
  readonly at: number;
  readonly end: number;
}

class TextParser {
  readonly #bytes: Buffer;
  readonly #labels: TextLabels;
  readonly #families: TextFamilies;
  // The place of the line before, and where its name stands: lines of one name stand together.
  #lastPlace: Place | undefined;
  #lastNameAt = 0;
  #lastNameStop = 0;

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
    const begin = skipBlanks(bytes, wordStop, end);
    if (begin === end) return "";
    // UTF-8 names are an agreement that we do not ask for: between quotes stands an ordinary name.
    const quoted = bytes[begin] === QUOTE;
    const nameAt = quoted ? begin + 1 : begin;
    const nameStop = nameEnd(bytes, nameAt, end);
    const isWhole = nameStop > nameAt && (!quoted || bytes[nameStop] === QUOTE);
    const stop = quoted ? nameStop + 1 : nameStop;
    if (isWhole && stop === end) return "";
    if (!isWhole || !isBlank(bytes[stop] as number)) return `invalid metric name after # ${word}`;
    const at = skipBlanks(bytes, stop, end);
    if (at === end) return "";
    this.#lastPlace = undefined;
    return this.#describe(word, bytes.toString("latin1", nameAt, nameStop), { at, end });
  }

  #describe(word: "HELP" | "TYPE", name: string, { at, end }: Span): string {
    const bytes = this.#bytes;
    const { family } = this.#families.place(name);
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
      const quoted = bytes[start] === QUOTE;
      const nameAt = quoted ? start + 1 : start;
      const nameStop = nameEnd(bytes, nameAt, end);
      if (nameStop === nameAt || (quoted && bytes[nameStop] !== QUOTE)) return "invalid metric name";
      place = this.#place(nameAt, nameStop);
      at = skipBlanks(bytes, quoted ? nameStop + 1 : nameStop, end);
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
      place = this.#place(nameAt, nameStop);
    }
    return this.#value(place, labelsAt, { at, end });
  }

  #value(place: Place, labelsAt: number, { at, end }: Span): string {
    const bytes = this.#bytes;
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

  #place(nameAt: number, nameStop: number): Place {
    const bytes = this.#bytes;
    const last = this.#lastPlace;
    if (last !== undefined && sameBytes(bytes, nameAt, nameStop, this.#lastNameAt, this.#lastNameStop)) return last;
    const place = this.#families.place(bytes.toString("latin1", nameAt, nameStop));
    this.#lastPlace = place;
    this.#lastNameAt = nameAt;
    this.#lastNameStop = nameStop;
    return place;
  }

  #quote(start: number, end: number): string {
    return JSON.stringify(this.#bytes.toString("utf8", start, Math.min(end, start + 100)));
  }
}
