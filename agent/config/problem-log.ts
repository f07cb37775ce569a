// Collects the problems of one source, with the source's own lines as excerpts. Values that came from the environment are
// shown in messages as they are written in the file, never as what they became.

import type { ConfigProblem, ConfigSource } from "./config.ts";
import type { ConfigDocument, StringNote } from "./environment.ts";
import { excerptOf } from "./excerpt.ts";
import { LineIndex } from "./toml/line-index.ts";
import type { Position, TomlValue } from "./toml/value.ts";

export interface ProblemPlace {
  readonly severity: ConfigProblem["severity"];
  readonly where: string;
  readonly at: Position;
  /** What the problem is about: a value with a variable that is not resolved yet may excuse it. */
  readonly about?: TomlValue | undefined;
}

export class ProblemLog {
  readonly #source: ConfigSource;
  readonly #lines: LineIndex;
  readonly #note: ConfigDocument["note"];
  readonly #tolerateUnresolved: boolean;
  readonly #problems: ConfigProblem[] = [];

  /** Starts with the problems of the document itself. */
  constructor(source: ConfigSource, document: ConfigDocument, settings: { readonly tolerateUnresolved: boolean }) {
    this.#source = source;
    this.#lines = new LineIndex(source.text);
    this.#note = document.note;
    this.#tolerateUnresolved = settings.tolerateUnresolved;
    for (const { severity, at, message, remedy } of document.problems)
      this.#push({ severity, where: "", at }, message, remedy);
  }

  add(place: ProblemPlace, message: string, remedy: string): void {
    const notes = this.#notesOf(place);
    if (notes.some((note) => note.isReported)) return;
    const isExcused = this.#tolerateUnresolved && notes.some((note) => note.unresolved);
    const severity = isExcused ? "warning" : place.severity;
    this.#push({ ...place, severity }, asWritten(message, notes), asWritten(remedy, notes));
  }

  /** In reading order. */
  get problems(): readonly ConfigProblem[] {
    return this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #push({ severity, where, at }: ProblemPlace, message: string, remedy: string): void {
    const excerpt = excerptOf(this.#lines.line(at.line));
    const { line, column } = at;
    this.#problems.push({ severity, source: this.#source.name, line, column, where, message, remedy, excerpt });
  }

  #notesOf({ at, about }: ProblemPlace): StringNote[] {
    const places = about === undefined ? [at] : [at, ...stringPlaces(about)];
    return places.map((place) => this.#note(place)).filter((note) => note !== undefined);
  }
}

function stringPlaces(value: TomlValue): Position[] {
  if (value.type === "string") return [value.at];
  if (value.type === "array") return value.items.flatMap(stringPlaces);
  if (value.type === "table") return [...value.entries.values()].flatMap((entry) => stringPlaces(entry.value));
  return [];
}

function asWritten(text: string, notes: readonly StringNote[]): string {
  return notes
    .filter((note) => note.value !== "" && note.value !== note.written)
    .reduce((result, note) => result.replaceAll(note.value, () => note.written), text);
}
