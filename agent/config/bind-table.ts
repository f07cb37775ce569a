// One config table against the options that it may have: the plugin's own ones and those that every plugin of its kind
// accepts. Keys that neither knows are one problem for the whole table, in upstream's words.

import { near } from "./near-remedy.ts";
import { readOptions, type OptionProblem, type Options, type OptionTable, type Report } from "./options.ts";
import type { ProblemLog } from "./problem-log.ts";
import type { Position, TomlEntry, TomlTable, TomlValue } from "./toml/value.ts";

/** Upstream takes these in any table, also where nothing reads them. */
const ACCEPTED_ANYWHERE: ReadonlySet<string> = new Set([
  "labels",
  "id",
  "data_format",
  "data_type",
  "influx_parser_type",
  "lvm",
  "order",
]);

/** Looking for near names is not free, and a table full of unknown keys needs another remedy. */
const MOST_REMEDIES = 5;

export interface BindSettings {
  readonly log: ProblemLog;
  readonly where: string;
  /** The text was not understood completely: an option that is missing may only be lost. */
  readonly isPartial: boolean;
}

export interface OptionTables<O extends OptionTable, C extends OptionTable> {
  readonly own: O;
  readonly common: C;
}

export interface BoundTable<O extends OptionTable, C extends OptionTable> {
  readonly own: Options<O>;
  readonly common: Options<C>;
  /** Nothing was wrong with a single key: the table is fit to be looked at as a whole. */
  readonly isSound: boolean;
}

export function bindTable<O extends OptionTable, C extends OptionTable>(
  table: TomlTable,
  declared: OptionTables<O, C>,
  settings: BindSettings,
): BoundTable<O, C> {
  const ownKeys = keysOf(declared.own);
  const commonKeys = keysOf(declared.common);
  const own = new Map<string, TomlEntry>();
  const common = new Map<string, TomlEntry>();
  const unknown: [string, TomlEntry][] = [];
  for (const [key, entry] of table.entries) {
    const isOwn = isKnown(key, ownKeys);
    const isCommon = isKnown(key, commonKeys);
    if (isOwn) own.set(key, entry);
    if (isCommon) common.set(key, entry);
    if (!isOwn && !isCommon && !ACCEPTED_ANYWHERE.has(key)) unknown.push([key, entry]);
  }
  reportUnknown(unknown, { own: [...ownKeys], all: [...ownKeys, ...commonKeys] }, settings);
  let isSound = true;
  const inner = reporter(table, settings);
  const report: Report = (at, message, remedy) => {
    isSound = false;
    inner(at, message, remedy);
  };
  // A plugin may give a common key a meaning of its own; then its own reading is the one that counts.
  const shared = [...common].filter(([key]) => own.has(key)).map(([, entry]) => entry.value);
  const quiet: Report = (at, message, remedy) => {
    if (!shared.some((value) => contains(value, at))) report(at, message, remedy);
  };
  const ownOptions = readOptions({ ...table, entries: own }, declared.own, report);
  const commonEntries = withoutNumbers(common, declared.common, settings);
  const commonRead = readOptions({ ...table, entries: commonEntries }, declared.common, quiet);
  return { own: ownOptions, common: commonRead, isSound };
}

/** Problems that only show when several options are seen together, at the key they are about. */
export function reportTogether(table: TomlTable, problems: readonly OptionProblem[], settings: BindSettings): void {
  if (settings.isPartial) return;
  for (const { key, message, remedy } of problems) {
    const entry = table.entries.get(key);
    const place = { severity: "error", where: settings.where, at: entry?.keyAt ?? table.at } as const;
    settings.log.add({ ...place, about: entry?.value ?? table }, message, remedy);
  }
}

export function keysOf(options: OptionTable): ReadonlySet<string> {
  return new Set(Object.values(options).map((option) => option.key));
}

function isKnown(key: string, known: ReadonlySet<string>): boolean {
  return known.has(key) || known.has(key.toLowerCase());
}

function reportUnknown(
  unknown: readonly [string, TomlEntry][],
  known: { readonly own: readonly string[]; readonly all: readonly string[] },
  settings: BindSettings,
): void {
  const [first] = unknown;
  if (first === undefined) return;
  const names = unknown.map(([key]) => key);
  const message = `configuration specified the fields [${names.map((key) => `"${key}"`).join(" ")}], but they were not used`;
  const remedy = names
    .slice(0, MOST_REMEDIES)
    .map((key) => (names.length > 1 ? `${key}: ` : "") + near(key, known.all, known.own))
    .join("; ");
  settings.log.add({ severity: "error", where: settings.where, at: first[1].keyAt }, message, remedy);
}

function reporter(table: TomlTable, { log, where, isPartial }: BindSettings): Report {
  return (at: Position, message: string, remedy: string) => {
    const isMissing = at === table.at;
    if (!(isMissing && isPartial)) log.add({ severity: "error", where, at }, message, remedy);
  };
}

/** Upstream overlooks `interval = 10` in a plugin's table; here the log says so. */
function withoutNumbers(
  entries: ReadonlyMap<string, TomlEntry>,
  declared: OptionTable,
  { log, where }: BindSettings,
): ReadonlyMap<string, TomlEntry> {
  const durations = new Set(
    Object.values(declared).flatMap((option) => (option.type === "duration" ? [option.key] : [])),
  );
  return new Map(
    [...entries].filter(([key, { value }]) => {
      if (!durations.has(key) || (value.type !== "integer" && value.type !== "float")) return true;
      const place = { severity: "warning", where, at: value.at } as const;
      log.add(place, `${key} is a number and has no effect here, as in Telegraf`, `write ${key} = "${value.value}s"`);
      return false;
    }),
  );
}

function contains(value: TomlValue, at: Position): boolean {
  if (value.at === at) return true;
  if (value.type === "array") return value.items.some((item) => contains(item, at));
  return value.type === "table" && [...value.entries.values()].some((entry) => contains(entry.value, at));
}
