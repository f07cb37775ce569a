// Plain data as TOML text: a stable, readable layout that this parser, Telegraf's and any TOML 1.0 parser read alike.
// A table's own pairs come first, then its sub-tables, each in the order of the data.

import type { TomlData } from "./value.ts";

type Data = { readonly [key: string]: TomlData };

/** Ends with a line end unless it is empty. A list of tables becomes [[…]]; anywhere else tables are written inline. */
export function serializeToml(root: Data): string {
  const blocks: string[] = [];
  writeTable(root, "", { header: "", blocks });
  return blocks.map((block) => `${block}\n`).join("\n");
}

function writeTable(table: Data, path: string, place: { readonly header: string; readonly blocks: string[] }): void {
  const own: string[] = [];
  const inner: [string, TomlData][] = [];
  for (const [name, value] of Object.entries(table)) {
    if (isTable(value) || isTables(value)) inner.push([name, value]);
    else own.push(`${key(name)} = ${serializeValue(value)}`);
  }
  // A table of tables needs no header of its own; an empty one has nothing else to show that it is there.
  const isItem = place.header.startsWith("[[");
  const needsHeader = place.header !== "" && (isItem || own.length > 0 || inner.length === 0);
  const lines = needsHeader ? [place.header, ...own] : own;
  if (lines.length > 0) place.blocks.push(lines.join("\n"));
  for (const [name, value] of inner) {
    const innerPath = path === "" ? key(name) : `${path}.${key(name)}`;
    if (isTable(value)) writeTable(value, innerPath, { header: `[${innerPath}]`, blocks: place.blocks });
    else if (isTables(value))
      for (const item of value) writeTable(item, innerPath, { header: `[[${innerPath}]]`, blocks: place.blocks });
  }
}

/** One value as it stands behind `key = `. */
export function serializeValue(value: TomlData): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return float(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(serializeValue).join(", ")}]`;
  const pairs = Object.entries(value).map(([name, inner]) => `${key(name)} = ${serializeValue(inner)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

function isList(value: TomlData): value is readonly TomlData[] {
  return Array.isArray(value);
}

function isTable(value: TomlData): value is Data {
  return typeof value === "object" && !isList(value);
}

function isTables(value: TomlData): value is readonly Data[] {
  return isList(value) && value.length > 0 && value.every(isTable);
}

function key(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : quote(name);
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const escaped = text.replaceAll(/["\\\0-\x1f\x7f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return SHORT_ESCAPES[character] ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}

/** Always with a point or an exponent, so that it comes back as a float. */
function float(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
