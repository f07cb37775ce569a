// Bytes to strings and back without loss. Valid UTF-8 becomes the ordinary string; each byte that is not part of valid
// UTF-8 becomes one lone surrogate U+DC80..U+DCFF and turns back into that byte (Python's "surrogateescape", PEP 383).

const LONE_BASE = 0xdc00;

/** Decodes `bytes[start, end)`. Never throws; `encodeText(decodeText(b))` equals `b` for every `b`. */
export function decodeText(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString("utf8", start, end);
  // U+FFFD is either in the input or marks a damaged byte: only then look closer.
  return text.includes("\ufffd") ? decodeDamaged(bytes, start, end) : text;
}

/** Encodes to bytes; see `decodeText`. */
export function encodeText(text: string): Buffer {
  return text.isWellFormed() ? Buffer.from(text, "utf8") : encodeDamaged(text);
}

function decodeDamaged(bytes: Buffer, start: number, end: number): string {
  let text = "";
  let good = start;
  let at = start;
  while (at < end) {
    const length = sequenceLength(bytes, at, end);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString("utf8", good, at) + String.fromCharCode(LONE_BASE + (bytes[at] as number));
    at += 1;
    good = at;
  }
  return text + bytes.toString("utf8", good, end);
}

/** Length of the valid UTF-8 sequence at `at`, 0 if there is none (RFC 3629: no overlong forms, no surrogates). */
function sequenceLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] as number;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

function encodeDamaged(text: string): Buffer {
  const parts: Buffer[] = [];
  let good = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0xd800 && code <= 0xdbff && isLow(text.charCodeAt(at + 1))) {
      at += 1;
      continue;
    }
    if (code < LONE_BASE + 0x80 || code > LONE_BASE + 0xff) continue;
    parts.push(Buffer.from(text.slice(good, at), "utf8"), Buffer.from([code - LONE_BASE]));
    good = at + 1;
  }
  parts.push(Buffer.from(text.slice(good), "utf8"));
  return Buffer.concat(parts);
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
