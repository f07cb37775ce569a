// Options: what a plugin declares and what it gets. A declaration names the TOML key once, with its type, its default
// and a sentence for the reference page; reading a TOML table against a set of them reports every problem with its place.
// Not a schema library: the readers need positions, Telegraf's own types, and the option's type for annotation text.

import { parseDuration, parseGoDuration } from "./duration.ts";
import { nearest } from "./near.ts";
import { parseSize } from "./size.ts";
import type { Position, TomlTable, TomlValue } from "./toml/value.ts";

export type OptionType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "duration"
  | "size"
  | "strings"
  | "numbers"
  | "string-map"
  | "strings-map"
  | "table"
  | "tables";

/** Something wrong in a config, with its place and what to do about it. */
export type Report = (at: Position, message: string, remedy: string) => void;

export interface Option<T> {
  readonly key: string;
  readonly type: OptionType;
  /** One sentence for the reference page. */
  readonly doc: string;
  readonly fallback: T;
  readonly required: boolean;
  /** The only values allowed, where the set is closed. */
  readonly choices?: readonly string[];
  /** The options inside, of `table` and `tables`. */
  readonly table?: OptionTable;
  /** undefined after having reported why. */
  readonly read: (value: TomlValue, report: Report) => T | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any
export type OptionTable = Readonly<Record<string, Option<any>>>;
export type Options<T extends OptionTable> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never };

/** A problem that only shows when several options are seen together; `key` is the TOML key to point at. */
export interface OptionProblem {
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

export function string<F extends string | undefined>(key: string, fallback: F, doc: string): Option<string | F> {
  return option("string", key, fallback, doc, readString);
}

/** A string out of a closed set; the empty string is the default's other name. */
export function choice<const C extends string>(
  key: string,
  choices: readonly C[],
  fallback: C,
  doc: string,
): Option<C> {
  const read = (value: TomlValue, report: Report): C | undefined => {
    const text = readString(value, report);
    if (text === undefined) return undefined;
    const chosen = choices.find((candidate) => candidate === text);
    if (chosen !== undefined) return chosen;
    if (text === "") return fallback;
    report(value.at, `"${text}" is not a value of ${key}`, `use one of ${choices.map((c) => `"${c}"`).join(", ")}`);
    return undefined;
  };
  return { ...option("string", key, fallback, doc, read), choices };
}

export function boolean<F extends boolean | undefined>(key: string, fallback: F, doc: string): Option<boolean | F> {
  return option("boolean", key, fallback, doc, (value, report) =>
    value.type === "boolean" ? value.value : mismatch(value, report, "true or false, without quotes"),
  );
}

/** A whole number that fits a double exactly. */
export function integer<F extends number | undefined>(
  key: string,
  fallback: F,
  doc: string,
  range: { readonly min?: number; readonly max?: number } = {},
): Option<number | F> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  return option("integer", key, fallback, doc, (value, report) => {
    if (value.type !== "integer") return mismatch(value, report, "a whole number, without quotes");
    if (value.value >= BigInt(min) && value.value <= BigInt(max)) return Number(value.value);
    report(value.at, `${key} = ${value.value} is out of range`, `use a value from ${min} to ${max}`);
    return undefined;
  });
}

export function number<F extends number | undefined>(key: string, fallback: F, doc: string): Option<number | F> {
  return option("number", key, fallback, doc, readNumber);
}

/** Milliseconds, possibly fractional. TOML: a string like "10s" or "1.5d", or a number of seconds. */
export function durationMs<F extends number | undefined>(key: string, fallback: F, doc: string): Option<number | F> {
  return option("duration", key, fallback, doc, (value, report) => {
    const ns = readDurationNs(value, report);
    return ns === undefined ? undefined : ns / 1e6;
  });
}

/** Nanoseconds, for precisions. */
export function durationNs<F extends bigint | undefined>(key: string, fallback: F, doc: string): Option<bigint | F> {
  return option("duration", key, fallback, doc, (value, report) => {
    const ns = readDurationNs(value, report);
    return ns === undefined ? undefined : BigInt(ns);
  });
}

/** The interval-like keys that every plugin shares take plain Go durations only, as upstream does. Milliseconds. */
export function goDurationMs(key: string, doc: string): Option<number | undefined> {
  return option("duration", key, undefined, doc, (value, report) => {
    if (value.type !== "string") return mismatch(value, report, `a string such as "10s"`);
    const ns = value.value === "" ? 0 : parseGoDuration(value.value);
    if (ns !== undefined) return ns / 1e6;
    report(value.at, `"${value.value}" is not a duration`, `write a number with a unit: "500ms", "10s", "1m30s", "1h"`);
    return undefined;
  });
}

export function sizeBytes<F extends number | undefined>(key: string, fallback: F, doc: string): Option<number | F> {
  return option("size", key, fallback, doc, (value, report) => {
    if (value.type === "integer" && value.value >= 0n && value.value <= Number.MAX_SAFE_INTEGER)
      return Number(value.value);
    if (value.type !== "string") return mismatch(value, report, `a number of bytes or a string such as "64KiB"`);
    const bytes = parseSize(value.value);
    if (bytes === undefined)
      report(value.at, `"${value.value}" is not a size`, `write bytes, or a unit: "64KiB", "500MB"`);
    return bytes;
  });
}

export function strings(key: string, fallback: readonly string[], doc: string): Option<readonly string[]> {
  return option("strings", key, fallback, doc, readStrings);
}

