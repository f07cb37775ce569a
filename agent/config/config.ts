// The agent's configuration after loading: typed, defaulted, complete. What the reader promises and the core builds on.

import type { AgentOptions } from "./agent-options.ts";
import type { AggregatorCommon, InputCommon, OutputCommon, ProcessorCommon } from "./common-options.ts";
import type { OptionProblem, OptionTable } from "./options.ts";

export type PluginKind = "inputs" | "processors" | "aggregators" | "outputs";

/** All that the reader needs to know of a plugin. core/plugin.ts adds what makes it run. */
export interface PluginSchema {
  readonly kind: PluginKind;
  readonly name: string;
  readonly options: OptionTable;
  readonly validate?: (options: never) => readonly OptionProblem[];
}

/** name -> plugin, loaded when a config names it. */
export interface Catalog<P extends PluginSchema = PluginSchema> {
  /** undefined: there is no such plugin. */
  load(kind: PluginKind, name: string): Promise<P | undefined>;
  names(kind: PluginKind): readonly string[];
}

interface PluginConfigOf<K extends PluginKind, Common, P extends PluginSchema> {
  readonly kind: K;
  readonly plugin: P;
  /** What the plugin's option table made of the config. */
  readonly options: unknown;
  readonly common: Common;
  /** Equal for two tables that mean the same: a reload keeps the running instance then. */
  readonly fingerprint: string;
}

/** The plugins of all sources, in load order. */
export interface Config<P extends PluginSchema = PluginSchema> {
  readonly agent: AgentOptions;
  /** Without `host`: the agent adds that one. */
  readonly globalTags: ReadonlyMap<string, string>;
  readonly inputs: readonly PluginConfigOf<"inputs", InputCommon, P>[];
  readonly processors: readonly PluginConfigOf<"processors", ProcessorCommon, P>[];
  readonly aggregators: readonly PluginConfigOf<"aggregators", AggregatorCommon, P>[];
  readonly outputs: readonly PluginConfigOf<"outputs", OutputCommon, P>[];
}

export interface ConfigSource {
  /** How messages name it: a path, or a word such as "built-in". */
  readonly name: string;
  readonly text: string;
}

/** A warning is logged and the config runs; an error is not run. */
export interface ConfigProblem {
  readonly severity: "error" | "warning";
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** The plugin concerned, for instance `inputs.statsd`; empty for syntax and [agent]. */
  readonly where: string;
  readonly message: string;
  readonly remedy: string;
  /** The source line it is about, environment not substituted (so that no secret is printed). */
  readonly excerpt: string;
}
