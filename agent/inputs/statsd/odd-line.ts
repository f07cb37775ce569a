// The readable way through one metric line, for all that the fast path (line-parser.ts) does not take: odd numbers, odd
// rates, packed values, damaged lines. It is the reference: a property test holds the fast path to it.
// Grammar and order of checks follow Telegraf's plugins/inputs/statsd/statsd.go, parseStatsdLine.

import { encodeText } from "../../core/byte-text.ts";
import { takeDatadogParts } from "./datadog-line.ts";
import { parseGoFloat, parseGoInt, toInt64 } from "./go-number.ts";
import type { Reason } from "./reasons.ts";
import type { Rejections } from "./rejections.ts";
import { scaledCounter, timingRepeats } from "./sample-rate.ts";
import { COUNTER, DISTRIBUTION, GAUGE, KINDS, SET } from "./series-kind.ts";
import type { SeriesNaming } from "./series-naming.ts";
import type { SeriesTable } from "./series-table.ts";

export interface OddLineSettings {
  readonly table: SeriesTable;
  readonly naming: SeriesNaming;
  readonly rejections: Rejections;
  readonly datadog: boolean;
  readonly keepContainer: boolean;
  /** Emit type `d`. */
  readonly distributions: boolean;
}

interface Bit {
  readonly kind: number;
  /** 0: none. */
  readonly rate: number;
}

const NO_TAGS: ReadonlyMap<string, string> = new Map();

export class OddLine {
  readonly #settings: OddLineSettings;

  constructor(settings: OddLineSettings) {
    this.#settings = settings;
  }

  /** `line` is trimmed. */
  parse(line: string): void {
    const { datadog, keepContainer } = this.#settings;
    const plain = datadog ? takeDatadogParts(line, keepContainer) : { line, tags: NO_TAGS };
    const [bucket = "", ...bits] = plain.line.split(":");
    if (bits.length === 0) this.#reject("no_colon", line);
    else this.parseBits(bucket, bits, { line, tags: plain.tags });
  }

  /** Each bit counts on its own; the first bad one ends the line. */
  parseBits(bucket: string, bits: readonly string[], rest: { line: string; tags: ReadonlyMap<string, string> }): void {
    let values: string[] = [];
    for (const bit of bits) {
      const [value = "", type, third] = bit.split("|");
      values.push(value);
      if (type === undefined) {
        // DogStatsD 1.1 packs several numbers in front of one type.
        if (this.#settings.datadog && parseGoFloat(value) !== undefined) continue;
        this.#reject("no_type", rest.line);
        return;
      }
      const read = this.#readBit(type, third, rest.line);
      const reason = typeof read === "string" ? read : this.#count(bucket, rest.tags, read, values);
      if (reason !== undefined) {
        this.#reject(reason, rest.line);
        return;
      }
      values = [];
    }
    if (values.length > 0) this.#reject("no_type", rest.line);
  }

  #readBit(type: string, third: string | undefined, line: string): Bit | Reason {
    let rate = 0;
    if (third !== undefined && third.length > 1 && third.includes("@")) {
      const read = parseGoFloat(third.slice(1));
      rate = read ?? 0;
      if (read === undefined) this.#reject("bad_rate", line);
      else if ((type === "ms" || type === "h") && timingRepeats(read) === 0) this.#reject("odd_rate", line);
    }
    const kind = KINDS.findIndex((name) => name === type);
    return kind < 0 ? "bad_type" : { kind, rate };
  }

  /** All values or none: a packed list with one bad value is rejected as a whole. */
  #count(bucket: string, tags: ReadonlyMap<string, string>, bit: Bit, values: readonly string[]): Reason | undefined {
    const { kind } = bit;
    if (kind === SET && values.length > 1) return "no_type";
    const signed = values.some((value) => /^[+-]/.test(value));
    if (signed && kind !== GAUGE && kind !== COUNTER) return "bad_sign";
    if (kind !== SET && values.some((value) => !isNumber(value, kind))) return "bad_value";
    if (kind === DISTRIBUTION && !this.#settings.distributions) {
      // Not a fault of the line: its other values count.
      this.#reject("distribution_off", bucket);
      return undefined;
    }
    const identity = this.#settings.naming.identity(kind, bucket, tags);
    if (identity === undefined) return "empty_name";
    const cell = this.#settings.table.cell(identity);
    for (const value of values) this.#add(cell, bit, value);
    return undefined;
  }

  #add(cell: number, { kind, rate }: Bit, value: string): void {
    const { table } = this.#settings;
    if (kind === SET) {
      const bytes = encodeText(value);
      const padded = new Uint8Array(bytes.length + 4);
      padded.set(bytes);
      table.addMember(cell, new DataView(padded.buffer), 0, bytes.length);
      return;
    }
    if (kind === COUNTER) {
      table.addBigCounter(cell, counterAmount(value, rate));
      return;
    }
    const number = parseGoFloat(value) ?? 0;
    if (kind === DISTRIBUTION) table.addDistribution(cell, number);
    else if (kind !== GAUGE) table.addTiming(cell, number, rate === 0 ? 1 : timingRepeats(rate) || 1);
    else if (/^[+-]/.test(value)) table.addGauge(cell, number);
    else table.setGauge(cell, number);
  }

  #reject(reason: Reason, line: string): void {
    this.#settings.rejections.add(reason, () => line);
  }
}

function isNumber(value: string, kind: number): boolean {
  return parseGoFloat(value) !== undefined || (kind === COUNTER && parseGoInt(value) !== undefined);
}

function counterAmount(value: string, rate: number): bigint {
  const whole = parseGoInt(value) ?? toInt64(parseGoFloat(value) ?? 0);
  return rate === 0 ? whole : scaledCounter(Number(whole), rate);
}
