// What all runners share: the surroundings they get from the agent, and the plugin's name as logs and statistics show it.

import type { AgentOptions } from "../config/agent-options.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "./clock.ts";
import type { Log, LogLevel } from "./log.ts";
import type { AnyDescription, PluginContext } from "./plugin.ts";
import type { SelfStatistics } from "./self-statistics.ts";

export type RunnableConfig = Config<AnyDescription>;
export type InputConfig = RunnableConfig["inputs"][number];
export type OutputConfig = RunnableConfig["outputs"][number];

export interface Surroundings {
  readonly agent: AgentOptions;
  /** `host` among them, unless omitted. */
  readonly globalTags: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly statistics: SelfStatistics;
  /** Aborted at the shutdown deadline. */
  readonly signal: AbortSignal;
}

export interface NamedPlugin {
  readonly kind: string;
  readonly plugin: { readonly name: string };
  readonly common: { readonly alias: string; readonly logLevel: LogLevel | "" };
}

/** `inputs.statsd`, or `inputs.statsd::alias`. */
export function pluginName({ kind, plugin, common }: NamedPlugin): string {
  return `${kind}.${plugin.name}${common.alias === "" ? "" : `::${common.alias}`}`;
}

export function pluginContext(config: NamedPlugin, surroundings: Surroundings): PluginContext {
  const { clock, statistics, signal, log } = surroundings;
  return { clock, statistics, signal, log: log.child(pluginName(config), config.common.logLevel || undefined) };
}

/** Tags of self-statistics, as upstream has them: the plugin's name and its alias. */
export function statisticsTags(config: NamedPlugin, key: "input" | "output"): Record<string, string> {
  const { alias } = config.common;
  return alias === "" ? { [key]: config.plugin.name } : { [key]: config.plugin.name, alias };
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
