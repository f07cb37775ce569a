// The layout of a config: which tables are [agent], which are global tags, which are plugins, and in which order. Old
// layouts are read too: [tags], [plugins.x], and a top-level table [x] which is an input. Source: telegraf config/config.go.

import type { PluginKind } from "./config.ts";
import type { Position, TomlEntry, TomlTable } from "./toml/value.ts";

export interface PluginSection {
  readonly kind: PluginKind;
  readonly name: string;
  readonly table: TomlTable;
  /** How an old layout wrote it, for a warning. */
  readonly oldLayout?: string;
}

export interface Sections {
  readonly agent: TomlTable | undefined;
  readonly globalTags: readonly TomlTable[];
  /** As they stand in the text. */
  readonly plugins: readonly PluginSection[];
}

export type SectionReport = (severity: "error" | "warning", at: Position, message: string, remedy: string) => void;

const PLUGIN_TABLES: ReadonlyMap<string, PluginKind> = new Map([
  ["inputs", "inputs"],
  ["outputs", "outputs"],
  ["processors", "processors"],
  ["aggregators", "aggregators"],
  ["plugins", "inputs"],
]);

/** What may be written in a top-level header, for near matches. */
export const SECTION_NAMES: readonly string[] = [
  "agent",
  "global_tags",
  "inputs",
  "outputs",
  "processors",
  "aggregators",
];

export function readSections(root: TomlTable, report: SectionReport): Sections {
  let agent: TomlTable | undefined;
  const globalTags: TomlTable[] = [];
  const plugins: PluginSection[] = [];
  for (const [name, entry] of root.entries) {
    const kind = PLUGIN_TABLES.get(name);
    if (name === "agent") agent = singleTable(name, entry, report);
    else if (name === "global_tags" || name === "tags") {
      const table = singleTable(name, entry, report);
      if (table === undefined) continue;
      globalTags.push(table);
      if (name === "tags") report("warning", entry.keyAt, "[tags] is deprecated, read as [global_tags]", "rename it");
    } else if (name === "secretstores") {
      report("error", entry.keyAt, "secret stores are not supported by this version", "use environment variables");
    } else if (kind === undefined)
      plugins.push(...instances({ kind: "inputs", name, oldLayout: `[${name}]` }, entry, report));
    else plugins.push(...pluginTables(name, kind, entry, report));
  }
  return { agent, globalTags, plugins: plugins.toSorted((a, b) => compare(a.table.at, b.table.at)) };
}

function pluginTables(name: string, kind: PluginKind, entry: TomlEntry, report: SectionReport): PluginSection[] {
  const group = singleTable(name, entry, report);
  const found: PluginSection[] = [];
  for (const [plugin, inner] of group?.entries ?? []) {
    const oldLayout = name === "plugins" ? { oldLayout: `[plugins.${plugin}]` } : {};
    found.push(...instances({ kind, name: plugin, ...oldLayout }, inner, report));
  }
  return found;
}

/** `[inputs.x]` is one instance, `[[inputs.x]]` any number. */
function instances(head: Omit<PluginSection, "table">, entry: TomlEntry, report: SectionReport): PluginSection[] {
  const { kind, name } = head;
  const { value } = entry;
  if (value.type === "table") return [{ ...head, table: value }];
  const items = value.type === "array" ? value.items : [];
  const tables = items.filter((item) => item.type === "table");
  if (value.type !== "array" || tables.length < items.length) {
    const message = `invalid configuration, error parsing field "${name}" as table`;
    report(
      "error",
      entry.keyAt,
      message,
      `write a table [[${kind}.${name}]], or move the key below the table it is for`,
    );
  }
  return tables.map((table) => ({ ...head, table }));
}

function singleTable(name: string, entry: TomlEntry, report: SectionReport): TomlTable | undefined {
  if (entry.value.type === "table") return entry.value;
  const message = `invalid configuration, error parsing field "${name}" as table`;
  report("error", entry.keyAt, message, `write one table [${name}]`);
  return undefined;
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}
