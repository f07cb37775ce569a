import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "../../core/byte-text.ts";
import { Metric, Unsigned, type FieldValue } from "../../core/metric.ts";
import { InfluxSerializer, type InfluxSerializerOptions } from "./serialize.ts";

const TIME_NS = 1_700_000_000_000_000_000n;

interface Made {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, FieldValue>>;
  readonly timeNs?: bigint;
}

function made({ name = "cpu", tags = {}, fields = { v: 1n }, timeNs = 0n }: Made): Metric {
  const metric = new Metric(name, timeNs);
  for (const [key, value] of Object.entries(tags)) metric.setTag(key, value);
  for (const [key, value] of Object.entries(fields)) metric.setField(key, value);
  return metric;
}

const LINES: readonly (readonly [string, Made, string, Partial<InfluxSerializerOptions>?])[] = [
  ["an integer", {}, "cpu v=1i 0\n"],
  ["nanoseconds beyond 2^53", { timeNs: TIME_NS + 1n }, "cpu v=1i 1700000000000000001\n"],
  ["a time before 1970", { timeNs: -1n }, "cpu v=1i -1\n"],
  ["tags sorted", { tags: { b: "2", a: "1" } }, "cpu,a=1,b=2 v=1i 0\n"],
  [
    "int64 limits",
    { fields: { a: -(2n ** 63n), b: 2n ** 63n - 1n } },
    "cpu a=-9223372036854775808i,b=9223372036854775807i 0\n",
  ],
  ["unsigned as signed", { fields: { a: new Unsigned(5n) } }, "cpu a=5i 0\n"],
  ["unsigned clipped", { fields: { a: new Unsigned(2n ** 64n - 1n) } }, "cpu a=9223372036854775807i 0\n"],
  [
    "unsigned as such",
    { fields: { a: new Unsigned(2n ** 64n - 1n) } },
    "cpu a=18446744073709551615u 0\n",
    { uintSupport: true },
  ],
  [
    "floats without exponent",
    { fields: { a: 1e21, b: -0, c: 1.5e-7 } },
    "cpu a=1000000000000000000000,b=-0,c=0.00000015 0\n",
  ],
  ["NaN and Inf left out", { fields: { a: Number.NaN, b: 1, c: Infinity, d: -Infinity } }, "cpu b=1 0\n"],
  ["booleans", { fields: { a: true, b: false } }, "cpu a=true,b=false 0\n"],
  ["a string", { fields: { a: 'x "y" \\ z\n' } }, 'cpu a="x \\"y\\" \\\\ z\n" 0\n'],
  ["an empty string", { fields: { a: "" } }, 'cpu a="" 0\n'],
  ["an escaped name", { name: "a,b c=d\te\nf\rg\fh\vi" }, "a\\,b\\ c=d\\te\\nf\\rg\\fh\vi v=1i 0\n"],
  [
    "escaped keys",
    { tags: { "a,b c=d\t": "x,y z=\n" }, fields: { "k =,\f": 1n } },
    "cpu,a\\,b\\ c\\=d\\t=x\\,y\\ z\\=\\n k\\ \\=\\,\\f=1i 0\n",
  ],
  ["backslashes inside stay", { name: "a\\b", tags: { "c\\d": "e\\f" } }, "a\\b,c\\d=e\\f v=1i 0\n"],
  ["backslashes at the end of tags go", { tags: { "a\\\\": "b\\" } }, "cpu,a=b v=1i 0\n"],
  ["backslashes at the end of field keys stay", { fields: { "a\\": 1n } }, "cpu a\\=1i 0\n"],
  ["tags without key or value go", { tags: { "": "x", y: "", "\\": "z", w: "\\\\" } }, "cpu v=1i 0\n"],
  ["fields without key go", { fields: { "": 1n, v: 2n } }, "cpu v=2i 0\n"],
  ["fields in their order", { fields: { z: 1n, a: 2n } }, "cpu z=1i,a=2i 0\n"],
  ["fields sorted", { fields: { z: 1n, a: 2n } }, "cpu a=2i,z=1i 0\n", { sortFields: true }],
  ["no timestamp", {}, "cpu v=1i\n", { omitTimestamp: true }],
  ["other scripts", { tags: { ö: "日本" } }, "cpu,ö=日本 v=1i 0\n"],
];

