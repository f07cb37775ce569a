// Runs one output: filters what it gets, buffers it, writes batches, keeps what was refused for now, counts what is lost
// (telegraf models/running_output.go). One write at a time, oldest first.

import type { Timer } from "./clock.ts";
import { Filter } from "./filter.ts";
import type { Log } from "./log.ts";
import type { Metric } from "./metric.ts";
import { rename, renames } from "./rename.ts";
import type { AnyOutput, Output } from "./plugin.ts";
import { RingBuffer } from "./ring-buffer.ts";
import {
  errorText,
  pluginContext,
  pluginName,
  statisticsTags,
  type OutputConfig,
  type Surroundings,
} from "./runner.ts";
import { WriteError } from "./write-error.ts";

/** How long a failed connection waits for its only second try. */
const RECONNECT_MS = 15_000;

export class OutputRunner {
  readonly name: string;
  readonly config: OutputConfig;
  readonly #surroundings: Surroundings;
  readonly #log: Log;
  readonly #output: Output;
  readonly #filter: Filter;
  readonly #batchSize: number;
  readonly #buffer: RingBuffer<Metric>;
  readonly #counts = {
    metrics_added: 0,
    metrics_written: 0,
    metrics_rejected: 0,
    metrics_dropped: 0,
    metrics_filtered: 0,
    write_time_ns: 0,
    write_errors: 0,
    startup_errors: 0,
  };
  readonly #unregister: () => void;
  #connected = false;
  #connecting: Promise<void> | undefined;
  #ignored = false;
  #writing: Promise<void> | undefined;
  #lastWriteFailed = false;
  #inFlight = 0;
  #droppedSinceWrite = 0;
  #flushTimer: Timer | undefined;

  constructor(config: OutputConfig, surroundings: Surroundings) {
    const { agent, statistics } = surroundings;
    const { common } = config;
    const context = pluginContext(config, surroundings);
    this.name = pluginName(config);
    this.config = config;
    this.#surroundings = surroundings;
    this.#log = context.log;
    this.#output = (config.plugin as AnyOutput).create(config.options as never, context);
    this.#filter = new Filter(common);
    this.#batchSize = common.metricBatchSize || agent.metricBatchSize || 1000;
    this.#buffer = new RingBuffer(common.metricBufferLimit || agent.metricBufferLimit || 10_000);
    this.#unregister = statistics.register({
      measurement: "internal_write",
      tags: statisticsTags(config, "output"),
      read: () => ({ ...this.#counts, buffer_size: this.unsent, buffer_limit: this.#buffer.limit }),
    });
  }

  /** Metrics not yet accepted by the destination. */
  get unsent(): number {
    return this.#buffer.length + this.#inFlight;
  }

  /** Metrics that were lost or refused for good. */
  get lost(): number {
    return this.#counts.metrics_dropped + this.#counts.metrics_rejected;
  }

  /** `patient`: one retry after 15 s. startup_error_behavior decides what a failure means. */
  async connect({ patient }: { readonly patient: boolean }): Promise<void> {
    const behavior = this.config.common.startupErrorBehavior;
    try {
      await this.#connectOnce();
    } catch (error) {
      if (behavior === "retry") {
        this.#log.error(`${errorText(error)} (startup_error_behavior "retry": trying again before each write)`);
        return;
      }
      if (behavior === "ignore") {
        this.#log.error(`${errorText(error)} (startup_error_behavior "ignore": going on without it)`);
        this.#ignored = true;
        return;
      }
      if (!patient) throw error;
      this.#log.error(`${errorText(error)}; trying once more in ${RECONNECT_MS / 1000} s`);
      await this.#pause(RECONNECT_MS);
      await this.#connectOnce();
    }
  }

  /** Begins the flush loop. */
  run(): void {
    const { agent, clock } = this.#surroundings;
    const intervalMs = this.config.common.flushIntervalMs || agent.flushIntervalMs;
    const jitterMs = this.config.common.flushJitterMs ?? agent.flushJitterMs;
    const arm = () => {
      this.#flushTimer = clock.after(intervalMs + Math.random() * jitterMs, () => {
        arm();
        if (this.#writing !== undefined) this.#log.warn("did not complete within its flush interval");
        else void this.flush();
      });
    };
    arm();
  }

  /** The metric is shared with other outputs: it is copied before it is changed. */
  add(metric: Metric): void {
    if (this.#ignored || !this.#filter.selects(metric)) {
      this.#counts.metrics_filtered += 1;
      return;
    }
    const { common } = this.config;
    let own = metric;
    if (this.#filter.modifies || renames(common)) {
      own = metric.copy();
      this.#filter.modify(own);
      rename(own, common);
    }
    if (own.fieldCount === 0) {
      this.#counts.metrics_filtered += 1;
      return;
    }
    this.#counts.metrics_added += 1;
    if (this.#buffer.push(own)) this.#drop(1);
    if (this.#buffer.length >= this.#batchSize && this.#writing === undefined && !this.#lastWriteFailed) {
      void this.#exclusively(async () => {
        while (this.#buffer.length >= this.#batchSize && (await this.#writeBatch()));
      });
    }
  }

  /** Takes over what a predecessor could not deliver: older than anything here, and already filtered and named. */
  inherit(metrics: readonly Metric[]): void {
    this.#counts.metrics_added += metrics.length;
    this.#drop(this.#buffer.putBack(metrics));
  }

  /** Resolves at once unless this output is healthy and simply behind. */
  async room(): Promise<void> {
    while (this.#writing !== undefined && !this.#lastWriteFailed && this.#buffer.length >= this.#batchSize) {
      await this.#writing;
    }
  }

  /** Writes what is buffered, batch after batch, until it is all gone or a write fails. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#exclusively(async () => {
      const batches = Math.floor(this.#buffer.length / this.#batchSize) + 1;
      for (let i = 0; i < batches && this.#buffer.length > 0; i++) if (!(await this.#writeBatch())) return;
    });
    this.#log.debug(`Buffer fullness: ${this.#buffer.length} / ${this.#buffer.limit} metrics`);
  }

  /** Ends the flush loop and hands over what could not be delivered; the caller decides about it. */
  async stop({ finalFlush }: { readonly finalFlush: boolean }): Promise<readonly Metric[]> {
    this.#flushTimer?.cancel();
    while (this.#writing !== undefined) await this.#writing;
    if (finalFlush) await this.flush();
    const left = this.#buffer.take(this.#buffer.length);
    try {
      if (this.#connected) await this.#output.close?.();
    } catch (error) {
      this.#log.error(`closing: ${errorText(error)}`);
    }
    this.#unregister();
    return left;
  }

  /** Whoever needs the connection joins an attempt under way. */
  #connectOnce(): Promise<void> {
    this.#connecting ??= this.#attemptConnect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #attemptConnect(): Promise<void> {
    if (this.#connected) return;
    try {
      await this.#output.connect?.();
      this.#connected = true;
    } catch (error) {
      this.#counts.startup_errors += 1;
      throw new Error(`${this.name}: ${errorText(error)}`, { cause: error });
    }
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    this.#writing = work().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Returns whether the next batch may follow. */
  async #writeBatch(): Promise<boolean> {
    const { clock } = this.#surroundings;
    this.#reportDrops();
    const batch = this.#buffer.take(this.#batchSize);
    this.#inFlight = batch.length;
    const startMs = clock.monotonicMs();
    try {
      if (!this.#connected) await this.#connectOnce();
      await this.#output.write(batch);
      this.#counts.metrics_written += batch.length;
      this.#lastWriteFailed = false;
      const tookMs = clock.monotonicMs() - startMs;
      this.#log.debug(`Wrote batch of ${batch.length} metrics in ${tookMs.toFixed(3)}ms`);
    } catch (error) {
      this.#lastWriteFailed = !this.#settle(batch, error);
    } finally {
      this.#inFlight = 0;
      this.#counts.write_time_ns += Math.round((clock.monotonicMs() - startMs) * 1e6);
    }
    return !this.#lastWriteFailed;
  }

  /** Sorts a refused batch into accepted, rejected and kept. Returns whether it counts as progress. */
  #settle(batch: readonly Metric[], error: unknown): boolean {
    const verdict = error instanceof WriteError ? error.verdict : { kind: "retry" as const };
    this.#counts.write_errors += 1;
    this.#log.error(`Error writing to ${this.name}: ${errorText(error)}`);
    if (verdict.kind === "drop") {
      this.#counts.metrics_rejected += batch.length;
      return true;
    }
    if (verdict.kind === "retry") {
      this.#drop(this.#buffer.putBack(batch));
      return false;
    }
    const done = new Set([...verdict.accepted, ...verdict.rejected]);
    this.#counts.metrics_written += verdict.accepted.length;
    this.#counts.metrics_rejected += verdict.rejected.length;
    this.#drop(this.#buffer.putBack(batch.filter((_, index) => !done.has(index))));
    return verdict.accepted.length > 0 || done.size === batch.length;
  }

  #drop(count: number): void {
    this.#counts.metrics_dropped += count;
    this.#droppedSinceWrite += count;
  }

  #reportDrops(): void {
    if (this.#droppedSinceWrite === 0) return;
    this.#log.warn(`Metric buffer overflow; ${this.#droppedSinceWrite} metrics have been dropped`);
    this.#droppedSinceWrite = 0;
  }

  #pause(delayMs: number): Promise<void> {
    const { clock, signal } = this.#surroundings;
    return new Promise((resolve) => {
      const timer = clock.after(delayMs, resolve);
      signal.addEventListener("abort", () => (timer.cancel(), resolve()), { once: true });
    });
  }
}
