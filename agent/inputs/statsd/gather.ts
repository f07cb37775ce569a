// One interval of the table -> metrics. The interval is frozen at one instant; the metrics are then built in slices, with
// a turn of the event loop in between, so that the socket is read while 100,000 series are emitted.

import { setImmediate } from "node:timers/promises";

import type { Accumulator } from "../../core/accumulator.ts";
import { Metric, type FieldValue, type ValueType } from "../../core/metric.ts";
import { goFloatShort } from "../../formats/go-float.ts";
import type { RunningStatistics } from "./running-statistics.ts";
import { COUNTER, GAUGE, GROUPS, SET, TIMING } from "./series-kind.ts";
import type { FrozenInterval, SeriesTable } from "./series-table.ts";

export interface GatherSettings {
  readonly percentiles: readonly number[];
  readonly floatCounters: boolean;
  readonly floatTimings: boolean;
  readonly floatSets: boolean;
  /** Adds the field `start_time`. */
  readonly startTime: boolean;
}

/** Series between two turns of the event loop: 1 to 3 ms. */
const SLICE = 2000;

export class Gatherer {
  readonly #settings: GatherSettings;
  readonly #table: SeriesTable;
  readonly #percentileFields: readonly string[];
  #lastGatherNs: bigint;

  constructor(table: SeriesTable, settings: GatherSettings, startedNs: bigint) {
    this.#table = table;
    this.#settings = settings;
    this.#percentileFields = settings.percentiles.map((percent) => `${goFloatShort(percent)}_percentile`);
    this.#lastGatherNs = startedNs;
  }

  /**
   * Never concurrently with itself. What arrives while it runs belongs to the next interval: nothing is lost or counted
   * twice. (Timings with delete_timings = false are cumulative; their statistics may already hold such a late value.)
   */
  async gather(acc: Accumulator, nowNs: bigint): Promise<void> {
    const frozen = this.#table.freeze();
    const timestampNs = acc.nowNs();
    const startTime = this.#settings.startTime ? rfc3339(this.#lastGatherNs) : undefined;
    this.#lastGatherNs = nowNs;
    let inSlice = 0;
    for (const group of GROUPS) {
      const cells = frozen.groups[group]?.cells ?? [];
      // Series of several fields, waiting for the last of them.
      const open = new Map<number, Metric>();
      for (let at = 0; at < cells.length; at++) {
        if (++inSlice % SLICE === 0) await this.#pause(acc);
        const metric = this.#metric(cells[at] as number, timestampNs, open);
        this.#setFields(metric, { frozen, group, at });
        if (startTime !== undefined) metric.setField("start_time", startTime);
        if (!open.has(this.#table.index.head(cells[at] as number))) acc.add(metric);
      }
      for (const metric of open.values()) acc.add(metric);
    }
    this.#table.tidy(Number(nowNs / 1_000_000n));
  }

  /** Lets the socket be read, and waits for outputs that cannot follow. */
  async #pause(acc: Accumulator): Promise<void> {
    await setImmediate();
    await acc.room?.();
  }

  #metric(cell: number, timestampNs: bigint, open: Map<number, Metric>): Metric {
    const { index } = this.#table;
    const shared = index.hasSeveralFields(cell);
    const known = shared ? open.get(index.head(cell)) : undefined;
    if (known !== undefined) return known;
    const { tags, group } = index.shape(cell);
    const metric = new Metric(index.name(cell), timestampNs, valueType(group));
    for (let at = 0; at < tags.length; at += 2) metric.setTag(tags[at] as string, tags[at + 1] as string);
    if (shared) open.set(index.head(cell), metric);
    return metric;
  }

  #setFields(metric: Metric, from: { frozen: FrozenInterval; group: number; at: number }): void {
    const { frozen, group, at } = from;
    const entry = frozen.groups[group];
    const cell = entry?.cells[at] as number;
    const { field } = this.#table.index.shape(cell);
    if (group === TIMING) this.#setTiming(metric, field, entry?.statistics[at] as RunningStatistics);
    else metric.setField(field, this.#value(group, entry?.values[at] as number, frozen.bigs.get(cell)));
  }

  #value(group: number, value: number, big: bigint | undefined): FieldValue {
    const { floatCounters, floatSets } = this.#settings;
    if (group === COUNTER) {
      const exact = Number.isNaN(value) ? (big ?? 0n) : BigInt(value);
      return floatCounters ? Number(exact) : exact;
    }
    return group === SET && !floatSets ? BigInt(value) : value;
  }

  #setTiming(metric: Metric, field: string, statistics: RunningStatistics): void {
    const prefix = field === "value" ? "" : `${field}_`;
    const { percentiles, floatTimings } = this.#settings;
    metric.setField(`${prefix}mean`, statistics.mean);
    metric.setField(`${prefix}median`, statistics.median());
    metric.setField(`${prefix}stddev`, statistics.deviation);
    metric.setField(`${prefix}sum`, statistics.sum);
    metric.setField(`${prefix}upper`, statistics.upper);
    metric.setField(`${prefix}lower`, statistics.lower);
    metric.setField(`${prefix}count`, floatTimings ? statistics.count : BigInt(statistics.count));
    if (percentiles.length === 0) return;
    for (const [at, value] of statistics.percentiles(percentiles).entries())
      metric.setField(`${prefix}${this.#percentileFields[at]}`, value);
  }
}

function valueType(group: number): ValueType {
  return group === COUNTER ? "counter" : group === GAUGE ? "gauge" : "untyped";
}

/** Seconds, in UTC: what Go prints on a machine without a zone. */
function rfc3339(ns: bigint): string {
  return new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().replace(".000Z", "Z");
}
