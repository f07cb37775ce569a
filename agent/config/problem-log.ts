// Collects the problems of one source, with the source's own lines as excerpts. Values that came from the environment are
// shown in messages as they are written in the file, never as what they became.

import type { ConfigProblem, ConfigSource } from "./config.ts";
import type { ConfigDocument, StringNote } from "./environment.ts";
import { Excerpts } from "./excerpt.ts";
import type { Position, TomlValue } from "./toml/value.ts";

export interface ProblemPlace {
  readonly severity: ConfigProblem["severity"];
  readonly where: string;
  readonly at: Position;
  /** What the problem is about: a value with a variable that is not resolved yet may excuse it. */
  readonly about?: TomlValue | undefined;
}

/** Of each severity. A hostile or broken file must not fill the memory with its own lines. */
const MOST_PROBLEMS = 100;

export class ProblemLog {
  readonly #source: ConfigSource;
  readonly #excerpts: Excerpts;
  readonly #note: ConfigDocument["note"];
  readonly #tolerateUnresolved: boolean;
  readonly #problems: ConfigProblem[] = [];
  readonly #counts = new Map<ConfigProblem["severity"], number>();

  /** Starts with the problems of the document itself. */
  constructor(source: ConfigSource, document: ConfigDocument, settings: { readonly tolerateUnresolved: boolean }) {
    this.#source = source;
    this.#excerpts = new Excerpts(source.text, document);
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
    const text = asWritten(message, notes) + (isExcused ? " (a variable has no value here)" : "");
    this.#push({ ...place, severity }, text, asWritten(remedy, notes));
  }

  /** In reading order; what was too much is counted at the end. */
  get problems(): readonly ConfigProblem[] {
    const sorted = this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const last = sorted.at(-1);
    for (const [severity, count] of this.#counts) {
      if (count <= MOST_PROBLEMS || last === undefined) continue;
      const message = `${count - MOST_PROBLEMS} more problems of this kind are not shown`;
      sorted.push({ ...last, severity, where: "", message, remedy: "remove the first ones" });
    }
    return sorted;
  }

  #push({ severity, where, at }: ProblemPlace, message: string, remedy: string): void {
    const count = (this.#counts.get(severity) ?? 0) + 1;
    this.#counts.set(severity, count);
    if (count > MOST_PROBLEMS) return;
    const excerpt = this.#excerpts.line(at.line);
    const { line, column } = at;
    const hide = (text: string) => this.#excerpts.hideIn(text, line);
    const said = { where: hide(where), message: hide(message), remedy: hide(remedy) };
    this.#problems.push({ severity, source: this.#source.name, line, column, ...said, excerpt });
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
