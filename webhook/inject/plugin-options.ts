// `<plugin>.<option>`: one option out of an annotation, read by the type that the plugin declares for it, as TOML data.

import { commonOptions } from "../../agent/config/common-options.ts";
import type { Catalog, PluginSchema } from "../../agent/config/config.ts";
import { nearest } from "../../agent/config/near.ts";
import { optionFromText } from "../../agent/config/option-text.ts";
import type { Option, OptionTable } from "../../agent/config/options.ts";
import type { TomlData } from "../../agent/config/toml/value.ts";
import { nameOf, type OptionAsk } from "./asked.ts";
import type { Notes } from "./notes.ts";
import { todaysName } from "./plugin-name.ts";
import type { DataTable } from "./plugin-table.ts";
import { clip, quote } from "./warning-text.ts";

/** plugin -> the table of what its annotations set. */
export async function optionTables(
  asks: readonly OptionAsk[],
  plugins: readonly string[],
  catalog: Catalog,
  notes: Notes,
): Promise<ReadonlyMap<string, DataTable>> {
  const tables = new Map<string, DataTable>();
  for (const plugin of plugins) {
    const own = asks.filter((ask) => ask.plugin === plugin);
    const schema = own.length === 0 ? undefined : await catalog.load("inputs", todaysName("inputs", plugin, catalog));
    if (schema === undefined) continue;
    let table: DataTable = {};
    for (const ask of own) table = merge(table, readOption(ask, schema, notes));
    tables.set(plugin, table);
  }
  return tables;
}

function readOption(ask: OptionAsk, schema: PluginSchema, notes: Notes): DataTable {
  const declared = [...Object.values(schema.options), ...Object.values(commonOptions.inputs)];
  const result = nested(ask, declared, ask.path);
  if ("value" in result) return result.value;
  notes.refuse("invalid_annotation", `${nameOf(ask)}: ${result.problem}`, result.remedy);
  return {};
}

type Nested = { readonly value: DataTable } | { readonly problem: string; readonly remedy: string };

function nested(ask: OptionAsk, declared: readonly Option<unknown>[], path: readonly string[]): Nested {
  const [key = "", ...rest] = path;
  const option = declared.find((candidate) => candidate.key === key);
  if (option === undefined) {
    const near = nearest(
      key.slice(0, 64),
      declared.map((candidate) => candidate.key),
    );
    const remedy = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "see the plugin's reference page";
    return { problem: `${ask.plugin} has no option ${quote(key)}`, remedy };
  }
  if (rest.length === 0) return leaf(option, ask.value, key);
  if (option.type === "table") {
    const inner = nested(ask, Object.values((option.table ?? {}) satisfies OptionTable), rest);
    return "value" in inner ? { value: { [key]: inner.value } } : inner;
  }
  const entry = rest.join(".");
  if (option.type === "string-map") return { value: { [key]: { [entry]: ask.value } } };
  if (option.type === "strings-map") {
    const items = ask.value.split(",").map((item) => item.trim());
    return { value: { [key]: { [entry]: items } } };
  }
  return { problem: `${key} has no entries`, remedy: `annotate ${ask.plugin}.${clip(key, 40)} itself` };
}

function leaf(option: Option<unknown>, text: string, key: string): Nested {
  const read = optionFromText(option, text);
  return "problem" in read ? read : { value: { [key]: read.data } };
}

/** Deep, so that tags.a and tags.b come together. Built from entries: a key may be called __proto__. */
function merge(into: DataTable, from: DataTable): DataTable {
  const merged = new Map<string, TomlData>(Object.entries(into));
  for (const [key, value] of Object.entries(from)) {
    const before = merged.get(key);
    merged.set(key, isTable(before) && isTable(value) ? merge(before, value) : value);
  }
  return Object.fromEntries(merged);
}

function isTable(value: TomlData | undefined): value is DataTable {
  return typeof value === "object" && !Array.isArray(value);
}
