// Offsets of a text to lines and columns. A line ends with LF, CRLF or CR alone, as in Telegraf's TOML dialect.

import type { Position } from "./value.ts";

export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];
  /** The last answer: values come in reading order, so a very long line is not counted again for each of them. */
  #last = { offset: 0, row: 0, column: 1 };

  constructor(text: string) {
    this.#text = text;
    for (const end of text.matchAll(/\r\n|\n|\r/g)) this.#starts.push(end.index + end[0].length);
  }

  /** How many lines there are; the one behind the last line end counts. */
  get count(): number {
    return this.#starts.length;
  }

  position(offset: number): Position {
    const row = this.#row(offset);
    const sameLine = row === this.#last.row && offset >= this.#last.offset;
    const from = sameLine ? this.#last.offset : this.#start(row);
    const column = (sameLine ? this.#last.column : 1) + characters(this.#text, from, offset);
    this.#last = { offset, row, column };
    return { line: row + 1, column };
  }

  /** Where the line of this offset begins. */
  lineStart(offset: number): number {
    return this.#start(this.#row(offset));
  }

  /** The text of a line (1-based) without its end. */
  line(line: number): string {
    const end = this.#starts[line] ?? this.#text.length;
    return this.#text.slice(this.#start(line - 1), end).replace(/[\r\n]+$/, "");
  }

  #start(row: number): number {
    return this.#starts[row] ?? this.#text.length;
  }

  /** The last line that starts at or before the offset. */
  #row(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Characters between two offsets: a pair of surrogates is one. */
function characters(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}