for (const [title, metric, line, options] of LINES) {
  test(`writes ${title}`, () => {
    const { body, reason } = new InfluxSerializer(options).serialize(made(metric));
    assert.equal(body.toString(), line);
    assert.equal(reason, undefined);
  });
}

const REJECTED: readonly (readonly [string, Made, string, Partial<InfluxSerializerOptions>?])[] = [
  ["no name", { name: "" }, "invalid name"],
  ["no field", { fields: {} }, '"cpu": no serializable fields'],
  [
    "no field that can be written",
    { tags: { a: "b c" }, fields: { x: NaN } },
    '"cpu,a=b\\\\ c": no serializable fields',
  ],
  ["a pair longer than the line", {}, '"cpu": need more space', { maxLineBytes: 5 }],
];

for (const [title, metric, reason, options] of REJECTED) {
  test(`rejects a metric with ${title}`, () => {
    const result = new InfluxSerializer(options).serialize(made(metric));
    assert.deepEqual(result, { body: Buffer.alloc(0), reason });
  });
}

const TWO = { abc: 123n, def: 456n };
const FOUR = { ...TWO, ghi: 789n, jkl: 123n };
const head = `cpu abc=123i ${TIME_NS}\n`;
const SPLITS: readonly (readonly [number, Made["fields"] & {}, string])[] = [
  [32, TWO, ""],
  [33, TWO, `${head}cpu def=456i ${TIME_NS}\n`],
  [34, TWO, `${head}cpu def=456i ${TIME_NS}\n`],
  [42, TWO, `cpu abc=123i,def=456i ${TIME_NS}\n`],
  [43, FOUR, `cpu abc=123i,def=456i ${TIME_NS}\ncpu ghi=789i,jkl=123i ${TIME_NS}\n`],
];
for (const [limit, fields, lines] of SPLITS) {
  test(`splits ${Object.keys(fields).length} fields at ${limit} bytes`, () => {
    const { body } = new InfluxSerializer({ maxLineBytes: limit }).serialize(made({ fields, timeNs: TIME_NS }));
    assert.equal(body.toString(), lines);
  });
}

test("counts bytes, not characters, when it splits", () => {
  const metric = made({ fields: { a: "日", b: "日" } });
  const lines = (maxLineBytes: number) =>
    new InfluxSerializer({ maxLineBytes }).serialize(metric).body.toString().split("\n").length - 1;
  assert.equal(lines(Buffer.byteLength('cpu a="日",b="日" 0\n')), 1);
  assert.equal(lines(Buffer.byteLength('cpu a="日",b="日" 0\n') - 1), 2);
});

test("bytes that are not UTF-8 come out as they came in", () => {
  const raw = decodeText(Buffer.from([0x61, 0xff, 0xc3]));
  const { body } = new InfluxSerializer().serialize(made({ name: raw, fields: { s: raw } }));
  assert.deepEqual(body, Buffer.from('a\xff\xc3 s="a\xff\xc3" 0\n', "latin1"));
});

test("a batch goes on behind a metric that cannot be written, and names it", () => {
  const serializer = new InfluxSerializer();
  const { body, rejected } = serializer.serializeBatch([
    made({}),
    made({ name: "" }),
    made({ fields: { x: NaN } }),
    made({ name: "mem" }),
  ]);
  assert.equal(body.toString(), "cpu v=1i 0\nmem v=1i 0\n");
  assert.deepEqual(rejected, [
    { index: 1, reason: "invalid name" },
    { index: 2, reason: '"cpu": no serializable fields' },
  ]);
  assert.equal(serializer.droppedFields, 1);
});

test("before a pair that fits no line, a batch keeps the lines split off and a single metric does not", () => {
  const metric = made({ fields: { a: 1n, b: "too long for a line", c: 2n } });
  const serializer = new InfluxSerializer({ maxLineBytes: 12 });
  const reason = '"cpu": need more space';
  assert.deepEqual(serializer.serialize(metric), { body: Buffer.alloc(0), reason });
  const { body, rejected } = serializer.serializeBatch([metric, made({})]);
  assert.equal(body.toString(), "cpu a=1i 0\ncpu v=1i 0\n");
  assert.deepEqual(rejected, [{ index: 0, reason }]);
});
