// One table while old keys are read as new ones. Each step that is taken leaves a warning at the old key.

import type { Position, TomlEntry, TomlTable, TomlValue } from "../toml/value.ts";

export type MigrationReport = (severity: "error" | "warning", at: Position, message: string, remedy: string) => void;

export class TableDraft {
  readonly #entries: Map<string, TomlEntry>;
  readonly #report: MigrationReport;
  readonly at: Position;

  constructor(table: TomlTable, report: MigrationReport) {
    this.#entries = new Map(table.entries);
    this.#report = report;
    this.at = table.at;
  }

  get table(): TomlTable {
    return { type: "table", entries: this.#entries, at: this.at };
  }

  get(key: string): TomlEntry | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: TomlValue, keyAt = value.at): void {
    this.#entries.set(key, { keyAt: this.#entries.get(key)?.keyAt ?? keyAt, value });
  }

  /** Takes the key out without a word. */
  drop(key: string): void {
    this.#entries.delete(key);
  }

  /** Takes the key out and says how it is understood. */
  take(key: string, readAs: string): TomlEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    const remedy = readAs === "nothing" ? "remove it" : `write ${readAs} instead`;
    const meaning = readAs === "nothing" ? "ignored" : `read as ${readAs}`;
    this.#report("warning", entry.keyAt, `"${key}" is deprecated, ${meaning}`, remedy);
    return entry;
  }

  refuse(at: Position, message: string, remedy: string): void {
    this.#report("error", at, message, remedy);
  }

  warn(at: Position, message: string, remedy: string): void {
    this.#report("warning", at, message, remedy);
  }

  ignore(key: string): void {
    this.take(key, "nothing");
  }

  /** Both names may be set when they agree. */
  rename(from: string, to: string): void {
    const entry = this.take(from, to);
    if (entry === undefined) return;
    this.settle(to, entry, from);
  }

  /** Sets `to`, unless it is already set to something else. */
  settle(to: string, entry: TomlEntry, from: string): void {
    const existing = this.#entries.get(to);
    if (existing === undefined) this.#entries.set(to, entry);
    else if (!sameScalar(existing.value, entry.value))
      this.refuse(entry.keyAt, `"${from}" contradicts "${to}" in line ${existing.keyAt.line}`, `remove "${from}"`);
  }

  /** Appends a string or a list of strings to another list, each once. */
  mergeList(from: string, to: string): void {
    const entry = this.take(from, to);
    if (entry === undefined) return;
    const target = this.#entries.get(to);
    const merged = [...items(target?.value)];
    for (const item of items(entry.value)) {
      if (!merged.some((other) => sameScalar(other, item))) merged.push(item);
    }
    this.#entries.set(to, {
      keyAt: target?.keyAt ?? entry.keyAt,
      value: { type: "array", items: merged, at: target?.value.at ?? entry.value.at },
    });
  }
}

function items(value: TomlValue | undefined): readonly TomlValue[] {
  if (value === undefined) return [];
  return value.type === "array" ? value.items : [value];
}

function sameScalar(a: TomlValue, b: TomlValue): boolean {
  return a.type === b.type && a.type !== "array" && a.type !== "table" && "value" in b && a.value === b.value;
}
