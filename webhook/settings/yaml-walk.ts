// Walks a YAML document and names every problem with its line and path. Not the meaning of any key.

import { LineCounter, parseDocument, type Document } from "yaml";
import { nearest } from "../../agent/config/near.ts";
import { isObject, type JsonObject } from "../inject/json.ts";

export interface SettingsProblem {
  readonly line: number;
  /** "classes.prod.allow"; empty: the document. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

export type Path = readonly (string | number)[];

export class YamlWalk {
  readonly problems: SettingsProblem[] = [];
  readonly root: unknown;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { message, pos } of [...this.#document.errors, ...this.#document.warnings]) {
      this.problems.push({ line: this.#lines.linePos(pos[0]).line, path: "", message, remedy: "correct the YAML" });
    }
    this.root = this.problems.length === 0 ? this.#plain() : undefined;
  }

  report(path: Path, message: string, remedy: string): void {
    this.problems.push({ line: this.#line(path), path: path.join("."), message, remedy });
  }

  /** A mapping whose keys are all of `known`; undefined when it is something else. Unknown keys are reported. */
  mapping(value: unknown, path: Path, known?: readonly string[]): JsonObject | undefined {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) {
      this.report(path, "the value is not a mapping", "write `key: value` lines below it");
      return undefined;
    }
    for (const key of known === undefined ? [] : Object.keys(value)) {
      if (known?.includes(key) === true) continue;
      const near = nearest(key, known ?? []);
      const remedy = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `known are ${(known ?? []).join(", ")}`;
      this.report([...path, key], `"${key}" is not a key of the settings`, remedy);
    }
    return value;
  }

  /** Numbers are texts that nobody quoted. */
  text(value: unknown, path: Path): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    this.report(path, "the value is not a text", "put it in quotes");
    return undefined;
  }

  /** A list of texts, or one text with commas. */
  texts(value: unknown, path: Path): readonly string[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") {
      return value
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => this.text(item, [...path, index])).filter((item) => item !== undefined);
    }
    this.report(path, "the value is not a list", "write [a, b]");
    return undefined;
  }

  #plain(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      // Too many aliases: a document that would grow without end.
      this.report([], error instanceof Error ? error.message : String(error), "write it without aliases");
      return undefined;
    }
  }

  /** Of the deepest part of the path that exists. */
  #line(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      const range = isObject(node) ? node["range"] : undefined;
      if (Array.isArray(range)) return this.#lines.linePos(Number(range[0])).line;
    }
    return 1;
  }
}
