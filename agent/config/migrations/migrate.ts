// Applies the table of migrations to one config table, before its keys are read. A config of 2016 loads, and its log says
// what to write today. Source: telegraf migrations/, which does the same in a command of its own.

import type { PluginKind } from "../config.ts";
import type { TomlTable } from "../toml/value.ts";
import { generalMigrations } from "./general.ts";
import { inputMigrations } from "./inputs.ts";
import type { Migration, PluginMigration } from "./migration.ts";
import { outputMigrations } from "./outputs.ts";
import { pluginMigrations } from "./plugin-names.ts";
import { TableDraft, type MigrationReport } from "./table-draft.ts";

/** Single plugins come first: their keys may share a name with a general one. */
export const migrations: readonly Migration[] = [...inputMigrations, ...outputMigrations, ...generalMigrations];

/** Today's plugin for an old name. */
export function successorOf(kind: PluginKind, name: string): PluginMigration | undefined {
  return pluginMigrations.find((migration) => migration.kind === kind && migration.from === name);
}

export function migratePluginTable(
  table: TomlTable,
  plugin: { readonly kind: PluginKind; readonly name: string; readonly declares: (key: string) => boolean },
  report: MigrationReport,
): TomlTable {
  const applies = (migration: Migration) =>
    migration.kind === "plugins" ||
    (migration.kind === plugin.kind && (migration.plugin === undefined || migration.plugin === plugin.name));
  return migrate(table, migrations.filter(applies), { declares: plugin.declares, report });
}

export function migrateAgentTable(table: TomlTable, report: MigrationReport): TomlTable {
  const rows = migrations.filter((migration) => migration.kind === "agent");
  return migrate(table, rows, { declares: () => false, report });
}

function migrate(
  table: TomlTable,
  rows: readonly Migration[],
  { declares, report }: { declares: (key: string) => boolean; report: MigrationReport },
): TomlTable {
  const draft = new TableDraft(table, report);
  for (const { keys, apply } of rows) {
    const set = keys.filter((key) => draft.get(key) !== undefined);
    if (set.length > 0 && !set.some(declares)) apply(draft);
  }
  return draft.table;
}
