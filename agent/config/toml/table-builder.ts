// Builds the tree of tables from headers and pairs, and finds what is defined twice. Source: TOML 1.0 "Table" and
// "Array of Tables"; conflicts name both lines, as influxdata/toml does.

import type { KeyPart } from "./key.ts";
import type { Position, TomlArray, TomlEntry, TomlTable, TomlValue } from "./value.ts";

/** How a table came to be decides what may be added to it. `implicit`: named only on the way to a deeper one. */
type Origin = "implicit" | "header" | "dotted" | "inline";

export interface DraftTable extends TomlTable {
  readonly entries: Map<string, TomlEntry>;
  at: Position;
}

type Conflict = (at: Position, message: string, remedy: string) => void;
type KeyPath = readonly [KeyPart, ...KeyPart[]];

export function inlineTable(at: Position): DraftTable {
  return { type: "table", entries: new Map(), at };
}

export class TableBuilder {
  readonly root: DraftTable = inlineTable({ line: 1, column: 1 });
  readonly #origins = new WeakMap<TomlTable, Origin>([[this.root, "header"]]);
  readonly #arraysOfTables = new WeakMap<TomlArray, TomlTable[]>();
  readonly #conflict: Conflict;

  constructor(conflict: Conflict) {
    this.#conflict = conflict;
  }

  /** The table that `[path]` opens; one outside the tree when the header is in conflict with something before. */
  openTable(path: KeyPath, at: Position): DraftTable {
    const [parent, last] = this.#parent(path, at);
    const existing = parent?.entries.get(last.name);
    if (parent === undefined || existing === undefined) return this.#add(parent, last, at, "header");
    const { value } = existing;
    if (value.type === "table" && this.#origins.get(value) === "implicit") {
      this.#origins.set(value, "header");
      (value as DraftTable).at = at;
      return value as DraftTable;
    }
    this.#report(path, at, existing);
    return this.#detached(at);
  }

  /** The new table that `[[path]]` appends. */
  appendTable(path: KeyPath, at: Position): DraftTable {
    const [parent, last] = this.#parent(path, at);
    const table = this.#detached(at);
    const existing = parent?.entries.get(last.name);
    if (existing === undefined) {
      const items = [table];
      const array: TomlArray = { type: "array", items, at };
      this.#arraysOfTables.set(array, items);
      parent?.entries.set(last.name, { keyAt: last.at, value: array });
      return table;
    }
    const items = existing.value.type === "array" ? this.#arraysOfTables.get(existing.value) : undefined;
    if (items === undefined) this.#report(path, at, existing);
    else items.push(table);
    return table;
  }

  /** `path = value` in a table. */
  assign(table: DraftTable, path: KeyPath, value: TomlValue): void {
    const last = path.at(-1) as KeyPart;
    let target: DraftTable | undefined = table;
    for (const part of path.slice(0, -1)) {
      const existing: TomlEntry | undefined = target.entries.get(part.name);
      if (existing === undefined) target = this.#add(target, part, part.at, "dotted");
      else if (existing.value.type === "table" && this.#origins.has(existing.value))
        target = existing.value as DraftTable;
      else return this.#twice(part, existing);
    }
    const existing = target.entries.get(last.name);
    if (existing !== undefined) return this.#twice(last, existing);
    target.entries.set(last.name, { keyAt: last.at, value });
  }

  #parent(path: KeyPath, at: Position): [DraftTable | undefined, KeyPart] {
    let table: DraftTable | undefined = this.root;
    for (const part of path.slice(0, -1)) {
      const existing: TomlEntry | undefined = table.entries.get(part.name);
      if (existing === undefined) {
        table = this.#add(table, part, at, "implicit");
        continue;
      }
      const inner: TomlTable | undefined = this.#enter(existing.value);
      if (inner === undefined) {
        this.#report(path, at, existing);
        return [undefined, path.at(-1) as KeyPart];
      }
      table = inner as DraftTable;
    }
    return [table, path.at(-1) as KeyPart];
  }

  /** A table, or the last one of `[[…]]`; inline tables and lists are closed. */
  #enter(value: TomlValue): TomlTable | undefined {
    if (value.type === "table") return this.#origins.has(value) ? value : undefined;
    return value.type === "array" ? this.#arraysOfTables.get(value)?.at(-1) : undefined;
  }

  #add(parent: DraftTable | undefined, key: KeyPart, at: Position, origin: Origin): DraftTable {
    const table = inlineTable(at);
    this.#origins.set(table, origin);
    parent?.entries.set(key.name, { keyAt: key.at, value: table });
    return table;
  }

  #detached(at: Position): DraftTable {
    return this.#add(undefined, { name: "", at }, at, "header");
  }

  #report(path: KeyPath, at: Position, existing: TomlEntry): void {
    const name = path.map((part) => part.name).join(".");
    const { line } = existing.value.type === "table" ? existing.value.at : existing.keyAt;
    this.#conflict(
      at,
      `the table "${name}" is in conflict with line ${line}`,
      "remove one of the two, or write [[…]] for both when there may be several",
    );
  }

  #twice(key: KeyPart, existing: TomlEntry): void {
    this.#conflict(
      key.at,
      `the key "${key.name}" is already set in line ${existing.keyAt.line}`,
      "remove one of the two",
    );
  }
}
