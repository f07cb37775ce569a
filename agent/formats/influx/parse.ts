// Line protocol to metrics. Bytes in, metrics and errors out; nothing is thrown, whatever the bytes are.
// Source: telegraf plugins/parsers/influx/parser.go (1.39.3).

import type { Metric } from "../../core/metric.ts";
import { Cursor } from "./cursor.ts";
import { nextMetric, type ScanSettings } from "./line-scanner.ts";
import { InfluxParseError, type InfluxParseReason } from "./parse-error.ts";

export interface InfluxParserOptions {
  /** Unit of the timestamps; 0 means 1. Metrics without one get now, cut to this unit. */
  readonly timestampPrecisionNs: bigint;
}

export type ParsedWhole =
  | { readonly metrics: readonly Metric[]; readonly error: undefined }
  | { readonly metrics: undefined; readonly error: InfluxParseError };

export interface ParsedLines {
  /** The good lines. */
  readonly metrics: Metric[];
  /** How many lines were refused, by reason. */
  readonly refused: ReadonlyMap<InfluxParseReason, number>;
  /** The first few of the errors: a buffer may hold tens of thousands. */
  readonly errors: readonly InfluxParseError[];
}

const MOST_ERRORS = 16;

/** Keeps nothing between calls. */
export class InfluxParser {
  readonly #precisionNs: bigint;

  constructor({ timestampPrecisionNs = 1n }: Partial<InfluxParserOptions> = {}) {
    this.#precisionNs = timestampPrecisionNs > 0n ? timestampPrecisionNs : 1n;
  }

  /** All or nothing, as Telegraf's parsers of whole messages: the first error ends it. */
  parse(bytes: Buffer, nowNs: bigint): ParsedWhole {
    const cursor = new Cursor(bytes);
    const settings = this.#settings(nowNs);
    const metrics: Metric[] = [];
    for (;;) {
      const next = nextMetric(cursor, settings);
      if (next === undefined) return { metrics, error: undefined };
      if (next instanceof InfluxParseError) return { metrics: undefined, error: next };
      metrics.push(next);
    }
  }

  /** Every good line counts: an error costs its own line only. */
  parseLines(bytes: Buffer, nowNs: bigint): ParsedLines {
    const cursor = new Cursor(bytes);
    const settings = this.#settings(nowNs);
    const metrics: Metric[] = [];
    const refused = new Map<InfluxParseReason, number>();
    const errors: InfluxParseError[] = [];
    for (;;) {
      const next = nextMetric(cursor, settings);
      if (next === undefined) return { metrics, refused, errors };
      if (next instanceof InfluxParseError) {
        refused.set(next.reason, (refused.get(next.reason) ?? 0) + 1);
        if (errors.length < MOST_ERRORS) errors.push(next);
        cursor.skipLine();
      } else {
        metrics.push(next);
      }
    }
  }

  #settings(nowNs: bigint): ScanSettings {
    const precisionNs = this.#precisionNs;
    return { precisionNs, nowNs: precisionNs === 1n ? nowNs : nowNs - (nowNs % precisionNs) };
  }
}
