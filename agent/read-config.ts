// From the command line to a loaded config: which files, with which handling of the environment. Reads files, prints nothing.

import { homedir } from "node:os";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { builtInConfig } from "./built-in-config.ts";
import { catalog } from "./catalog.ts";
import type { Invocation } from "./cli.ts";
import type { ConfigProblem, ConfigSource } from "./config/config.ts";
import type { EnvHandling } from "./config/environment.ts";
import { discoverConfigs } from "./config/discovery.ts";
import { readConfigFiles } from "./config/files.ts";
import { loadConfig } from "./config/load.ts";
import type { LoadedConfig } from "./run.ts";

export interface ConfigReader {
  /** No config was named and none found: the built-in one runs. */
  readonly isBuiltIn: boolean;
  readonly directories: readonly string[];
  /** The text of all sources, to notice changes. */
  readonly text: () => Promise<string>;
  readonly load: () => Promise<LoadedConfig>;
}

export function configReader({ flags }: Invocation, env: NodeJS.ProcessEnv): ConfigReader {
  const named = { configs: flags.config ?? [], directories: flags["config-directory"] ?? [] };
  const isNamed = named.configs.length + named.directories.length > 0;
  const found = isNamed ? named : discoverConfigs({ ...env, HOME: env["HOME"] ?? homedir() }, existsSync);
  const paths = { configs: found?.configs ?? [], directories: found?.directories ?? [] };
  const tolerateMissing = flags["await-outputs"] !== undefined;

  const read = async (): Promise<{ sources: readonly ConfigSource[]; problems: readonly ConfigProblem[] }> =>
    found === undefined ? { sources: [builtInConfig], problems: [] } : readConfigFiles({ ...paths, tolerateMissing });
  const load = async (): Promise<LoadedConfig> => {
    const { sources, problems: unread } = await read();
    const only = {
      inputs: names(flags["input-filter"]),
      outputs: names(flags["output-filter"]),
      processors: names(flags["processor-filter"]),
      aggregators: names(flags["aggregator-filter"]),
    };
    const wanted = Object.fromEntries(Object.entries(only).filter(([, list]) => list.length > 0));
    const loaded = await loadConfig(sources, { catalog, env, envHandling: envHandling(flags), only: wanted });
    const problems = [...unread, ...loaded.problems];
    const isSound = !problems.some(({ severity }) => severity === "error");
    return { config: isSound ? loaded.config : undefined, problems, text: textOf(sources) };
  };
  return {
    isBuiltIn: found === undefined,
    directories: [...paths.directories, ...paths.configs.map((path) => dirname(path))],
    text: async () => textOf((await read()).sources),
    load,
  };
}

function textOf(sources: readonly ConfigSource[]): string {
  return JSON.stringify(sources);
}

function names(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => value.split(":")).filter((name) => name !== "");
}

function envHandling(flags: Invocation["flags"]): EnvHandling {
  if (flags["old-env-behavior"] !== undefined) return "old";
  if (flags["non-strict-env-handling"] !== undefined) return "text";
  return flags["strict-env-handling"] === undefined ? "auto" : "strict";
}
