// Plugin tables to typed plugins: finds the plugin, reads old names as new ones, binds the keys, asks the plugin's own
// check. Keeps what it loaded, in load order.

import { bindTable, keysOf, reportTogether, type BindSettings } from "./bind-table.ts";
import { commonOptions, validateCommon } from "./common-options.ts";
import type { Catalog, Config, PluginKind, PluginSchema } from "./config.ts";
import { fingerprint } from "./fingerprint.ts";
import { migratePluginTable, successorOf } from "./migrations/migrate.ts";
import type { PluginMigration } from "./migrations/migration.ts";
import { TableDraft, type MigrationReport } from "./migrations/table-draft.ts";
import { near } from "./near-remedy.ts";
import { SECTION_NAMES, type PluginSection } from "./sections.ts";
import type { TomlTable } from "./toml/value.ts";

type Lists<P extends PluginSchema> = Pick<Config<P>, PluginKind>;
type Settings = Pick<BindSettings, "log" | "isPartial">;

const SINGULAR = {
  inputs: "input",
  outputs: "output",
  processors: "processor",
  aggregators: "aggregator",
} as const satisfies Record<PluginKind, string>;

export class PluginLoader<P extends PluginSchema> {
  readonly #catalog: Catalog<P>;
  readonly #only: Partial<Record<PluginKind, readonly string[]>>;
  readonly #lists: Record<PluginKind, unknown[]> = { inputs: [], outputs: [], processors: [], aggregators: [] };

  constructor(catalog: Catalog<P>, only: Partial<Record<PluginKind, readonly string[]>>) {
    this.#catalog = catalog;
    this.#only = only;
  }

  get loaded(): Lists<P> {
    // `add` pairs each kind with the common options of that kind.
    return this.#lists as unknown as Lists<P>;
  }

  async add(section: PluginSection, settings: Settings): Promise<void> {
    const { kind, name: written, table: source } = section;
    const renamed = this.#renamed(kind, written);
    const name = renamed?.to ?? written;
    const only = this.#only[kind];
    if (only !== undefined && !only.includes(written) && !only.includes(name)) return;
    const where = `${kind}.${name}`;
    const plugin = await this.#catalog.load(kind, name);
    if (plugin === undefined) return this.#undefinedPlugin(section, settings);
    const bind: BindSettings = { ...settings, where };
    if (section.oldLayout !== undefined) warnOldLayout(section, section.oldLayout, bind);
    const table = migrated(source, { plugin, renamed, bind });
    const { own, common, isSound } = bindTable(table, { own: plugin.options, common: commonOptions[kind] }, bind);
    reportTogether(table, validateCommon(common), bind);
    if (isSound) reportTogether(table, plugin.validate?.(own as never) ?? [], bind);
    const print = `${where} ${fingerprint(table)}`;
    this.#lists[kind].push({ kind, plugin, options: own, common, fingerprint: print });
  }

  /** A plugin that still has its old name keeps it. */
  #renamed(kind: PluginKind, name: string): PluginMigration | undefined {
    const names = this.#catalog.names(kind);
    const successor = successorOf(kind, name);
    return successor !== undefined && !names.includes(name) && names.includes(successor.to) ? successor : undefined;
  }

  #undefinedPlugin({ kind, name, table, oldLayout }: PluginSection, { log }: Settings): void {
    const message = `undefined but requested ${SINGULAR[kind]}: ${name}`;
    const successor = successorOf(kind, name);
    // A mistyped [agent] arrives here as an input of the old layout [name].
    const names = this.#catalog.names(kind);
    const known = [...names, ...(oldLayout === `[${name}]` ? SECTION_NAMES : [])];
    const remedy =
      successor === undefined
        ? near(name, known, names)
        : `remove it; its successor ${successor.to} is not part of this agent either`;
    log.add({ severity: "error", where: `${kind}.${name}`, at: table.at }, message, remedy);
  }
}

function warnOldLayout({ kind, name, table }: PluginSection, oldLayout: string, { log, where }: BindSettings): void {
  const place = { severity: "warning", where, at: table.at } as const;
  log.add(place, `the layout ${oldLayout} is deprecated, read as [[${kind}.${name}]]`, `write [[${kind}.${name}]]`);
}

function migrated(
  source: TomlTable,
  { plugin, renamed, bind }: { plugin: PluginSchema; renamed: PluginMigration | undefined; bind: BindSettings },
): TomlTable {
  const report: MigrationReport = (severity, at, message, remedy) =>
    bind.log.add({ severity, where: bind.where, at }, message, remedy);
  const draft = new TableDraft(source, report);
  if (renamed !== undefined) {
    const { kind, from, to, apply } = renamed;
    draft.warn(
      source.at,
      `the plugin "${kind}.${from}" is deprecated, read as ${kind}.${to}`,
      `write [[${kind}.${to}]]`,
    );
    apply?.(draft);
  }
  const keys = keysOf(plugin.options);
  const declares = (key: string) => keys.has(key);
  return migratePluginTable(draft.table, { kind: plugin.kind, name: plugin.name, declares }, report);
}
