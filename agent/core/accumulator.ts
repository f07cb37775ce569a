// Where an input puts what it found. The runner behind it filters, names, tags, rounds and passes on.

import { Metric, type FieldValue, type ValueType } from "./metric.ts";
import { roundNs } from "./precision.ts";

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
  /** Back-pressure: resolves when the outputs have room again, or cannot take anything at the moment. Who adds
   *  thousands of metrics at once awaits it between slices; nobody has to. */
  room?(): Promise<void>;
}

export interface AccumulatorTarget {
  readonly nowNs: () => bigint;
  readonly take: (metric: Metric) => void;
  readonly error: (error: Error) => void;
  readonly room: () => Promise<void>;
}

/** The accumulator of the runners: rounds each timestamp to `precisionNs`. */
export class RoundingAccumulator implements Accumulator {
  readonly #precisionNs: bigint;
  readonly #target: AccumulatorTarget;
  #lastNs: bigint | undefined;
  #earliestNs: bigint | undefined;

  constructor(precisionNs: bigint, target: AccumulatorTarget) {
    this.#precisionNs = precisionNs;
    this.#target = target;
  }

  add(metric: Metric): void {
    metric.timestampNs = roundNs(metric.timestampNs, this.#precisionNs);
    this.#target.take(metric);
  }

  addFields(
    name: string,
    fields: Readonly<Record<string, FieldValue | undefined>>,
    tags: Readonly<Record<string, string>> = {},
    type: ValueType = "untyped",
  ): void {
    const metric = new Metric(name, this.nowNs(), type);
    for (const [key, value] of Object.entries(tags)) metric.setTag(key, value);
    for (const [key, value] of Object.entries(fields)) if (value !== undefined) metric.setField(key, value);
    this.#target.take(metric);
  }

  nowNs(): bigint {
    const nowNs = roundNs(this.#target.nowNs(), this.#precisionNs);
    this.#lastNs = this.#earliestNs !== undefined && nowNs < this.#earliestNs ? this.#earliestNs : nowNs;
    return this.#lastNs;
  }

  /** From here on it is later than at any time before, by a whole step if need be. */
  stepPast(): void {
    if (this.#lastNs !== undefined) this.#earliestNs = this.#lastNs + this.#precisionNs;
  }

  error(error: Error): void {
    this.#target.error(error);
  }

  room(): Promise<void> {
    return this.#target.room();
  }
}
