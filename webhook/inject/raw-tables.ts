// `inputs`: TOML tables that the user wrote, read into data. Nothing of the text itself goes into the config.

import type { PluginKind } from "../../agent/config/config.ts";
import { parseToml } from "../../agent/config/toml/parse.ts";
import { toData } from "../../agent/config/toml/to-data.ts";
import type { TomlValue } from "../../agent/config/toml/value.ts";
import { nameOf, type Asked } from "./asked.ts";
import type { Notes } from "./notes.ts";
import type { DataTable, PluginTable } from "./plugin-table.ts";
import { clip, quote } from "./warning-text.ts";

const KINDS: ReadonlySet<string> = new Set(["inputs", "processors", "aggregators", "outputs"] satisfies PluginKind[]);

export function rawTables(asked: Asked, notes: Notes): readonly PluginTable[] {
  const ask = asked.get("inputs");
  if (ask === undefined) return [];
  const { root, problems } = parseToml(ask.value);
  for (const { at, message, remedy } of problems) {
    notes.refuse("invalid_config", `${nameOf(ask)} line ${at.line}: ${clip(message, 80)}`, remedy);
  }
  const tables: PluginTable[] = [];
  for (const [kind, { keyAt, value }] of root.entries) {
    if (!KINDS.has(kind) || value.type !== "table") {
      const remedy =
        kind === "global_tags" || kind === "tags" ? "use the annotation tags" : "write [[inputs.…]] tables";
      notes.refuse(
        "disallowed_table",
        `${nameOf(ask)} line ${keyAt.line}: ${quote(kind, 30)} is not for a pod`,
        remedy,
      );
      continue;
    }
    for (const [name, entry] of value.entries) {
      const found = tablesOf(entry.value);
      if (found === undefined) {
        const what = `${nameOf(ask)} line ${entry.keyAt.line}: ${quote(`${kind}.${name}`)} is not a table`;
        notes.refuse("invalid_config", what, `write [[${kind}.${clip(name, 40)}]]`);
      }
      for (const table of found ?? []) tables.push({ kind: kind as PluginKind, name, table });
    }
  }
  return tables;
}

/** `[kind.name]` or every `[[kind.name]]`. */
function tablesOf(value: TomlValue): readonly DataTable[] | undefined {
  if (value.type === "table") return [toData(value)];
  if (value.type !== "array" || value.items.some(({ type }) => type !== "table")) return undefined;
  return value.items.map((item) => toData(item) as DataTable);
}
