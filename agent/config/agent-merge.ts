// The [agent] tables of several sources as one: keys of a later source overwrite.

import { agentOptions, validateAgent, type AgentOptions } from "./agent-options.ts";
import { bindTable, reportTogether, type BindSettings } from "./bind-table.ts";
import { migrateAgentTable } from "./migrations/migrate.ts";
import { readOptions } from "./options.ts";
import type { TomlEntry, TomlTable } from "./toml/value.ts";

export class AgentMerge {
  readonly #entries = new Map<string, TomlEntry>();
  readonly #tables: { readonly table: TomlTable; readonly settings: BindSettings }[] = [];

  /** Each table is checked on its own, so that a wrong value is reported although a later source overwrites it. */
  add(source: TomlTable, settings: BindSettings): void {
    const table = migrateAgentTable(source, (severity, at, message, remedy) =>
      settings.log.add({ severity, where: settings.where, at }, message, remedy),
    );
    bindTable(table, { own: agentOptions, common: {} }, settings);
    this.#tables.push({ table, settings });
    for (const [key, entry] of table.entries) this.#entries.set(key, entry);
  }

  /** Call once: what only shows in the whole is reported where its key was set last. */
  finish(): AgentOptions {
    const at = { line: 1, column: 1 };
    const options = readOptions({ type: "table", entries: this.#entries, at }, agentOptions, () => {});
    for (const problem of validateAgent(options)) {
      const last = this.#tables.findLast(({ table }) => table.entries.has(problem.key)) ?? this.#tables.at(-1);
      if (last !== undefined) reportTogether(last.table, [problem], last.settings);
    }
    return options;
  }
}
