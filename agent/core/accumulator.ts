// Where an input puts what it found. The runner behind it filters, names, tags, rounds and passes on.

import type { FieldValue, Metric, ValueType } from "./metric.ts";

export interface Accumulator {
  /** Takes ownership of the metric: do not touch it afterwards. */
  add(metric: Metric): void;
  /** Convenience for polled inputs; the time is now, rounded to the precision in force. */
  addFields(
    name: string,
    fields: Readonly<Record<string, FieldValue | undefined>>,
    tags?: Readonly<Record<string, string>>,
    type?: ValueType,
  ): void;
  /** Now, rounded to the precision in force (agent-wide rule: nearest, halves up). */
  nowNs(): bigint;
  /** Something went wrong with one item and the rest goes on: logged at a bounded rate and counted. */
  error(error: Error): void;
}
