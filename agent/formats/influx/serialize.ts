// Metrics to InfluxDB line protocol, byte for byte as Telegraf writes it.
// Source: telegraf plugins/serializers/influx/influx.go (1.39.3).

import { encodeText } from "../../core/byte-text.ts";
import type { FieldValue, Metric, Unsigned } from "../../core/metric.ts";
import { goFloatPlain } from "../go-float.ts";
import { goQuote } from "../go-quote.ts";
import { escapeKey, escapeName, escapeString, trimBackslashes } from "./escape.ts";

export interface InfluxSerializerOptions {
  /** Longest line, 0: no limit. Longer metrics are split over several lines. */
  readonly maxLineBytes: number;
  readonly sortFields: boolean;
  /** Write unsigned integers with the suffix `u`; otherwise as `i`, at most 2^63-1. */
  readonly uintSupport: boolean;
  readonly omitTimestamp: boolean;
}

export interface SerializedMetric {
  /** Whole lines; empty with a reason. */
  readonly body: Buffer;
  readonly reason: string | undefined;
}

export interface SerializedBatch {
  readonly body: Buffer;
  /** Metrics that could not be written, at least in part: as upstream, lines split off before a field that is too long
   *  stay in a batch. `index` points into it. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

const GREATEST_INT64 = 2n ** 63n - 1n;

interface Text {
  readonly text: string;
  readonly reason: string | undefined;
}

/** Keeps nothing between calls but a counter: one instance may serve several outputs. */
export class InfluxSerializer {
  readonly #options: InfluxSerializerOptions;
  #droppedFields = 0;

  constructor(options: Partial<InfluxSerializerOptions> = {}) {
    this.#options = { maxLineBytes: 0, sortFields: false, uintSupport: false, omitTimestamp: false, ...options };
  }

  /** Fields left out so far because line protocol cannot say them: NaN, infinities, empty keys. */
  get droppedFields(): number {
    return this.#droppedFields;
  }

  serialize(metric: Metric): SerializedMetric {
    const { text, reason } = this.#write(metric);
    return { body: encodeText(reason === undefined ? text : ""), reason };
  }

  serializeBatch(batch: readonly Metric[]): SerializedBatch {
    const rejected: { index: number; reason: string }[] = [];
    let body = "";
    for (let index = 0; index < batch.length; index++) {
      const { text, reason } = this.#write(batch[index] as Metric);
      body += text;
      if (reason !== undefined) rejected.push({ index, reason });
    }
    return { body: encodeText(body), rejected };
  }

  #write(metric: Metric): Text {
    const name = escapeName(metric.name);
    if (name === "") return { text: "", reason: "invalid name" };
    const header = name + tagSet(metric);
    const pairs = this.#pairs(metric);
    const footer = this.#options.omitTimestamp ? "\n" : ` ${metric.timestampNs}\n`;
    if (pairs.length === 0) return { text: "", reason: `${goQuote(header)}: no serializable fields` };
    if (this.#options.maxLineBytes <= 0) return { text: `${header} ${pairs.join(",")}${footer}`, reason: undefined };
    return this.#split(header, pairs, footer);
  }

  #pairs(metric: Metric): string[] {
    const count = metric.fieldCount;
    const order = this.#options.sortFields ? sortedFields(metric) : undefined;
    const pairs: string[] = [];
    for (let i = 0; i < count; i++) {
      const at = order === undefined ? i : (order[i] as number);
      const key = escapeKey(metric.fieldKeyAt(at));
      const value = this.#value(metric.fieldValueAt(at));
      if (key === "" || value === "") this.#droppedFields += 1;
      else pairs.push(`${key}=${value}`);
    }
    return pairs;
  }

  /** Empty: line protocol has no word for the value. */
  #value(value: FieldValue): string {
    switch (typeof value) {
      case "number":
        return Number.isFinite(value) ? goFloatPlain(value) : "";
      case "bigint":
        return `${value}i`;
      case "string":
        return `"${escapeString(value)}"`;
      case "boolean":
        return value ? "true" : "false";
      default:
        return this.#unsigned(value);
    }
  }

  #unsigned({ value }: Unsigned): string {
    if (this.#options.uintSupport) return `${value}u`;
    return `${value > GREATEST_INT64 ? GREATEST_INT64 : value}i`;
  }

  /**
   * As upstream, the check counts one comma only, so a line of more than two pairs may exceed the limit by the commas
   * it does not count; and what was written before a pair that fits no line stays written.
   */
  #split(header: string, pairs: readonly string[], footer: string): Text {
    const limit = this.#options.maxLineBytes;
    const frameBytes = byteLength(header) + 1 + byteLength(footer);
    let text = "";
    let pairBytes = 0;
    let lineIsEmpty = true;
    for (const pair of pairs) {
      const bytes = byteLength(pair);
      if (!lineIsEmpty && frameBytes + pairBytes + bytes + 1 > limit) {
        text += footer;
        lineIsEmpty = true;
        pairBytes = 0;
      }
      if (lineIsEmpty && frameBytes + bytes > limit) return { text, reason: `${goQuote(header)}: need more space` };
      text += lineIsEmpty ? `${header} ${pair}` : `,${pair}`;
      pairBytes += bytes;
      lineIsEmpty = false;
    }
    return { text: text + footer, reason: undefined };
  }
}

function tagSet(metric: Metric): string {
  let text = "";
  for (let i = 0; i < metric.tagCount; i++) {
    const key = trimBackslashes(escapeKey(metric.tagKeyAt(i)));
    const value = trimBackslashes(escapeKey(metric.tagValueAt(i)));
    if (key !== "" && value !== "") text += `,${key}=${value}`;
  }
  return text;
}

function sortedFields(metric: Metric): number[] {
  return Array.from({ length: metric.fieldCount }, (_, at) => at).toSorted((a, b) =>
    metric.fieldKeyAt(a) < metric.fieldKeyAt(b) ? -1 : 1,
  );
}

function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : encodeText(text).length;
}
