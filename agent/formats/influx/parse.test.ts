import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeText } from "../../core/byte-text.ts";
import { Metric, Unsigned, type FieldValue } from "../../core/metric.ts";
import { INFLUX_PARSE_REASONS } from "./parse-error.ts";
import { InfluxParser } from "./parse.ts";
import { InfluxSerializer } from "./serialize.ts";

const NOW_NS = 1_700_000_000_123_456_789n;
const writer = new InfluxSerializer({ uintSupport: true });

function lines(metrics: readonly Metric[]): string {
  return writer.serializeBatch(metrics).body.toString("latin1");
}

function parse(text: string, precisionNs = 1n): string {
  const parser = new InfluxParser({ timestampPrecisionNs: precisionNs });
  const { metrics, error } = parser.parse(Buffer.from(text, "latin1"), NOW_NS);
  return error === undefined ? lines(metrics) : error.message;
}

const PRECISIONS: readonly (readonly [bigint, string, string])[] = [
  [0n, "m v=1 5", "m v=1 5\n"],
  [1n, "m v=1", `m v=1 ${NOW_NS}\n`],
  [1_000n, "m v=1 5", "m v=1 5000\n"],
  [1_000n, "m v=1", "m v=1 1700000000123456000\n"],
  [1_000_000n, "m v=1 -5", "m v=1 -5000000\n"],
  [1_000_000_000n, "m v=1", "m v=1 1700000000000000000\n"],
  [1_000_000_000n, "m v=1 9223372036", "m v=1 9223372036000000000\n"],
  [1_000_000_000n, "m v=1 9223372037", 'metric parse error: value out of range at 1:17: "m v=1 9223372037"'],
];
for (const [precisionNs, text, expected] of PRECISIONS) {
  test(`reads ${text} in units of ${precisionNs} ns`, () => assert.equal(parse(text, precisionNs), expected));
}

test("a measurement cut off behind a backslash is an error (upstream returns the previous metric twice)", () => {
  assert.equal(parse("m v=1 1\nfoo\\"), 'metric parse error: parse error at 2:5: "foo\\\\"');
});

test("line by line, an error costs its own line only", () => {
  const bytes = Buffer.from("a v=1 1\nb v= 2\r\n,\nc v=2 3\nd\ne v=3 4", "latin1");
  const { metrics, refused, errors } = new InfluxParser().parseLines(bytes, NOW_NS);
  assert.equal(lines(metrics), "a v=1 1\nc v=2 3\ne v=3 4\n");
  assert.deepEqual(
    [...refused],
    [
      ["expected field", 1],
      ["expected measurement name", 1],
      ["expected tag", 1],
    ],
  );
  assert.deepEqual(
    errors.map((error) => [error.line, error.column, error.message]),
    [
      [2, 5, 'metric parse error: expected field at 2:5: "b v= 2"'],
      [3, 1, 'metric parse error: expected measurement name at 3:1: ","'],
      [5, 2, 'metric parse error: expected tag at 5:2: "d"'],
    ],
  );
});

test("a flood of bad lines is counted whole and kept in part", () => {
  const { refused, errors } = new InfluxParser().parseLines(Buffer.from("x\n".repeat(30_000)), NOW_NS);
  assert.deepEqual([...refused], [["expected tag", 30_000]]);
  assert.equal(errors.length, 16);
});

test("the excerpt of a long line ends where it went wrong", () => {
  const text = `cpu ${"k=1,".repeat(400)}!`;
  const { error } = new InfluxParser().parse(Buffer.from(text), NOW_NS);
  assert.equal(error?.message, `metric parse error: expected field at 1:1606: "...${text.slice(-1024)}<-- here"`);
});

const byteText = fc.uint8Array({ maxLength: 8 }).map((bytes) => decodeText(Buffer.from(bytes)));
const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  byteText,
  fc.constantFrom("a b", "c,d", "e=f", 'g"h', "i\\j"),
);
// Line protocol cannot say: controls (they become two characters), a backslash before what it would escape or at the
// end, a name that starts as a comment does, an empty word.
const sayable = word.filter((text) => text !== "" && !/[\t-\r]|\\(?:[ ,="\\]|$)|^#/.test(text));
const value: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => new Unsigned(bits)),
  fc.boolean(),
  word,
);
const metric = fc
  .record({
    name: sayable,
    timestampNs: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
    tags: fc.array(fc.tuple(sayable, sayable), { maxLength: 4 }),
    fields: fc.array(fc.tuple(sayable, value), { minLength: 1, maxLength: 4 }),
  })
  .map(({ name, timestampNs, tags, fields }) => {
    const made = new Metric(name, timestampNs);
    for (const [key, text] of tags) made.setTag(key, text);
    for (const [key, item] of fields) made.setField(key, item);
    return made;
  });

test("what the serializer writes, the parser reads back", () => {
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 3 }), (metrics) => {
      const { body, rejected } = writer.serializeBatch(metrics);
      assert.deepEqual(rejected, []);
      const back = new InfluxParser().parse(body, NOW_NS);
      assert.equal(back.error?.message, undefined);
      assert.deepEqual(back.metrics?.map(plain), metrics.map(plain));
    }),
    { numRuns: 400 },
  );
});

function plain(one: Metric): unknown {
  const tags = Array.from({ length: one.tagCount }, (_, at) => [one.tagKeyAt(at), one.tagValueAt(at)]);
  const fields = Array.from({ length: one.fieldCount }, (_, at) => [one.fieldKeyAt(at), one.fieldValueAt(at)]);
  return { name: one.name, timestampNs: one.timestampNs, tags, fields };
}

const VALID = Buffer.from(
  'cpu,host=a\\ b v=1i,w=-2.5e3,s="x \\"y\\"\nz",t=true 1700000000000000000\n# c\n\r\nm u=5u\n',
);
const mutated = fc
  .array(fc.tuple(fc.nat(VALID.length - 1), fc.constantFrom(...Buffer.from('\\",= \n\r\t#0eiu-.tT\0\xff', "latin1"))), {
    maxLength: 4,
  })
  .map((changes) => {
    const bytes = Buffer.from(VALID);
    for (const [at, byte] of changes) bytes[at] = byte;
    return bytes;
  });
const bytesOfAnyKind = fc.oneof(
  mutated,
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
);

test("no bytes make it throw, and what it accepts can be written and read again", () => {
  fc.assert(
    fc.property(bytesOfAnyKind, (bytes) => {
      const parser = new InfluxParser();
      const { metrics, errors } = parser.parseLines(bytes, NOW_NS);
      const whole = parser.parse(bytes, NOW_NS);
      assert.equal(whole.error === undefined, errors.length === 0);
      for (const error of errors) {
        assert.ok(INFLUX_PARSE_REASONS.includes(error.reason));
        assert.ok(error.message.length < 8 * 1024);
      }
      assert.deepEqual(whole.metrics?.map(plain) ?? metrics.map(plain), metrics.map(plain));
    }),
    { numRuns: 2000 },
  );
});
