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

  constructor(source: ConfigSource, settings: { note: ConfigDocument["note"]; tolerateUnresolved: boolean }) {
    this.#source = source;
    this.#lines = new LineIndex(source.text);
    this.#note = settings.note;
    this.#tolerateUnresolved = settings.tolerateUnresolved;
  }

  add(place: ProblemPlace, message: string, remedy: string): void {
    const notes = this.#notesOf(place);
    const isExcused = this.#tolerateUnresolved && notes.some((note) => note.unresolved);
    this.#problems.push({
      severity: isExcused ? "warning" : place.severity,
      source: this.#source.name,
      line: place.at.line,
      column: place.at.column,
      where: place.where,
      message: asWritten(message, notes),
      remedy: asWritten(remedy, notes),
      excerpt: excerptOf(this.#lines.line(place.at.line)),
    });
  }

  /** In reading order. */
  get problems(): readonly ConfigProblem[] {
    return this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
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
