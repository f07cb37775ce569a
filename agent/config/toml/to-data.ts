// A tree of values without its places: plain data, as the serializer takes it. A date becomes its text.

import type { TomlData, TomlTable, TomlValue } from "./value.ts";

export function toData(value: TomlTable): { readonly [key: string]: TomlData };
export function toData(value: TomlValue): TomlData;
export function toData(value: TomlValue): TomlData {
  if (value.type === "array") return value.items.map((item) => toData(item));
  if (value.type !== "table") return value.value;
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, toData(entry.value)]));
}
