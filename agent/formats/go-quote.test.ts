import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "../core/byte-text.ts";
import { goQuote } from "./go-quote.ts";

const CASES: readonly (readonly [string, string])[] = [
  ["", '""'],
  ["cpu,host=a b=1i 5", '"cpu,host=a b=1i 5"'],
  ['say "x"', '"say \\"x\\""'],
  ["a\\b", '"a\\\\b"'],
  ["a\tb\nc\rd", '"a\\tb\\nc\\rd"'],
  ["\x07\b\f\v", '"\\a\\b\\f\\v"'],
  ["\x00\x1b\x7f", '"\\x00\\x1b\\x7f"'],
  ["grün 日本 😀", '"grün 日本 😀"'],
  ["\u00a0\u200b\ufeff", '"\\u00a0\\u200b\\ufeff"'],
  ["\u{e0001}", '"\\U000e0001"'],
  [decodeText(Buffer.from([0x61, 0xff, 0x80, 0x62])), '"a\\xff\\x80b"'],
];

for (const [text, quoted] of CASES) test(`quotes as ${quoted}`, () => assert.equal(goQuote(text), quoted));
