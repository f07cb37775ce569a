// The tables of a config by kind and name, as plain data.

import type { PluginKind } from "../../agent/config/config.ts";
import type { TomlData } from "../../agent/config/toml/value.ts";

export type DataTable = { readonly [key: string]: TomlData };

/** One `[[kind.name]]` table of the config. */
export interface PluginTable {
  readonly kind: PluginKind;
  readonly name: string;
  readonly table: DataTable;
}
