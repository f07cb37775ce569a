// Where one message of a stream ends. Pure functions over the bytes at hand, one per splitting_strategy.
// Source: telegraf plugins/common/socket/splitters.go (1.39.3).

/** What `split` found at the front of the bytes: `undefined` asks for more bytes, `malformed` gives the stream up. */
export type Found =
  | { readonly start: number; readonly end: number; readonly advance: number }
  | undefined
  | "malformed";

export type Splitter = (bytes: Buffer, from: number) => Found;

export interface LengthField {
  readonly offset: number;
  readonly bytes: number;
  readonly endianness: "be" | "le";
  readonly headerLength: number;
}

const LF = 0x0a;
const CR = 0x0d;

export function newlineSplitter(bytes: Buffer, from: number): Found {
  const end = bytes.indexOf(LF, from);
  if (end < 0) return undefined;
  return { start: from, end: end > from && bytes[end - 1] === CR ? end - 1 : end, advance: end + 1 };
}

export function delimiterSplitter(delimiter: Buffer): Splitter {
  return (bytes, from) => {
    const end = bytes.indexOf(delimiter, from);
    return end < 0 ? undefined : { start: from, end, advance: end + delimiter.length };
  };
}

export function fixedLengthSplitter(length: number): Splitter {
  return (bytes, from) =>
    bytes.length - from < length ? undefined : { start: from, end: from + length, advance: from + length };
}

/** The length counts from behind the header; without a header, from the first byte, length field included. */
export function variableLengthSplitter(field: LengthField): Splitter {
  return (bytes, from) => {
    const at = from + field.offset;
    if (bytes.length < at + field.bytes) return undefined;
    const length = readLength(bytes.subarray(at, at + field.bytes), field.endianness);
    const start = from + field.headerLength;
    const end = start + length;
    // A message without bytes would be found again for ever.
    if (end === from || !Number.isSafeInteger(end)) return "malformed";
    return end > bytes.length ? undefined : { start, end, advance: end };
  };
}

function readLength(bytes: Buffer, endianness: "be" | "le"): number {
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    length = length * 256 + (bytes[endianness === "be" ? i : bytes.length - 1 - i] as number);
  }
  return length;
}
