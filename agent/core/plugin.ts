// The contract between the agent and its plugins. A plugin folder exports one frozen description; the runner of its kind
// gives it everything that two plugins would otherwise repeat. A plugin touches no process, console, timer or global.

import type { OptionProblem, Options, OptionTable } from "../config/options.ts";
import type { Accumulator } from "./accumulator.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metric } from "./metric.ts";
import type { SelfStatistics } from "./self-statistics.ts";

export interface PluginContext {
  /** Already carries the plugin's name. */
  readonly log: Log;
  readonly clock: Clock;
  readonly statistics: SelfStatistics;
  /** Aborted when the plugin has to let go at once: end every request and every read. */
  readonly signal: AbortSignal;
}

export interface Input {
  /** Polled once an interval, never concurrently with itself. For a service input: emit what was aggregated. */
  gather?(acc: Accumulator): void | Promise<void>;
  /** A service input opens its listeners here and resolves when they accept; rejects with a message that names the
   *  address and the option to change. `acc` keeps timestamps as they are (1 ns). */
  start?(acc: Accumulator): Promise<void>;
  /** Resolves when all is closed; nothing is emitted afterwards, except by one last `gather`. */
  stop?(): Promise<void>;
}

export interface Output {
  connect?(): Promise<void>;
  /** Never called concurrently with itself. Resolves when all is accepted, else rejects (see write-error.ts).
   *  The batch and its metrics are shared: read only. */
  write(batch: readonly Metric[]): Promise<void>;
  close?(): Promise<void>;
}

export interface Processor {
  /** May change the metrics it is given, drop some, or return others. */
  apply(batch: Metric[]): Metric[];
}

export interface Aggregator {
  /** Owns nothing: read the metric, keep numbers. */
  add(metric: Metric): void;
  push(acc: Accumulator): void;
  reset(): void;
}

interface Description<Kind extends string, T extends OptionTable, O, Plugin> {
  readonly kind: Kind;
  /** Telegraf's exact name. */
  readonly name: string;
  readonly options: T;
  /** What the types of single options cannot say. Pure: no I/O, no clock. */
  readonly validate?: (options: O) => readonly OptionProblem[];
  /** Pure as well: sockets and files wait for `start` or `connect`. */
  readonly create: (options: O, context: PluginContext) => Plugin;
}

export type InputDescription<T extends OptionTable> = Description<"inputs", T, Options<T>, Input>;
export type OutputDescription<T extends OptionTable> = Description<"outputs", T, Options<T>, Output>;
export type ProcessorDescription<T extends OptionTable> = Description<"processors", T, Options<T>, Processor>;
export type AggregatorDescription<T extends OptionTable> = Description<"aggregators", T, Options<T>, Aggregator>;

/** Descriptions of unknown options, as the catalog and the runners hold them: `create` takes what `options` produced. */
export type AnyInput = Description<"inputs", OptionTable, never, Input>;
export type AnyOutput = Description<"outputs", OptionTable, never, Output>;
export type AnyDescription =
  | AnyInput
  | AnyOutput
  | Description<"processors", OptionTable, never, Processor>
  | Description<"aggregators", OptionTable, never, Aggregator>;

/** These four give each plugin its types from its option table, and freeze the description. */
export function defineInput<T extends OptionTable>(
  description: Omit<InputDescription<T>, "kind">,
): InputDescription<T> {
  return Object.freeze({ kind: "inputs", ...description });
}

export function defineOutput<T extends OptionTable>(
  description: Omit<OutputDescription<T>, "kind">,
): OutputDescription<T> {
  return Object.freeze({ kind: "outputs", ...description });
}

/** @public */
export function defineProcessor<T extends OptionTable>(
  description: Omit<ProcessorDescription<T>, "kind">,
): ProcessorDescription<T> {
  return Object.freeze({ kind: "processors", ...description });
}

/** @public */
export function defineAggregator<T extends OptionTable>(
  description: Omit<AggregatorDescription<T>, "kind">,
): AggregatorDescription<T> {
  return Object.freeze({ kind: "aggregators", ...description });
}
