// A place in a TOML text that moves forward, and the error that ends a statement. It knows blanks, line ends and comments,
// no grammar.

import { LineIndex } from "./line-index.ts";
import type { Position } from "./value.ts";

/** Ends the reading of one statement; the document's parser catches it and goes on behind. Never leaves this folder. */
export class TomlSyntaxError extends Error {
  readonly offset: number;
  readonly remedy: string;
  /** Where reading goes on looking for the next statement, when that is not the place of the error. */
  readonly resume: number;

  constructor(message: string, place: { offset: number; remedy: string; resume?: number }) {
    super(message);
    this.offset = place.offset;
    this.remedy = place.remedy;
    this.resume = place.resume ?? place.offset;
  }
}

export class Cursor {
  readonly text: string;
  readonly lines: LineIndex;
  /** From an offset to the place that messages name. */
  readonly place: (offset: number) => Position;
  offset = 0;

  constructor(text: string, place?: (offset: number) => Position) {
    this.text = text;
    this.lines = new LineIndex(text);
    this.place = place ?? ((offset) => this.lines.position(offset));
  }

  get done(): boolean {
    return this.offset >= this.text.length;
  }

  /** The next UTF-16 unit; empty at the end. */
  get next(): string {
    return this.text.charAt(this.offset);
  }

  get at(): Position {
    return this.place(this.offset);
  }

  startsWith(token: string): boolean {
    return this.text.startsWith(token, this.offset);
  }

  /** Steps over the token if it is next. */
  take(token: string): boolean {
    if (!this.startsWith(token)) return false;
    this.offset += token.length;
    return true;
  }

  /** What a sticky expression matches here; the cursor moves behind it. */
  match(sticky: RegExp): string | undefined {
    const found = this.look(sticky);
    if (found !== undefined) this.offset += found.length;
    return found;
  }

  /** The same without moving. */
  look(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.offset;
    return sticky.exec(this.text)?.[0];
  }

  skipBlanks(): void {
    this.match(/[ \t]*/y);
  }

  /** Blanks, line ends and comments. */
  skipBlankLines(): void {
    while (this.match(/[ \t\r\n]+|#[^\r\n]*/y) !== undefined);
  }

  /** At the end of the text, of the line, or at a comment. */
  get atLineEnd(): boolean {
    return this.done || this.next === "\n" || this.next === "\r" || this.next === "#";
  }

  skipLine(): void {
    this.match(/[^\r\n]*(?:\r\n|\n|\r)?/y);
  }

  fail(message: string, remedy: string, offset = this.offset, resume = offset): never {
    throw new TomlSyntaxError(message, { offset, remedy, resume });
  }
}
