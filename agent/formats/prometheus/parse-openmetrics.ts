// The OpenMetrics 1.0 text format to a page. It is strict: single spaces, no comments but metadata, `# EOF` at the end;
// one malformed line refuses the page as a whole. Exemplars are checked and passed over.
// Source: github.com/prometheus/prometheus/model/textparse/openmetricsparse.go (0.313) as Telegraf 1.39.3 uses it.

import { isUtf8 } from "node:buffer";
import { BRACE_OPEN, HASH, LINE_FEED, QUOTE, SPACE, nameEnd } from "./byte-class.ts";
import { quotedEnd } from "./escape.ts";
import { LabelReader } from "./label-reader.ts";
import { OpenMetricsFamilies } from "./openmetrics-families.ts";
import { scanOpenMetricsLabels } from "./openmetrics-labels.ts";
import type { FamilyType, ParsedPage } from "./page.ts";
import { readFloat } from "./sample-number.ts";

const TYPES: ReadonlySet<string> = new Set<FamilyType>([
  "counter",
  "gauge",
  "unknown",
  "summary",
  "histogram",
  "gaugehistogram",
  "info",
  "stateset",
]);

/** Never throws. The page keeps `bytes`: do not change them while it is in use. */
export function parseOpenMetrics(bytes: Buffer): ParsedPage {
  return new OpenMetricsParser(bytes).parse();
}

class OpenMetricsParser {
  readonly #bytes: Buffer;
  readonly #families: OpenMetricsFamilies;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#families = new OpenMetricsFamilies(new LabelReader(bytes));
  }

  parse(): ParsedPage {
    const bytes = this.#bytes;
    // One empty line in front is forgiven, as Telegraf does, and so is a missing line feed at the end.
    let at = bytes[0] === LINE_FEED ? 1 : 0;
    for (let line = at + 1; at < bytes.length; line++) {
      const found = bytes.indexOf(LINE_FEED, at);
      const end = found < 0 ? bytes.length : found;
      if (isEnd(bytes, at, end)) {
        if (end + 1 < bytes.length) return { problem: { line: line + 1, reason: "something stands behind # EOF" } };
        const families = this.#families.all.filter(({ points }) => points.length > 0);
        return { page: { format: "openmetrics", bytes, families } };
      }
      const reason = bytes[at] === HASH ? this.#metadata(at, end) : this.#sample(at, end);
      if (reason !== "") return { problem: { line, reason } };
      at = end + 1;
    }
    return { problem: { line: 1, reason: "the page does not end with # EOF" } };
  }

  /** All of these return why the page is refused, or the empty string. */
  #metadata(start: number, end: number): string {
    const bytes = this.#bytes;
    const word = bytes.toString("latin1", start, Math.min(end, start + 7));
    if (word !== "# HELP " && word !== "# TYPE " && word !== "# UNIT ")
      return "HELP, TYPE, UNIT or EOF expected after #";
    const nameAt = start + 7;
    const quoted = bytes[nameAt] === QUOTE;
    const nameStop = quoted ? quotedEnd(bytes, nameAt + 1, end) + 1 : nameEnd(bytes, nameAt, end);
    const name = quoted ? bytes.toString("utf8", nameAt + 1, nameStop - 1) : bytes.toString("latin1", nameAt, nameStop);
    if (name === "" || nameStop > end) return "metric name expected";
    if (nameStop === end || bytes[nameStop] !== SPACE) return `text expected after the name "${name}"`;
    if (word === "# HELP ") return this.#help(name, nameStop + 1, end);
    const text = bytes.toString("utf8", nameStop + 1, end);
    if (word === "# UNIT ") return this.#unit(name, text);
    if (!TYPES.has(text)) return `unknown metric type ${JSON.stringify(text.slice(0, 100))}`;
    this.#families.setType(name, text as FamilyType);
    return "";
  }

  #help(name: string, start: number, end: number): string {
    if (!isUtf8(this.#bytes.subarray(start, end))) return `invalid UTF-8 in the help text of "${name}"`;
    this.#families.help(name);
    return "";
  }

  #unit(name: string, unit: string): string {
    if (unit !== "" && !name.endsWith(`_${unit}`)) {
      return `the unit ${JSON.stringify(unit.slice(0, 100))} is not the end of the name "${name}"`;
    }
    this.#families.setUnit(name, unit);
    return "";
  }

  #sample(start: number, end: number): string {
    const bytes = this.#bytes;
    let at = nameEnd(bytes, start, end);
    if (at === start) return bytes[start] === BRACE_OPEN ? "names in braces are not supported" : "metric name expected";
    const name = bytes.toString("latin1", start, at);
    let labelsAt = -1;
    if (bytes[at] === BRACE_OPEN) {
      labelsAt = at + 1;
      const stop = scanOpenMetricsLabels(bytes, labelsAt, end);
      if (typeof stop === "string") return stop;
      at = stop;
    }
    const value = this.#number(at, end);
    if (typeof value === "string") return `value of "${name}": ${value}`;
    let timestampMs = Number.NaN;
    at = value.stop;
    if (at < end && !this.#isExemplar(at, end)) {
      const time = this.#time(at, end);
      if (typeof time === "string") return `timestamp of "${name}": ${time}`;
      // Zero is "no timestamp" in Telegraf.
      timestampMs = time.value === 0 ? Number.NaN : time.value;
      at = time.stop;
    }
    if (at < end) {
      const trouble = this.#exemplar(at, end);
      if (trouble !== "") return `exemplar of "${name}": ${trouble}`;
    }
    this.#families.add({ name, labelsAt, value: value.value, timestampMs });
    return "";
  }

  #isExemplar(at: number, end: number): boolean {
    return end - at >= 4 && this.#bytes.toString("latin1", at, at + 4) === " # {";
  }

  #exemplar(start: number, end: number): string {
    if (!this.#isExemplar(start, end)) return `" # {" expected`;
    const stop = scanOpenMetricsLabels(this.#bytes, start + 4, end);
    if (typeof stop === "string") return stop;
    const value = this.#number(stop, end);
    if (typeof value === "string") return value;
    if (value.stop === end) return "";
    const time = this.#time(value.stop, end);
    if (typeof time === "string") return time;
    return time.stop === end ? "" : "something stands behind the timestamp";
  }

  #time(at: number, end: number): { readonly value: number; readonly stop: number } | string {
    const time = this.#number(at, end);
    if (typeof time === "string") return time;
    const timestampMs = Math.trunc(time.value * 1000);
    return Number.isFinite(timestampMs) ? { value: timestampMs, stop: time.stop } : "not a time";
  }

  /** One space and a number. */
  #number(at: number, end: number): { readonly value: number; readonly stop: number } | string {
    const bytes = this.#bytes;
    if (at >= end || bytes[at] !== SPACE) return "one space and a number expected";
    const found = bytes.subarray(at + 1, end).indexOf(SPACE);
    const stop = found < 0 ? end : at + 1 + found;
    const value = readFloat(bytes, at + 1, stop);
    if (value !== undefined) return { value, stop };
    return `not a number: ${JSON.stringify(bytes.toString("utf8", at + 1, Math.min(stop, at + 100)))}`;
  }
}

function isEnd(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 5 && bytes.toString("latin1", start, end) === "# EOF";
}
