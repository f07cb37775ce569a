// What a TOML document is after reading: values that remember where they stood. Positions make every later error exact.

/** Both 1-based; `column` counts characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type TomlValue =
  | { readonly type: "string"; readonly value: string; readonly at: Position }
  | { readonly type: "integer"; readonly value: bigint; readonly at: Position }
  | { readonly type: "float"; readonly value: number; readonly at: Position }
  | { readonly type: "boolean"; readonly value: boolean; readonly at: Position }
  | { readonly type: "datetime"; readonly value: string; readonly at: Position }
  | TomlArray
  | TomlTable;

export interface TomlArray {
  readonly type: "array";
  readonly items: readonly TomlValue[];
  readonly at: Position;
}

export interface TomlEntry {
  readonly keyAt: Position;
  readonly value: TomlValue;
}

export interface TomlTable {
  readonly type: "table";
  readonly entries: ReadonlyMap<string, TomlEntry>;
  readonly at: Position;
}

/** TOML as plain data, for building documents: `number` is a float, `bigint` an integer. */
export type TomlData = string | number | bigint | boolean | readonly TomlData[] | { readonly [key: string]: TomlData };
