// Every plugin table of the pod's part of the config: those generated for the selected inputs, and the raw ones.

import type { Catalog } from "../../agent/config/config.ts";
import type { Asked } from "./asked.ts";
import { refuseDoubles, startingTables, withoutConflicts, type Listen } from "./listeners.ts";
import type { JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import { isPlugin, refuseUnknown } from "./plugin-name.ts";
import { optionTables } from "./plugin-options.ts";
import { rawTables } from "./raw-tables.ts";
import { scrapeUrl } from "./scrape.ts";
import { selectPlugins } from "./selected-plugins.ts";
import type { DataTable, PluginTable } from "./plugin-table.ts";

export interface TablesInput {
  readonly pod: JsonObject;
  readonly asked: Asked;
  readonly defaults: readonly string[];
  readonly listen: Listen;
  readonly catalog: Catalog;
}

export async function pluginTables(input: TablesInput, notes: Notes): Promise<readonly PluginTable[]> {
  const { pod, asked, defaults, listen, catalog } = input;
  const raw = rawTables(asked, notes);
  for (const { kind, name } of raw) {
    if (!isPlugin(kind, name, catalog)) refuseUnknown(kind, name, catalog, notes);
  }
  const url = scrapeUrl(pod, notes);
  const rawInputs = raw.filter(({ kind }) => kind === "inputs").map(({ name }) => name);
  const plugins = selectPlugins({ asked, defaults, raw: rawInputs, scrapeUrl: url, catalog }, notes);
  const options = await optionTables(asked.options, plugins, catalog, notes);
  const generated = plugins.flatMap((name) => {
    const set = options.get(name) ?? {};
    const scraped: DataTable = name === "prometheus" && url !== undefined ? { urls: [url] } : {};
    return starting(name, listen, set).map((table): PluginTable => {
      return { kind: "inputs", name, table: { ...table, ...scraped, ...set } };
    });
  });
  const tables = withoutConflicts([...generated, ...raw], pod, notes);
  refuseDoubles(tables, notes);
  return tables;
}

/** A listener that is moved is one listener. */
function starting(name: string, listen: Listen, set: DataTable): readonly DataTable[] {
  const tables = startingTables(name, listen);
  return "service_address" in set ? tables.slice(0, 1) : tables;
}
