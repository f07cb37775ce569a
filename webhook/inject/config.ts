// The pod's part of the agent's config: built as data, serialized, and loaded by the agent's own reader before it is
// handed out. No text of a user is ever joined into TOML.

import type { Catalog } from "../../agent/config/config.ts";
import { serializeToml } from "../../agent/config/toml/serialize.ts";
import type { TomlData } from "../../agent/config/toml/value.ts";
import { checkConfig } from "../classes/check-config.ts";
import type { Environment } from "./environment.ts";
import type { Notes } from "./notes.ts";
import type { PluginTable } from "./plugin-table.ts";
import { clip } from "./warning-text.ts";

export interface ConfigParts {
  readonly tags: ReadonlyMap<string, string>;
  readonly tables: readonly PluginTable[];
}

export function configText({ tags, tables }: ConfigParts): string {
  const plugins: Record<string, Record<string, TomlData[]>> = {};
  for (const { kind, name, table } of tables) {
    const ofKind = (plugins[kind] ??= Object.create(null) as Record<string, TomlData[]>);
    (ofKind[name] ??= []).push(table);
  }
  return serializeToml({
    global_tags: { pod_name: "$POD_NAME", namespace: "$NAMESPACE", ...Object.fromEntries(tags) },
    agent: { hostname: "$NODE_HOSTNAME", interval: "$INTERVAL", flush_interval: "$INTERVAL" },
    ...plugins,
  });
}

export interface ConfigCheck {
  readonly text: string;
  readonly environment: Environment;
  readonly catalog: Catalog;
}

export async function checkPodConfig({ text, environment, catalog }: ConfigCheck, notes: Notes): Promise<void> {
  const problems = await checkConfig({ name: "pilotfish.conf", text }, catalog, valuesOf(environment));
  for (const { severity, where, message, remedy } of problems) {
    const what = where === "" ? clip(message, 200) : `${where}: ${clip(message, 200)}`;
    if (severity === "error") notes.refuse("invalid_config", what, remedy);
    else notes.warn(what, remedy);
  }
}

/** What the variables will be, as far as it is written; fields of the pod get a likeness. */
function valuesOf({ variables }: Environment): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, source] of variables) {
    if (source.from === "value") values[name] = source.value;
    else if (source.from === "field") values[name] = source.path.replaceAll(/[^a-z]/gi, "-");
  }
  return values;
}
