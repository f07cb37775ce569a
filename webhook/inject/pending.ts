// Stands in for two files of agent/config that are being written.

import type { Option } from "../../agent/config/options.ts";
import type { TomlData } from "../../agent/config/toml/value.ts";

export function serializeToml(data: TomlData): string {
  const lines: string[] = [];
  table(data as { [key: string]: TomlData }, [], lines);
  return lines.join("\n") + "\n";
}

type Table = { readonly [key: string]: TomlData };

function table(data: Table, path: string[], lines: string[]): void {
  for (const [key, value] of Object.entries(data))
    if (!isTable(value) && !isTables(value)) lines.push(`${k(key)} = ${v(value)}`);
  for (const [key, value] of Object.entries(data)) {
    const here = [...path, key];
    if (isTable(value)) {
      lines.push("", `[${here.map(k).join(".")}]`);
      table(value, here, lines);
    } else if (isTables(value)) {
      for (const one of value) {
        lines.push("", `[[${here.map(k).join(".")}]]`);
        table(one, here, lines);
      }
    }
  }
}

function isTable(value: TomlData): value is Table {
  return typeof value === "object" && !Array.isArray(value);
}

function isTables(value: TomlData): value is readonly Table[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

function k(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

function v(value: TomlData): string {
  return Array.isArray(value)
    ? `[${value.map(v).join(", ")}]`
    : typeof value === "bigint"
      ? `${value}`
      : JSON.stringify(value);
}

export function optionFromText(option: Option<unknown>, text: string): { value: TomlData } | { problem: string } {
  if (option.type === "strings") return { value: text.split(",").map((one) => one.trim()) };
  return { value: text };
}
