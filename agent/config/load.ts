// Config sources to one typed configuration, with everything that is wrong in them. It reads no file and no process
// environment: both come in. Source: telegraf config/config.go (LoadAll), agent-wide merging of several files.

import { AgentMerge } from "./agent-merge.ts";
import type { Catalog, Config, ConfigProblem, ConfigSource, PluginKind, PluginSchema } from "./config.ts";
import { readDocument, type EnvHandling } from "./environment.ts";
import { PluginLoader } from "./plugin-loader.ts";
import { ProblemLog } from "./problem-log.ts";
import { readSections } from "./sections.ts";
import type { TomlTable } from "./toml/value.ts";
import type { Environment } from "./variables.ts";

export interface LoadSettings<P extends PluginSchema> {
  readonly catalog: Catalog<P>;
  readonly env: Environment;
  /** "auto" when absent. */
  readonly envHandling?: EnvHandling;
  /** For checking a config away from where it will run: an option whose variables have no value yet is no error. */
  readonly tolerateUnresolved?: boolean;
  /** Plugins of these kinds are loaded only when named: Telegraf's --input-filter and its siblings. */
  readonly only?: Partial<Record<PluginKind, readonly string[]>>;
}

export interface LoadedConfig<P extends PluginSchema> {
  /** undefined exactly when there is a problem of severity "error". */
  readonly config: Config<P> | undefined;
  readonly problems: readonly ConfigProblem[];
}

export async function loadConfig<P extends PluginSchema>(
  sources: readonly ConfigSource[],
  settings: LoadSettings<P>,
): Promise<LoadedConfig<P>> {
  const plugins = new PluginLoader<P>(settings.catalog, settings.only ?? {});
  const agent = new AgentMerge();
  const globalTags = new Map<string, string>();
  const logs: ProblemLog[] = [];
  for (const given of sources) {
    const source = { ...given, text: given.text.replace(/^\uFEFF/, "") };
    const tolerateUnresolved = settings.tolerateUnresolved ?? false;
    const handling = settings.envHandling ?? "auto";
    const document = readDocument(source.text, { env: settings.env, handling, tolerateUnresolved });
    const log = new ProblemLog(source, document, { tolerateUnresolved });
    logs.push(log);
    const sections = readSections(document.root, (severity, at, message, remedy) =>
      log.add({ severity, where: "", at }, message, remedy),
    );
    const { isPartial } = document;
    if (sections.agent !== undefined) agent.add(sections.agent, { log, where: "", isPartial });
    for (const table of sections.globalTags) readTags(table, globalTags, log);
    for (const section of sections.plugins) await plugins.add(section, { log, isPartial });
  }
  const config = { agent: agent.finish(), globalTags, ...plugins.loaded };
  const problems = logs.flatMap((log) => log.problems);
  return { config: problems.some((problem) => problem.severity === "error") ? undefined : config, problems };
}

/** Later sources overwrite. */
function readTags(table: TomlTable, into: Map<string, string>, log: ProblemLog): void {
  for (const [key, { value }] of table.entries) {
    if (value.type === "string") into.set(key, value.value);
    else {
      const place = { severity: "error", where: "", at: value.at } as const;
      log.add(place, `the global tag "${key}" is of type ${value.type}`, "write a string in quotes");
    }
  }
}
