// Names of plugins: Telegraf's old ones are still understood, by the agent's own table of migrations.

import type { Catalog, PluginKind } from "../../agent/config/config.ts";
import { successorOf } from "../../agent/config/migrations/migrate.ts";
import { nearest } from "../../agent/config/near.ts";
import type { Notes } from "./notes.ts";
import { quote } from "./warning-text.ts";

/** The name under which the catalog has the plugin, if it has it at all. */
export function todaysName(kind: PluginKind, name: string, catalog: Catalog): string {
  return catalog.names(kind).includes(name) ? name : (successorOf(kind, name)?.to ?? name);
}

export function isPlugin(kind: PluginKind, name: string, catalog: Catalog): boolean {
  return catalog.names(kind).includes(todaysName(kind, name, catalog));
}

const WORDS: Readonly<Record<PluginKind, string>> = {
  inputs: "input",
  processors: "processor",
  aggregators: "aggregator",
  outputs: "output",
};

export function refuseUnknown(kind: PluginKind, name: string, catalog: Catalog, notes: Notes): void {
  const known = catalog.names(kind);
  const near = nearest(name.slice(0, 64), known);
  const remedy =
    near.length > 0 ? `did you mean ${near.join(" or ")}?` : `known: ${known.toSorted().join(", ") || "none"}`;
  notes.refuse("unknown_plugin", `there is no ${WORDS[kind]} ${quote(name)}`, remedy);
}
