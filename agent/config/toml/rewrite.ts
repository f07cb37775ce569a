// A copy of a tree of tables with other strings; keys and places stay.

import type { Position, TomlEntry, TomlTable, TomlValue } from "./value.ts";

type Rewrite = (value: string, at: Position) => string;

export function rewriteStrings(table: TomlTable, rewrite: Rewrite): TomlTable {
  const entries = new Map<string, TomlEntry>();
  for (const [key, { keyAt, value }] of table.entries) entries.set(key, { keyAt, value: rewriteValue(value, rewrite) });
  return { type: "table", entries, at: table.at };
}

function rewriteValue(value: TomlValue, rewrite: Rewrite): TomlValue {
  if (value.type === "table") return rewriteStrings(value, rewrite);
  if (value.type === "string") return { ...value, value: rewrite(value.value, value.at) };
  if (value.type === "array") return { ...value, items: value.items.map((item) => rewriteValue(item, rewrite)) };
  return value;
}
