// What the goldens of outputs.wavefront do not show: properties, damaged text, and where we leave the SDK on purpose.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeText } from "../../core/byte-text.ts";
import { Metric, Unsigned } from "../../core/metric.ts";
import { wavefrontLines, type WavefrontOptions } from "./points.ts";
import { quoteValue, sanitizeForWire, sanitizeName } from "./sanitize.ts";

const options: WavefrontOptions = {
  prefix: "",
  simpleFields: false,
  metricSeparator: ".",
  convertPaths: true,
  convertBool: true,
  sanitizing: "usual",
  truncateTags: false,
  sourceOverride: [],
  defaultSource: "machine",
};

const wire: readonly (readonly [string, string])[] = [
  ["hello", "hello"],
  ["hello world", "hello-world"],
  ['hello"world"', "hello-world-"],
  ["~component.heartbeat", "~component.heartbeat"],
  ["!component", "-component"],
  ["\u0394component", "\u0394component"],
  ["\u2206~component", "\u2206~component"],
  ["a\u2206", "a---"],
  ["~~a", "~-a"],
  // The SDK ends the process on these two.
  ["~", "~"],
  ["\u2206", "\u2206"],
  ["é😀", "------"],
  [decodeText(Buffer.from([0x61, 0xff, 0xfe])), "a--"],
];
for (const [name, expected] of wire) {
  test(`on the wire ${JSON.stringify(name)} is ${expected}`, () => assert.equal(sanitizeForWire(name), expected));
}

const values: readonly (readonly [string, string])[] = [
  ["hello", '"hello"'],
  [' \t"x" ', '"\\"x\\""'],
  ["it's", `"it's"`],
  ["a\nb", '"a\\nb"'],
  ["a\\b", '"a\\b"'],
  ["\ufeffx\u0085", '"\ufeffx"'],
];
for (const [value, expected] of values) {
  test(`the value ${JSON.stringify(value)} is ${expected}`, () => assert.equal(quoteValue(value), expected));
}

test("regex cleaning takes one dash for a damaged byte and for a letter", () => {
  assert.equal(sanitizeName(decodeText(Buffer.from([0x61, 0xff, 0xc3, 0xa9])), "regex"), "a--");
});

test("NaN and infinities are left out and counted; a metric without a name as well", () => {
  const metric = new Metric("m", 1n).setField("a", NaN).setField("b", -Infinity).setField("c", "x").setField("d", 1);
  assert.deepEqual(wavefrontLines(metric, options), { lines: ['"m.d" 1 source="machine"\n'], skippedFields: 3 });
  const nameless = new Metric("", 1n).setField("value", 1);
  assert.deepEqual(wavefrontLines(nameless, options), { lines: [], skippedFields: 1 });
});

test("a source that is only in the tag value's star form, an empty tag", () => {
  const metric = new Metric("m", 1n).setField("value", true).setTag("host", "").setTag("a", "*");
  assert.deepEqual(wavefrontLines(metric, options).lines, ['"m" 1 source="machine" "a"="-"\n']);
});

test("truncation leaves whole characters, and no tag without a value", () => {
  const metric = new Metric("m", 1n).setField("value", 1);
  metric.setTag("k".repeat(251), "éé").setTag("K".repeat(254), "v").setTag("q".repeat(250), "😀😀");
  const [line = ""] = wavefrontLines(metric, { ...options, truncateTags: true }).lines;
  assert.equal(line, `"m" 1 source="machine" "${"k".repeat(251)}"="é" "${"q".repeat(250)}"="😀"\n`);
});

const field = fc.oneof(
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => new Unsigned(value)),
  fc.boolean(),
  fc.string({ unit: "binary" }),
);
const text = fc.string({ unit: "binary", minLength: 1 });
const metrics = fc
  .tuple(
    text,
    fc.dictionary(text, text, { maxKeys: 4 }),
    fc.dictionary(text, field, { maxKeys: 4 }),
    fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  )
  .map(([name, tags, fields, timestampNs]) => {
    const metric = new Metric(name, timestampNs);
    for (const [key, value] of Object.entries(tags)) metric.setTag(key, value);
    for (const [key, value] of Object.entries(fields)) metric.setField(key, value);
    return metric;
  });

test("whatever comes in: each field is one well-formed line or counted", () => {
  const shape = /^"[^"\n]+" -?\d+(?:\.\d+)?(?: -?\d+)? source="(?:[^"\n]|\\")*"(?: "[^"\n]*"="(?:[^"\n]|\\")*")*\n$/u;
  const sanitizing = fc.constantFrom("usual", "strict", "regex");
  const check = (metric: Metric, how: WavefrontOptions["sanitizing"], truncateTags: boolean): void => {
    const { lines, skippedFields } = wavefrontLines(metric, { ...options, sanitizing: how, truncateTags });
    assert.equal(lines.length + skippedFields, metric.fieldCount);
    for (const line of lines) assert.match(line, shape);
  };
  fc.assert(fc.property(metrics, sanitizing, fc.boolean(), check), { numRuns: 300 });
});
