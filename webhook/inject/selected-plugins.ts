// Which inputs the agent runs: the list in `plugins`, else the defaults; plus every plugin of which an option is named;
// plus what `prometheus.io/scrape` asks for. Only names the catalog has.

import type { Catalog, PluginKind } from "../../agent/config/config.ts";
import { nearest } from "../../agent/config/near.ts";
import type { Asked } from "./asked.ts";
import type { Notes } from "./notes.ts";
import { quote } from "./warning-text.ts";

export interface Selection {
  readonly asked: Asked;
  /** Used when nobody lists plugins. */
  readonly defaults: readonly string[];
  /** Inputs that the pod brings as raw tables: they take the place of a default of the same name. */
  readonly raw: readonly string[];
  /** The page that the pod's scrape annotations point at. */
  readonly scrapeUrl: string | undefined;
  readonly catalog: Catalog;
}

const KIND_WORDS: Readonly<Record<PluginKind, string>> = {
  inputs: "input",
  processors: "processor",
  aggregators: "aggregator",
  outputs: "output",
};

const SCRAPER = "prometheus";

export function selectPlugins(selection: Selection, notes: Notes): readonly string[] {
  const { asked, catalog } = selection;
  const list = asked.get("plugins");
  const listed = list?.value.split(/[\s,]+/).filter((name) => name !== "");
  const podLists = list?.from === "pod";
  const names = new Set(listed ?? selection.defaults.filter((name) => !selection.raw.includes(name)));
  for (const { plugin, from } of asked.options) {
    // The namespace's options are defaults for plugins that run, they start none against the pod's own list.
    if (from === "pod" || !podLists) names.add(plugin);
  }
  const known = catalog.names("inputs");
  if (selection.scrapeUrl !== undefined && !podLists) {
    if (known.includes(SCRAPER)) names.add(SCRAPER);
    else
      notes.warn(`unknown_plugin: the agent has no ${SCRAPER} yet`, "prometheus.io/scrape is ignored, the rest runs");
  }
  for (const name of names) if (!known.includes(name)) refuseUnknown("inputs", name, known, notes);
  return [...names].filter((name) => known.includes(name));
}

export function refuseUnknown(kind: PluginKind, name: string, known: readonly string[], notes: Notes): void {
  const near = nearest(name.slice(0, 64), known);
  const remedy = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "see the list: pilotfish agent plugins";
  notes.refuse("unknown_plugin", `there is no ${KIND_WORDS[kind]} ${quote(name)}`, remedy);
}
