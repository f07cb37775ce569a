// Which tables a pod may bring: inputs, processors and aggregators, but none that runs programs, reads files or sends
// metrics elsewhere, unless the class's `allow` names the group or the very plugin.

import type { Notes } from "./notes.ts";
import type { PluginTable } from "./plugin-table.ts";

/** Groups of `allow`. Also of plugins that our agent does not have yet: the day it does, they are covered. */
export const GROUPS: Readonly<Record<"exec" | "files", readonly string[]>> = Object.freeze({
  exec: ["inputs.exec", "inputs.execd", "processors.execd", "outputs.exec", "outputs.execd"],
  files: [
    "inputs.directory_monitor",
    "inputs.file",
    "inputs.filecount",
    "inputs.filestat",
    "inputs.logparser",
    "inputs.multifile",
    "inputs.tail",
    "processors.filepath",
  ],
});

export function refuseDisallowed(
  tables: readonly PluginTable[],
  policy: { readonly className: string; readonly allow: ReadonlySet<string> },
  notes: Notes,
): void {
  const seen = new Set<string>();
  for (const { kind, name } of tables) {
    const table = `${kind}.${name}`;
    if (seen.has(table)) continue;
    seen.add(table);
    const missing = groupsOf(kind, table).filter((group) => !policy.allow.has(group));
    if (missing.length === 0 || policy.allow.has(table)) continue;
    notes.refuse(
      "disallowed_table",
      `class ${policy.className} does not allow [[${table}]]`,
      `remove it, or have "${missing.join('", "')}" in allow of the class`,
    );
  }
}

function groupsOf(kind: string, table: string): readonly string[] {
  const groups = Object.entries(GROUPS).flatMap(([group, tables]) => (tables.includes(table) ? [group] : []));
  return kind === "outputs" ? ["outputs", ...groups] : groups;
}
