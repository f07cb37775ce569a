// Where the parser is in a buffer of line protocol. Plain public fields: this is the inner loop.

import { BLANK, CLASS } from "./character-class.ts";
import { InfluxParseError, type InfluxParseReason } from "./parse-error.ts";

const LF = 0x0a;

export class Cursor {
  readonly bytes: Buffer;
  readonly end: number;
  at = 0;
  /** 1-based; counts raw line ends inside quotes too. */
  line = 1;
  lineStart = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** The byte here, -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  skipBlanks(): void {
    while (this.at < this.end && CLASS[this.bytes[this.at] as number] === BLANK) this.at += 1;
  }

  /** Steps over the LF that is here. */
  passLineFeed(): void {
    this.at += 1;
    this.line += 1;
    this.lineStart = this.at;
  }

  /** To the start of the next line, or to the end. */
  skipLine(): void {
    const lineFeed = this.bytes.indexOf(LF, this.at);
    this.at = lineFeed < 0 ? this.end : lineFeed;
    if (lineFeed >= 0) this.passLineFeed();
  }

  fault(reason: InfluxParseReason): InfluxParseError {
    return new InfluxParseError(reason, this.line, this);
  }
}
