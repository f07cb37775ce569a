// Bytes -> table, the hot path. It scans a line once, hashes the bucket on the way, finds the series by comparing bytes
// and reads the number from bytes: no string and no object for a series it knows. Whatever does not have the common
// shape goes, before anything of it was counted, to odd-line.ts, which gives the same result for every line.
// Not a transport: those put bytes into `bytes` and call `parse`.

import { decodeText } from "../../core/byte-text.ts";
import { ByteTable, HASH_SEED, hashBytes, hashEnd, hashStep } from "./byte-table.ts";
import { readDatadogTags } from "./datadog-tags.ts";
import { trimSpace } from "./go-space.ts";
import { OddLine, type OddLineSettings } from "./odd-line.ts";
import { timingRepeats } from "./sample-rate.ts";
import { COUNTER, DISTRIBUTION, GAUGE, HISTOGRAM, SET, TIMING } from "./series-kind.ts";

export interface LineParserSettings extends OddLineSettings {
  /** Takes events and service checks; true when the line was one. Only asked with DogStatsD extensions. */
  readonly takeMessage: (line: string, source: string) => boolean;
  /** Off: every line takes the readable way. For comparing the two. */
  readonly fastPath?: boolean;
}

/** A datagram is at most this long, and so is a line over TCP. */
export const LONGEST_BYTES = 65_536;
/** Words are read beyond the end of what was received. */
const SLACK_BYTES = 16;
/** Powers of ten that are exact, for numbers of up to this many digits: their quotient is correctly rounded. */
const MOST_DIGITS = 15;
const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const LF = 10;
const CR = 13;
const HASH_SIGN = 35;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const COLON = 58;
const AT_SIGN = 64;
const LETTER_C = 99;
const LETTER_D = 100;
const LETTER_G = 103;
const LETTER_H = 104;
const LETTER_M = 109;
const LETTER_S = 115;
const PIPE = 124;

/** Something that only the readable way can do. */
const ODD = -1;
const NO_TAGS: ReadonlyMap<string, string> = new Map();

export class LineParser {
  /** Where transports put what they received, from 0. */
  readonly bytes = Buffer.alloc(2 * LONGEST_BYTES + SLACK_BYTES);
  /** Address of the sender of what is parsed next; empty when it is not known. */
  source = "";
  readonly #view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  readonly #settings: LineParserSettings;
  readonly #odd: OddLine;
  /** Bucket bytes, kind and tag bytes -> cell. Several of them may mean the same series. */
  readonly #known = new ByteTable();
  readonly #datadog: boolean;
  readonly #fast: boolean;
  /** Second results of the scanning methods: a position and a number. */
  #at = 0;
  readonly #number = new Float64Array(1);

  constructor(settings: LineParserSettings) {
    this.#settings = settings;
    this.#odd = new OddLine(settings);
    this.#datadog = settings.datadog;
    this.#fast = settings.fastPath ?? true;
    settings.table.onMoved = (moved) => this.#known.retain((_, cell) => moved[cell] as number);
  }

  get knownCount(): number {
    return this.#known.size;
  }

  /** Parses bytes[0, end), line by line; the last line need not end with LF. Overwrites the byte at `end`. */
  parse(end: number): void {
    this.bytes[end] = LF;
    for (let at = 0; at < end;) at = this.#line(at);
  }

  /** Returns where the next line starts. */
  #line(start: number): number {
    if (this.bytes[start] === LF) return start + 1;
    if (!this.#fast) return this.#oddLine(start);
    const hash = this.#scanBucket(start);
    const bucketEnd = this.#at;
    if (this.bytes[bucketEnd] !== COLON || bucketEnd === start) return this.#oddLine(start);
    for (let at = bucketEnd; ;) {
      const bitStart = at + 1;
      at = this.#bit(start, bucketEnd, hash, bitStart);
      if (at === ODD)
        return bitStart === bucketEnd + 1 ? this.#oddLine(start) : this.#oddBits(start, bucketEnd, bitStart);
      if (this.bytes[at] === LF) return at + 1;
    }
  }

