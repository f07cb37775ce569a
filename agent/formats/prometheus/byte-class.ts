// Which bytes a name is made of. Source: github.com/prometheus/common/expfmt/text_parse.go, OpenMetrics 1.0 (ABNF).

export const LINE_FEED = 0x0a;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const COMMA = 0x2c;
export const EQUALS = 0x3d;
export const BACKSLASH = 0x5c;
export const LETTER_N = 0x6e;
export const BRACE_OPEN = 0x7b;
export const BRACE_CLOSE = 0x7d;

const LABEL_FIRST = 1;
const LABEL = 2;
const NAME_FIRST = 4;
const NAME = 8;

const classes = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[a-zA-Z_]/.test(character)) classes[byte] = LABEL_FIRST | LABEL | NAME_FIRST | NAME;
  else if (/[0-9]/.test(character)) classes[byte] = LABEL | NAME;
  else if (character === ":") classes[byte] = NAME_FIRST | NAME;
}

/** End of the metric name at `at`; `at` itself when there is none. */
export function nameEnd(bytes: Buffer, at: number, end: number): number {
  return wordEnd(bytes, { at, end, first: NAME_FIRST, rest: NAME });
}

/** The same for a label's name: no colons. */
export function labelNameEnd(bytes: Buffer, at: number, end: number): number {
  return wordEnd(bytes, { at, end, first: LABEL_FIRST, rest: LABEL });
}

interface Word {
  readonly at: number;
  readonly end: number;
  readonly first: number;
  readonly rest: number;
}

function wordEnd(bytes: Buffer, { at, end, first, rest }: Word): number {
  if (at >= end || ((classes[bytes[at] as number] as number) & first) === 0) return at;
  let stop = at + 1;
  while (stop < end && ((classes[bytes[stop] as number] as number) & rest) !== 0) stop += 1;
  return stop;
}

export function sameBytes(bytes: Buffer, start: number, stop: number, otherStart: number, otherStop: number): boolean {
  if (stop - start !== otherStop - otherStart) return false;
  for (let at = start, other = otherStart; at < stop; at++, other++) {
    if (bytes[at] !== bytes[other]) return false;
  }
  return true;
}

export function skipBlanks(bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end && isBlank(bytes[next] as number)) next += 1;
  return next;
}

/** End of what stands up to the next blank. */
export function tokenEnd(bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end && !isBlank(bytes[next] as number)) next += 1;
  return next;
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === 0x09;
}
