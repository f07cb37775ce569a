// Reads a config text with its environment variables replaced. Strict: after parsing, inside string values only, so that a
// value can never become structure. Text: in the text, before parsing. Auto: strict, and for a text that does not parse
// (`metric_batch_size = $N`) a guarded replacement outside of quotes first.
// Source: telegraf config/envvar.go; strict is Telegraf's default since 1.38.

import type { DocumentProblem } from "./document-problem.ts";
import { substituteText } from "./environment-text.ts";
import { parseToml, type TomlDocument } from "./toml/parse.ts";
import { rewriteStrings } from "./toml/rewrite.ts";
import type { Position, TomlTable } from "./toml/value.ts";
import { applyExpansions, findExpansions, type Environment } from "./variables.ts";

export type EnvHandling = "auto" | "strict" | "text" | "old";

export interface EnvironmentSettings {
  readonly env: Environment;
  readonly handling: EnvHandling;
  /** Variables without a value are expected: no warnings, and one without quotes is read as a string. */
  readonly tolerateUnresolved: boolean;
}

/** What happened to one string value. */
export interface StringNote {
  /** As it stands in the file: what messages may show. */
  readonly written: string;
  readonly value: string;
  readonly unresolved: boolean;
  /** There is a problem about it already. */
  readonly isReported: boolean;
}

export interface ConfigDocument {
  /** All places are those of the text in the file. */
  readonly root: TomlTable;
  readonly problems: readonly DocumentProblem[];
  /** Parts of the text were not understood, so options may seem to be missing. */
  readonly isPartial: boolean;
  /** There are syntax errors in the text. */
  readonly isBroken: boolean;
  readonly note: (at: Position) => StringNote | undefined;
}

export function readDocument(text: string, settings: EnvironmentSettings): ConfigDocument {
  const collector = new DocumentCollector(settings);
  if (settings.handling === "text" || settings.handling === "old") {
    return collector.inText(text, { region: "all", keepDoubleDollar: settings.handling === "old" });
  }
  const parsed = parseToml(text);
  if (parsed.problems.length === 0 || settings.handling === "strict") return collector.inStrings(parsed);
  return collector.inText(text, { region: "bare", keepDoubleDollar: false });
}

class DocumentCollector {
  readonly #settings: EnvironmentSettings;
  readonly #problems: DocumentProblem[] = [];
  readonly #notes = new Map<string, StringNote>();

  constructor(settings: EnvironmentSettings) {
    this.#settings = settings;
  }

  inStrings(parsed: TomlDocument): ConfigDocument {
    const text = (value: string, at: Position) => this.#substituteString(value, at);
    return this.#document({ ...parsed, root: rewriteStrings(parsed.root, text) });
  }

  inText(text: string, how: { region: "all" | "bare"; keepDoubleDollar: boolean }): ConfigDocument {
    const { env, tolerateUnresolved } = this.#settings;
    const replaced = substituteText(text, { ...how, env });
    this.#problems.push(...replaced.problems);
    if (!tolerateUnresolved) for (const { name, at } of replaced.unset) this.#warnUnset(name, at);
    const parsed = parseToml(replaced.text, { bareVariables: tolerateUnresolved, place: replaced.place });
    if (how.region === "bare") return this.inStrings(parsed);
    const names = new Set(replaced.unset.map(({ name }) => name));
    rewriteStrings(parsed.root, (value, at) => this.#noteString(value, at, { values: replaced.values, names }));
    return this.#document(parsed);
  }

  #substituteString(value: string, at: Position): string {
    let unresolved = false;
    const onUnset = (name: string) => {
      unresolved = true;
      if (!this.#settings.tolerateUnresolved) this.#warnUnset(name, at);
    };
    let isReported = false;
    const onRequired = (name: string, message: string) => {
      unresolved = true;
      isReported = !this.#settings.tolerateUnresolved;
      this.#required(name, message, at);
    };
    const expansions = findExpansions(value, { env: this.#settings.env, onUnset, onRequired });
    const result = applyExpansions(value, expansions);
    if (unresolved || result !== value)
      this.#notes.set(key(at), { written: value, value: result, unresolved, isReported });
    return result;
  }

  /** After a replacement in the text nobody knows any more which part of a string came from where. */
  #noteString(value: string, at: Position, from: { values: readonly string[]; names: ReadonlySet<string> }): string {
    const unresolved = [...from.names].some((name) => value.includes(`$${name}`) || value.includes(`\${${name}`));
    const isReplaced = from.values.some((text) => value.includes(text));
    if (unresolved || isReplaced)
      this.#notes.set(key(at), {
        written: isReplaced ? "a value from the environment" : value,
        value,
        unresolved,
        isReported: false,
      });
    return value;
  }

  #document({ root, problems: syntax, isBroken }: TomlDocument): ConfigDocument {
    const problems = [...syntax.map((problem) => ({ severity: "error" as const, ...problem })), ...this.#problems];
    return { root, problems, isPartial: syntax.length > 0, isBroken, note: (at) => this.#notes.get(key(at)) };
  }

  #warnUnset(name: string, at: Position): void {
    const message = `the environment variable ${name} is not set, the text stays as it is`;
    this.#problems.push({ severity: "warning", at, message, remedy: `set ${name}, or write \${${name}:-default}` });
  }

  #required(name: string, message: string, at: Position): void {
    if (this.#settings.tolerateUnresolved) return;
    const text = `the environment variable ${name} is required${message === "" ? "" : `: ${message}`}`;
    this.#problems.push({ severity: "error", at, message: text, remedy: `set ${name}` });
  }
}

function key(at: Position): string {
  return `${at.line}:${at.column}`;
}