  /** Hashes up to the first colon or LF, four bytes at a time; leaves its position in #at. */
  #scanBucket(start: number): number {
    const view = this.#view;
    let hash = HASH_SEED;
    for (let at = start; ; at += 4) {
      const word = view.getInt32(at, true);
      const colons = word ^ 0x3a3a3a3a;
      const ends = word ^ 0x0a0a0a0a;
      // The lowest set bit marks the first byte that became zero (Mycroft's trick).
      const hits = (((colons - 0x01010101) & ~colons) | ((ends - 0x01010101) & ~ends)) & 0x80808080;
      if (hits === 0) {
        hash = hashStep(hash, word);
        continue;
      }
      const length = (31 - Math.clz32(hits & -hits)) >> 3;
      this.#at = at + length;
      return length === 0 ? hash : hashStep(hash, word & (0xffffffff >>> (32 - 8 * length)));
    }
  }

  /** One value with its type, rate and tags. Returns where it ends, at a colon or LF, or ODD before it did anything. */
  #bit(start: number, bucketEnd: number, hash: number, bitStart: number): number {
    const bytes = this.bytes;
    const numeric = this.#scanNumber(bitStart) && bytes[this.#at] === PIPE;
    let at = numeric ? this.#at : this.#endOfText(bitStart);
    const value = this.#number[0] as number;
    const valueEnd = at;
    if (bytes[at] !== PIPE) return ODD;
    const kind = kindOf(bytes[at + 1] as number, bytes[at + 2] as number);
    if (kind === ODD || (!numeric && kind !== SET)) return ODD;
    at += kind === TIMING ? 3 : 2;
    let rate = 0;
    if (bytes[at] === PIPE && bytes[at + 1] === AT_SIGN) {
      if (!this.#scanNumber(at + 2)) return ODD;
      rate = this.#number[0] as number;
      if (rate === 0) return ODD;
      at = this.#at;
    }
    const tagsStart = at;
    if (this.#datadog && bytes[at] === PIPE) at = this.#endOfTags(at);
    const tagsEnd = at;
    if (bytes[at] === CR && bytes[at + 1] === LF) at += 1;
    // With DogStatsD the tags at the end of a line belong to all its values.
    if (bytes[at] !== LF && (bytes[at] !== COLON || this.#datadog)) return ODD;
    const cell = this.#find(kind, hash, start, bucketEnd, tagsStart, tagsEnd);
    return cell >= 0 && this.#add(cell, kind, bitStart, valueEnd, value, rate) ? at : ODD;
  }

  /** Digits with an optional sign and dot, up to what a double holds exactly; leaves value in #number, end in #at. */
  #scanNumber(start: number): boolean {
    const bytes = this.bytes;
    let at = start;
    let byte = bytes[at] as number;
    const signed = byte === MINUS || byte === PLUS;
    if (signed) byte = bytes[++at] as number;
    let mantissa = 0;
    let digits = 0;
    for (; byte >= 48 && byte <= 57; byte = bytes[++at] as number, digits++) mantissa = mantissa * 10 + (byte - 48);
    let dotAt = at;
    if (byte === DOT) {
      byte = bytes[++at] as number;
      for (; byte >= 48 && byte <= 57; byte = bytes[++at] as number, digits++) mantissa = mantissa * 10 + (byte - 48);
    } else dotAt = at - 1;
    this.#at = at;
    if (digits === 0) return false;
    const scale = at - 1 - dotAt;
    const exact = digits <= MOST_DIGITS;
    const size = exact ? (scale === 0 ? mantissa : mantissa / (POWERS[scale] as number)) : this.#longNumber(start, at);
    this.#number[0] = exact && bytes[start] === MINUS ? -size : size;
    return !Number.isNaN(size);
  }

  /** Many languages print doubles with 16 or 17 digits. Whole numbers stay exact on the readable way. */
  #longNumber(start: number, end: number): number {
    const text = this.bytes.toString("latin1", start, end);
    return end - start < 40 && text.includes(".") ? Number(text) : Number.NaN;
  }

  /** The first pipe, colon or LF. */
  #endOfText(start: number): number {
    for (let at = start; ; at++) {
      const byte = this.bytes[at];
      if (byte === PIPE || byte === COLON || byte === LF) return at;
    }
  }

  /** The end of `|#tags|c:container`; if there is more, the place of what is too much. */
  #endOfTags(start: number): number {
    const bytes = this.bytes;
    let container = false;
    let at = start;
    while (bytes[at] === PIPE && !container) {
      container = bytes[at + 1] === LETTER_C && bytes[at + 2] === COLON;
      if (!container && bytes[at + 1] !== HASH_SIGN) return at;
      for (at += 2; bytes[at] !== PIPE && bytes[at] !== LF;) at += 1;
    }
    return bytes[at] === LF && bytes[at - 1] === CR ? at - 1 : at;
  }

  #find(
    kind: number,
    bucketHash: number,
    start: number,
    bucketEnd: number,
    tagsStart: number,
    tagsEnd: number,
  ): number {
    const bytes = tagsEnd > tagsStart ? hashBytes(bucketHash, this.#view, tagsStart, tagsEnd) : bucketHash;
    const hash = hashEnd(bytes, bucketEnd - start, tagsEnd - tagsStart, kind);
    const cell = this.#known.find(hash, kind, this.#view, start, bucketEnd, tagsStart, tagsEnd);
    return cell >= 0 ? cell : this.#learn(hash, kind, start, bucketEnd, tagsStart, tagsEnd);
  }

  /** A name seen for the first time: parse it once, and remember its bytes. */
  #learn(hash: number, kind: number, start: number, bucketEnd: number, tagsStart: number, tagsEnd: number): number {
    const bucket = decodeText(this.bytes, start, bucketEnd);
    const tail = decodeText(this.bytes, tagsStart, tagsEnd);
    if (this.#isOdd(bucket, tail, kind)) return ODD;
    const { naming, table } = this.#settings;
    const identity = naming.identity(kind, bucket, tail === "" ? NO_TAGS : this.#readTail(tail));
    if (identity === undefined) return ODD;
    const cell = table.cell(identity);
    // Many spellings of few series (tags in random order) must not grow without end.
    if (this.#known.size > 4 * table.index.size + 1024) this.#known.clear();
    const key = { view: this.#view, startA: start, endA: bucketEnd, startB: tagsStart, endB: tagsEnd, tag: kind };
    this.#known.insert(hash, key, cell);
    return cell;
  }

  #isOdd(bucket: string, tail: string, kind: number): boolean {
    if (kind === DISTRIBUTION && !this.#settings.distributions) return true;
    // A line is trimmed as a whole.
    if (trimSpace(`${bucket}.`).length <= bucket.length || trimSpace(`.${tail}`).length <= tail.length) return true;
    return this.#datadog && (bucket.includes("|") || bucket.startsWith("#") || bucket.startsWith("_e"));
  }

  #readTail(tail: string): ReadonlyMap<string, string> {
    const tags = new Map<string, string>();
    let container: string | undefined;
    for (const segment of tail.slice(1).split("|")) {
      if (segment.startsWith("#")) readDatadogTags(segment.slice(1), tags);
      else container = segment.slice(2);
    }
    if (container !== undefined && this.#settings.keepContainer) tags.set("container", container);
    return tags;
  }

  /** False, and nothing done, when only the readable way can do it. */
  #add(cell: number, kind: number, valueStart: number, valueEnd: number, value: number, rate: number): boolean {
    const { table } = this.#settings;
    const first = this.bytes[valueStart];
    const signed = first === MINUS || first === PLUS;
    if (kind === COUNTER) {
      const amount = Math.trunc(rate === 0 ? value : Math.trunc(value) / rate);
      if (!Number.isSafeInteger(amount)) return false;
      table.addCounter(cell, amount);
    } else if (kind === GAUGE) {
      if (signed) table.addGauge(cell, value);
      else table.setGauge(cell, value);
    } else if (signed) {
      return false;
    } else if (kind === SET) {
      table.addMember(cell, this.#view, valueStart, valueEnd);
    } else if (kind === DISTRIBUTION) {
      table.addDistribution(cell, value);
    } else {
      const times = rate === 0 ? 1 : timingRepeats(rate);
      if (times === 0) return false;
      table.addTiming(cell, value, times);
    }
    return true;
  }

  #oddLine(start: number): number {
    const end = this.bytes.indexOf(LF, start);
    const line = trimSpace(decodeText(this.bytes, start, end));
    const isMessage = this.#datadog && this.#settings.takeMessage(line, this.source);
    if (line !== "" && !isMessage) this.#odd.parse(line);
    return end + 1;
  }

  /** The rest of a line whose first values were already counted. Without DogStatsD only. */
  #oddBits(start: number, bucketEnd: number, bitStart: number): number {
    const end = this.bytes.indexOf(LF, bitStart);
    const line = decodeText(this.bytes, start, end);
    const bits = trimSpace(`.${decodeText(this.bytes, bitStart, end)}`)
      .slice(1)
      .split(":");
    this.#odd.parseBits(decodeText(this.bytes, start, bucketEnd), bits, { line, tags: NO_TAGS });
    return end + 1;
  }
}

function kindOf(first: number, second: number): number {
  if (first === LETTER_C) return COUNTER;
  if (first === LETTER_G) return GAUGE;
  if (first === LETTER_M) return second === LETTER_S ? TIMING : ODD;
  if (first === LETTER_H) return HISTOGRAM;
  if (first === LETTER_S) return SET;
  return first === LETTER_D ? DISTRIBUTION : ODD;
}
