// TOML that was read, as plain data to build with; and the tables of a config by kind and name.

import type { PluginKind } from "../../agent/config/config.ts";
import type { TomlData, TomlValue } from "../../agent/config/toml/value.ts";

export type DataTable = { readonly [key: string]: TomlData };

/** One `[[kind.name]]` table of the config. */
export interface PluginTable {
  readonly kind: PluginKind;
  readonly name: string;
  readonly table: DataTable;
}

export function tomlData(value: TomlValue): TomlData {
  switch (value.type) {
    case "array":
      return value.items.map(tomlData);
    case "table":
      return Object.fromEntries([...value.entries].map(([key, entry]) => [key, tomlData(entry.value)]));
    default:
      return value.value;
  }
}
