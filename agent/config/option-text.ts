// The value of an option written as plain text, as in a pod annotation: `statsd.percentiles: "[50, 90, 99]"`. The option's
// type says how to read it: a string is taken as it is, a list may be TOML or words with commas, a map `k=v, k2=v2`.

import type { Option, OptionType } from "./options.ts";
import { parseToml } from "./toml/parse.ts";
import { toData } from "./toml/to-data.ts";
import type { Position, TomlData, TomlValue } from "./toml/value.ts";

export type OptionText = { readonly data: TomlData } | { readonly problem: string; readonly remedy: string };

const AT: Position = { line: 1, column: 1 };

/** The option's own reader has accepted the value. Never throws. */
export function optionFromText(option: Option<unknown>, text: string): OptionText {
  const value = readers[option.type](option.type === "string" ? text : text.trim());
  if (value === undefined) {
    const { form, example } = FORMS[option.type];
    return { problem: `"${text}" is not ${form}`, remedy: `write for instance ${example}` };
  }
  let refusal: OptionText | undefined;
  option.read(value, (_at, problem, remedy) => (refusal ??= { problem, remedy }));
  return refusal ?? { data: toData(value) };
}

const FORMS: Readonly<Record<OptionType, { readonly form: string; readonly example: string }>> = {
  string: { form: "a text", example: "some text" },
  integer: { form: "a whole number", example: "10" },
  number: { form: "a number", example: "0.5" },
  boolean: { form: "true or false", example: "true" },
  duration: { form: "a duration", example: "10s" },
  size: { form: "a size", example: "64KiB" },
  strings: { form: "a list", example: '["a", "b"], or a, b' },
  numbers: { form: "a list of numbers", example: "[50, 90], or 50, 90" },
  "string-map": { form: "a map", example: '{ a = "1", b = "2" }, or a=1, b=2' },
  "strings-map": { form: "a table of lists", example: '{ host = ["a*", "b*"] }' },
  table: { form: "a table", example: '{ key = "value" }' },
  tables: { form: "a list of tables", example: '[{ key = "value" }]' },
};

const readers: Readonly<Record<OptionType, (text: string) => TomlValue | undefined>> = {
  string,
  integer: (text) => typed(text, ["integer"]),
  number: (text) => typed(text, ["integer", "float"]),
  boolean: (text) => typed(text.toLowerCase(), ["boolean"]),
  duration: (text) => (text === "" ? undefined : string(text)),
  size: (text) => typed(text, ["integer"]) ?? (text === "" ? undefined : string(text)),
  strings: (text) => typed(text, ["array"]) ?? words(text, string),
  numbers: (text) => typed(text, ["array"]) ?? words(text, (word) => typed(word, ["integer", "float"])),
  "string-map": (text) => typed(text, ["table"]) ?? pairs(text),
  "strings-map": (text) => typed(text, ["table"]),
  table: (text) => typed(text, ["table"]),
  tables: (text) => typed(text, ["array"]),
};

function string(value: string): TomlValue {
  return { type: "string", value, at: AT };
}

/** The text as a TOML value of one of these types. */
function typed(text: string, types: readonly TomlValue["type"][]): TomlValue | undefined {
  const { root, problems } = parseToml(`value = ${text}`);
  const value = root.entries.get("value")?.value;
  // A second pair can only come out of a text that is no value.
  const isValue = value !== undefined && problems.length === 0 && root.entries.size === 1;
  return isValue && types.includes(value.type) ? value : undefined;
}

/** `a, b`; what starts as a TOML list has to be one. */
function words(text: string, read: (word: string) => TomlValue | undefined): TomlValue | undefined {
  if (text.startsWith("[")) return undefined;
  const items: TomlValue[] = [];
  for (const word of splitAtCommas(text)) {
    const item = read(word);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return { type: "array", items, at: AT };
}

/** `k=v, k2=v2`; a value may contain `=`. */
function pairs(text: string): TomlValue | undefined {
  if (text.startsWith("{")) return undefined;
  const entries = new Map<string, { keyAt: Position; value: TomlValue }>();
  for (const word of splitAtCommas(text)) {
    const equals = word.indexOf("=");
    const key = word.slice(0, equals).trim();
    if (equals < 0 || key === "" || entries.has(key)) return undefined;
    entries.set(key, { keyAt: AT, value: string(word.slice(equals + 1).trim()) });
  }
  return { type: "table", entries, at: AT };
}

function splitAtCommas(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
