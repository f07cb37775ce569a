// Runs one input: starts its listener, collects on schedule, and gives each metric its way into the pipeline: filters,
// name, tags, time (telegraf models/running_input.go, models/makemetric.go).

import { RoundingAccumulator, type Accumulator } from "./accumulator.ts";
import { Filter } from "./filter.ts";
import type { Log } from "./log.ts";
import type { Metric } from "./metric.ts";
import { rename } from "./rename.ts";
import type { AnyInput, Input } from "./plugin.ts";
import { gatherPrecisionNs } from "./precision.ts";
import { errorText, pluginContext, pluginName, statisticsTags, type InputConfig, type Surroundings } from "./runner.ts";
import { startTicker } from "./ticker.ts";

export interface Downstream {
  readonly take: (metric: Metric) => void;
  readonly room: () => Promise<void>;
}

export class InputRunner {
  readonly name: string;
  readonly config: InputConfig;
  readonly surroundings: Surroundings;
  readonly #downstream: Downstream;
  readonly #log: Log;
  readonly #input: Input;
  readonly #filter: Filter;
  readonly #intervalMs: number;
  readonly #gatherAcc: RoundingAccumulator;
  readonly #listenAcc: Accumulator;
  readonly #counts = {
    metrics_gathered: 0,
    metrics_filtered: 0,
    gather_time_ns: 0,
    gather_timeouts: 0,
    gather_errors: 0,
    startup_errors: 0,
  };
  readonly #unregister: () => void;
  #gathering: Promise<void> | undefined;
  #gatherStartNs = 0n;
  #stopTicker: () => void = () => {};
  #started = false;

  constructor(config: InputConfig, surroundings: Surroundings, downstream: Downstream) {
    const { agent, statistics } = surroundings;
    const { common } = config;
    const description = config.plugin as AnyInput;
    const context = pluginContext(config, surroundings);
    this.name = pluginName(config);
    this.config = config;
    this.surroundings = surroundings;
    this.#downstream = downstream;
    this.#log = context.log;
    this.#input = description.create(config.options as never, context);
    this.#filter = new Filter(common);
    this.#intervalMs = common.intervalMs || agent.intervalMs;
    const pluginNs = BigInt(Math.round((common.precisionMs ?? 0) * 1e6));
    const target = {
      nowNs: () => surroundings.clock.nowNs(),
      take: (metric: Metric) => this.#take(metric),
      error: (error: Error) => this.#error(error),
      room: () => downstream.room(),
    };
    this.#gatherAcc = new RoundingAccumulator(gatherPrecisionNs(pluginNs, agent.precisionNs, this.#intervalMs), target);
    this.#listenAcc = new RoundingAccumulator(pluginNs > 0n ? pluginNs : 1n, target);
    const tags = statisticsTags(config, "input");
    this.#unregister = statistics.register({ measurement: "internal_gather", tags, read: () => this.#counts });
  }

  get gatherErrors(): number {
    return this.#counts.gather_errors;
  }

  /** Opens the listener, if the input has one. Does not collect yet. */
  async start(): Promise<void> {
    try {
      await this.#input.start?.(this.#listenAcc);
      this.#started = true;
    } catch (error) {
      this.#counts.startup_errors += 1;
      const behavior = this.config.common.startupErrorBehavior;
      if (behavior === "error") throw new Error(`${this.name}: ${errorText(error)}`, { cause: error });
      const next = behavior === "retry" ? "trying again before each collection" : "going on without it";
      this.#log.error(`${errorText(error)} (startup_error_behavior "${behavior}": ${next})`);
      if (behavior !== "retry") this.#input.gather = async () => {};
    }
  }

  /** Begins the collection loop. */
  poll(): void {
    if (this.#input.gather === undefined && this.config.common.startupErrorBehavior !== "retry") return;
    const { agent, clock } = this.surroundings;
    const { collectionJitterMs, collectionOffsetMs } = this.config.common;
    const settings = {
      intervalMs: this.#intervalMs,
      aligned: agent.roundInterval,
      offsetMs: collectionOffsetMs || agent.collectionOffsetMs,
      jitterMs: collectionJitterMs ?? agent.collectionJitterMs,
    };
    this.#stopTicker = startTicker(settings, clock, () => this.#tick());
  }

  /** Collects once, now. Waits for a collection under way and never runs beside it. */
  async gather(): Promise<void> {
    while (this.#gathering !== undefined) await this.#gathering;
    this.#gathering = this.#gatherOnce().finally(() => {
      this.#gathering = undefined;
    });
    await this.#gathering;
  }

  /** Ends the loop and the listener; with `finalGather`, what was aggregated since the last tick goes out too. */
  async stop({ finalGather }: { readonly finalGather: boolean }): Promise<void> {
    this.#stopTicker();
    await this.#gathering;
    const isListener = this.#input.start !== undefined && this.#started;
    try {
      if (this.#started) await this.#input.stop?.();
    } catch (error) {
      this.#log.error(`stopping: ${errorText(error)}`);
    }
    // Only a listener holds something that is gone otherwise; polling the world once more at exit helps nobody.
    if (finalGather && isListener) {
      // Rounded, it could carry the time of the last tick, and a database would keep one point of the two.
      this.#gatherAcc.stepPast();
      await this.gather();
    }
    this.#unregister();
  }

  #tick(): void {
    if (this.#gathering !== undefined) {
      this.#counts.gather_timeouts += 1;
      const interval = `${this.#intervalMs / 1000}s`;
      this.#log.warn(`Collection took longer than expected; not complete after interval of ${interval}`);
      this.#log.debug("Previous collection has not completed; scheduled collection skipped");
      return;
    }
    void this.gather();
  }

  async #gatherOnce(): Promise<void> {
    const { clock } = this.surroundings;
    const startMs = clock.monotonicMs();
    this.#gatherStartNs = clock.nowNs();
    try {
      if (!this.#started && this.config.common.startupErrorBehavior === "retry") await this.start();
      if (this.#started) await this.#input.gather?.(this.#gatherAcc);
    } catch (error) {
      this.#error(error instanceof Error ? error : new Error(String(error)));
    }
    this.#counts.gather_time_ns += Math.round((clock.monotonicMs() - startMs) * 1e6);
  }

  #error(error: Error): void {
    this.#counts.gather_errors += 1;
    this.#log.bounded("error", "plugin", () => `Error in plugin: ${error.message}`);
  }

  #take(metric: Metric): void {
    const { common } = this.config;
    if (!this.#filter.selects(metric)) {
      this.#counts.metrics_filtered += 1;
      return;
    }
    rename(metric, common);
    this.#addTags(metric, true, true);
    this.#filter.modify(metric);
    if (metric.fieldCount === 0) {
      this.#counts.metrics_filtered += 1;
      return;
    }
    const { agent } = this.surroundings;
    this.#addTags(
      metric,
      common.alwaysIncludeLocalTags || agent.alwaysIncludeLocalTags,
      common.alwaysIncludeGlobalTags || agent.alwaysIncludeGlobalTags,
    );
    if (common.timeSource === "collection_start") metric.timestampNs = this.#gatherStartNs;
    if (common.timeSource === "collection_end") metric.timestampNs = this.surroundings.clock.nowNs();
    this.#counts.metrics_gathered += 1;
    this.#downstream.take(metric);
  }

  /** A metric's own tag wins over the plugin's, that one over the global one. */
  #addTags(metric: Metric, local: boolean, global: boolean): void {
    if (local) for (const [key, value] of this.config.common.tags) if (!metric.hasTag(key)) metric.setTag(key, value);
    if (!global) return;
    for (const [key, value] of this.surroundings.globalTags) if (!metric.hasTag(key)) metric.setTag(key, value);
  }
}
