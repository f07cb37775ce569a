// Builds the typed config of a plugin for tests of the runners: the defaults of all options, and what the case changes.

import { agentOptions, type AgentOptions } from "../../agent/config/agent-options.ts";
import { commonOptions } from "../../agent/config/common-options.ts";
import { defaultsOf } from "../../agent/config/options.ts";
import type { AnyDescription } from "../../agent/core/plugin.ts";
import type { InputConfig, OutputConfig, RunnableConfig } from "../../agent/core/runner.ts";

export function agentSettings(changed: Partial<AgentOptions> = {}): AgentOptions {
  return { ...defaultsOf(agentOptions), ...changed };
}

export function inputConfig(
  plugin: AnyDescription,
  common: Partial<InputConfig["common"]> = {},
  fingerprint: string = plugin.name,
): InputConfig {
  const all = { ...defaultsOf(commonOptions.inputs), ...common };
  return { kind: "inputs", plugin, options: defaultsOf(plugin.options), common: all, fingerprint };
}

export function outputConfig(
  plugin: AnyDescription,
  common: Partial<OutputConfig["common"]> = {},
  fingerprint: string = plugin.name,
): OutputConfig {
  const all = { ...defaultsOf(commonOptions.outputs), ...common };
  return { kind: "outputs", plugin, options: defaultsOf(plugin.options), common: all, fingerprint };
}

export function runnableConfig(parts: Partial<RunnableConfig>): RunnableConfig {
  return {
    agent: agentSettings(),
    globalTags: new Map(),
    inputs: [],
    outputs: [],
    processors: [],
    aggregators: [],
    ...parts,
  };
}