export function numbers(key: string, fallback: readonly number[], doc: string): Option<readonly number[]> {
  return option("numbers", key, fallback, doc, (value, report) => readList(value, report, "numbers", readNumber));
}

export function stringMap(key: string, doc: string): Option<ReadonlyMap<string, string>> {
  return option("string-map", key, new Map(), doc, (value, report) => readMap(value, report, readString));
}

/** key -> list of strings, as `tagpass` is. */
export function stringsMap(key: string, doc: string): Option<ReadonlyMap<string, readonly string[]>> {
  return option("strings-map", key, new Map(), doc, (value, report) => readMap(value, report, readStrings));
}

/** A sub-table with options of its own; undefined when the config has none. */
export function table<T extends OptionTable>(key: string, inner: T, doc: string): Option<Options<T> | undefined> {
  const read = (value: TomlValue, report: Report) =>
    value.type === "table" ? readOptions(value, inner, report) : mismatch(value, report, `a table [….${key}]`);
  return { ...option("table", key, undefined, doc, read), table: inner };
}

/** An array of sub-tables. */
export function tables<T extends OptionTable>(key: string, inner: T, doc: string): Option<readonly Options<T>[]> {
  const read = (value: TomlValue, report: Report) =>
    readList(value, report, `tables [[….${key}]]`, (item, itemReport) =>
      item.type === "table" ? readOptions(item, inner, itemReport) : mismatch(item, itemReport, `a table`),
    );
  return { ...option("tables", key, [], doc, read), table: inner };
}

/** The same option, but a config without it is an error. */
export function required<T>(inner: Option<T>): Option<NonNullable<T>> {
  return { ...inner, required: true } as Option<NonNullable<T>>;
}

/** What a config that says nothing means. */
export function defaultsOf<T extends OptionTable>(declared: T): Options<T> {
  const defaults = Object.entries(declared).map(([property, { fallback }]) => [property, fallback as unknown]);
  return Object.fromEntries(defaults) as Options<T>;
}

/** Reads one table. Unknown keys, wrong types and missing required keys are all reported; what is wrong gets its default. */
export function readOptions<T extends OptionTable>(source: TomlTable, declared: T, report: Report): Options<T> {
  const byKey = new Map(Object.entries(declared).map(([property, entry]) => [entry.key, property]));
  const result: Record<string, unknown> = { ...defaultsOf(declared) };
  for (const [key, { keyAt, value }] of source.entries) {
    const property = byKey.get(key) ?? byKey.get(key.toLowerCase());
    const entry = property === undefined ? undefined : declared[property];
    if (property === undefined || entry === undefined) {
      reportUnknown(key, keyAt, [...byKey.keys()], report);
      continue;
    }
    const read = entry.read(value, report);
    if (read !== undefined) result[property] = read;
  }
  for (const entry of Object.values(declared)) {
    if (!entry.required || source.entries.has(entry.key)) continue;
    report(source.at, `the option "${entry.key}" is missing`, `add ${entry.key} = …; ${entry.doc}`);
  }
  return result as Options<T>;
}

function reportUnknown(key: string, at: Position, known: readonly string[], report: Report): void {
  const near = nearest(key, known);
  const remedy =
    near.length > 0 ? `did you mean ${near.join(" or ")}?` : `remove it; known are ${known.toSorted().join(", ")}`;
  report(at, `configuration specified the fields ["${key}"], but they were not used`, remedy);
}

function option<T, F>(
  type: OptionType,
  key: string,
  fallback: F,
  doc: string,
  read: (value: TomlValue, report: Report) => T | undefined,
): Option<T | F> {
  return { key, type, doc, fallback, required: false, read };
}

function readString(value: TomlValue, report: Report): string | undefined {
  return value.type === "string" ? value.value : mismatch(value, report, "a string in quotes");
}

function readStrings(value: TomlValue, report: Report): readonly string[] | undefined {
  return readList(value, report, "strings", readString);
}

function readNumber(value: TomlValue, report: Report): number | undefined {
  if (value.type === "float") return value.value;
  return value.type === "integer" ? Number(value.value) : mismatch(value, report, "a number, without quotes");
}

function readDurationNs(value: TomlValue, report: Report): number | undefined {
  if (value.type === "integer" || value.type === "float") return Math.round(Number(value.value) * 1e9);
  if (value.type !== "string") return mismatch(value, report, `a string such as "10s" or a number of seconds`);
  const ns = parseDuration(value.value);
  if (ns === undefined) {
    report(
      value.at,
      `"${value.value}" is not a duration`,
      `write a number with a unit: "500ms", "10s", "1m30s", "1h", "2d"`,
    );
  }
  return ns;
}

function readList<T>(
  value: TomlValue,
  report: Report,
  what: string,
  read: (item: TomlValue, report: Report) => T | undefined,
): readonly T[] | undefined {
  if (value.type !== "array") return mismatch(value, report, `a list of ${what} in [ ]`);
  return value.items.map((item) => read(item, report)).filter((item) => item !== undefined);
}

function readMap<T>(
  value: TomlValue,
  report: Report,
  read: (item: TomlValue, report: Report) => T | undefined,
): ReadonlyMap<string, T> | undefined {
  if (value.type !== "table") return mismatch(value, report, "a table");
  const result = new Map<string, T>();
  for (const [key, entry] of value.entries) {
    const item = read(entry.value, report);
    if (item !== undefined) result.set(key, item);
  }
  return result;
}

function mismatch(value: TomlValue, report: Report, expected: string): undefined {
  report(value.at, `the value is of type ${value.type}`, `write ${expected}`);
  return undefined;
}
