// Which inputs the agent runs: the list in `plugins`, else the defaults; plus every plugin of which an option is named;
// plus what `prometheus.io/scrape` asks for. Only names the catalog has.

import type { Catalog } from "../../agent/config/config.ts";
import type { Asked } from "./asked.ts";
import type { Notes } from "./notes.ts";
import { isPlugin, refuseUnknown } from "./plugin-name.ts";

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
  if (selection.scrapeUrl !== undefined && !podLists) {
    if (isPlugin("inputs", SCRAPER, catalog)) names.add(SCRAPER);
    else
      notes.warn(`unknown_plugin: the agent has no ${SCRAPER} yet`, "prometheus.io/scrape is ignored, the rest runs");
  }
  const known = [...names].filter((name) => isPlugin("inputs", name, catalog));
  for (const name of names) if (!known.includes(name)) refuseUnknown("inputs", name, catalog, notes);
  return known;
}
