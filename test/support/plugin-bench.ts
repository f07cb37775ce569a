// What a test needs to run one plugin without an agent: its options with defaults, and a context that keeps the log.

import { defaultsOf, type Options, type OptionTable } from "../../agent/config/options.ts";
import { systemClock, type Clock } from "../../agent/core/clock.ts";
import { createLog } from "../../agent/core/log.ts";
import type { PluginContext } from "../../agent/core/plugin.ts";
import { SelfStatistics } from "../../agent/core/self-statistics.ts";

/** The defaults of an option table, with changes. */
export function optionsWith<T extends OptionTable>(table: T, changes: Partial<Options<T>> = {}): Options<T> {
  return { ...defaultsOf(table), ...changes };
}

export interface PluginBench extends PluginContext {
  /** What was logged, a line an entry. */
  readonly lines: string[];
  readonly abort: () => void;
}

export function pluginBench(clock: Clock = systemClock): PluginBench {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLog({ level: "trace", format: "text", messageKey: "msg", write, nowNs: () => 0n });
  const stop = new AbortController();
  return { log, clock, statistics: new SelfStatistics(), signal: stop.signal, lines, abort: () => stop.abort() };
}
