// A TOML text to tables that know their places, with all problems of the text at once: after an error reading goes on at
// the next line. Dialect: influxdata/toml on branch `telegraf` (several pairs a line, pairs on a header's line).

import { Cursor, TomlSyntaxError } from "./cursor.ts";
import { looksLikeHeader, looksLikePair, readKey } from "./key.ts";
import { TableBuilder, type DraftTable } from "./table-builder.ts";
import { readValue } from "./value-parser.ts";
import type { Position, TomlTable } from "./value.ts";

export interface TomlProblem {
  readonly at: Position;
  readonly message: string;
  readonly remedy: string;
}

export interface TomlDocument {
  /** What could be read, also when there are problems. */
  readonly root: TomlTable;
  readonly problems: readonly TomlProblem[];
  /** Parts of the text are not TOML; false when the problems are only about names used twice. */
  readonly isBroken: boolean;
}

export interface ParseSettings {
  /** Read `key = $NAME` as the string "$NAME": for checking a config whose variables have no values yet. */
  readonly bareVariables?: boolean;
  /** From an offset to the place that messages name, for a text that was made out of another one. */
  readonly place?: (offset: number) => Position;
}

/** More of them would be noise, and the limit bounds the work on a file that is no TOML at all. */
const MOST_PROBLEMS = 50;

/** Never throws. */
export function parseToml(text: string, settings: ParseSettings = {}): TomlDocument {
  return new DocumentParser(text, settings).read();
}

class DocumentParser {
  readonly #cursor: Cursor;
  readonly #bareVariables: boolean;
  readonly #problems: TomlProblem[] = [];
  readonly #builder = new TableBuilder((at, message, remedy) => this.#problems.push({ at, message, remedy }));
  #table: DraftTable = this.#builder.root;
  #isBroken = false;

  constructor(text: string, settings: ParseSettings) {
    this.#cursor = new Cursor(text, settings.place);
    this.#bareVariables = settings.bareVariables ?? false;
  }

  read(): TomlDocument {
    const cursor = this.#cursor;
    cursor.match(/\uFEFF/y);
    cursor.skipBlankLines();
    while (!cursor.done && this.#problems.length < MOST_PROBLEMS) {
      const start = cursor.offset;
      try {
        this.#statement();
      } catch (error) {
        if (!(error instanceof TomlSyntaxError)) throw error;
        this.#isBroken = true;
        this.#problems.push({ at: cursor.place(error.offset), message: error.message, remedy: error.remedy });
        this.#resynchronise(start, error);
      }
      cursor.skipBlankLines();
    }
    return { root: this.#builder.root, problems: this.#problems, isBroken: this.#isBroken };
  }

  #statement(): void {
    const cursor = this.#cursor;
    if (cursor.next === "[") this.#header();
    else this.#pair();
    cursor.skipBlanks();
    if (!cursor.atLineEnd && !looksLikePair(cursor))
      cursor.fail("there is more text than one value", "write each key = value on a line of its own");
  }

  #header(): void {
    const cursor = this.#cursor;
    const at = cursor.at;
    // Pairs below a broken header belong to no table: they must not land in the one before.
    this.#table = new TableBuilder(() => {}).root;
    const isArray = cursor.take("[[");
    if (!isArray) cursor.take("[");
    cursor.skipBlanks();
    const path = readKey(cursor);
    const closing = isArray ? "]]" : "]";
    if (!cursor.take(closing)) cursor.fail("the table name is not closed", `write ${closing} behind it`);
    this.#table = isArray ? this.#builder.appendTable(path, at) : this.#builder.openTable(path, at);
  }

  #pair(): void {
    const cursor = this.#cursor;
    const key = readKey(cursor);
    if (!cursor.take("=")) cursor.fail("an = is missing after the key", "write key = value");
    cursor.skipBlanks();
    const value = readValue(cursor, { builder: this.#builder, bareVariables: this.#bareVariables });
    this.#builder.assign(this.#table, key, value);
  }

  /** Goes to the next line, or to the line of the error when the statement began further up and this one is a new one. */
  #resynchronise(start: number, error: TomlSyntaxError): void {
    const cursor = this.#cursor;
    cursor.offset = cursor.lines.lineStart(error.resume);
    if (cursor.offset > start && (looksLikePair(cursor) || looksLikeHeader(cursor))) return;
    cursor.offset = error.resume;
    cursor.skipLine();
  }
}
