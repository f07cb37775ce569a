import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeText, encodeText } from "./byte-text.ts";
import { Metric } from "./metric.ts";

test("tags are unique and sorted whatever the order of setting them", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
      const metric = new Metric("m", 0n);
      for (const [key, value] of pairs) metric.setTag(key, value);
      const seen = Array.from({ length: metric.tagCount }, (_, i) => [metric.tagKeyAt(i), metric.tagValueAt(i)]);
      const expected = [...new Map(pairs)].toSorted(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(seen, expected);
    }),
  );
});

test("removing tags and fields leaves the others", () => {
  const metric = new Metric("m", 0n).setTag("b", "2").setTag("a", "1").setField("y", 1).setField("x", 2n);
  metric.removeTag("a");
  metric.removeTag("nothing");
  metric.removeField("y");
  metric.removeField("nothing");
  assert.equal(metric.tagCount, 1);
  assert.equal(metric.tag("b"), "2");
  assert.equal(metric.hasTag("a"), false);
  assert.equal(metric.fieldCount, 1);
  assert.equal(metric.field("x"), 2n);
});

test("fields keep their order and the last value of a key", () => {
  const metric = new Metric("m", 0n).setField("z", 1).setField("a", 2).setField("z", 3);
  assert.deepEqual([metric.fieldKeyAt(0), metric.fieldValueAt(0), metric.fieldKeyAt(1)], ["z", 3, "a"]);
});

test("a copy shares nothing that can change", () => {
  const metric = new Metric("m", 1n, "gauge").setTag("a", "1").setField("f", 1);
  const copy = metric.copy().setTag("a", "2").setField("f", 2);
  copy.name = "other";
  assert.deepEqual([metric.name, metric.tag("a"), metric.field("f"), copy.type], ["m", "1", 1, "gauge"]);
});

test("any bytes survive decoding and encoding", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.deepEqual(encodeText(decodeText(buffer)), buffer);
    }),
    { numRuns: 2000 },
  );
});

test("valid UTF-8 decodes to the ordinary string, U+FFFD included", () => {
  for (const text of ["", "plain", "grüße", "日本", "🐟", "a\ufffdb", "\ufeffbom"]) {
    assert.equal(decodeText(Buffer.from(text)), text);
    assert.deepEqual(encodeText(text), Buffer.from(text));
  }
});

test("damaged UTF-8 keeps what is sound around it", () => {
  const cases: [string, number[]][] = [
    ["overlong", [0x61, 0xc0, 0x80, 0x62]],
    ["surrogate", [0xed, 0xa0, 0x80]],
    ["too high", [0xf4, 0x90, 0x80, 0x80]],
    ["cut off", [0x61, 0xe2, 0x82]],
    ["lone continuation", [0x80, 0xff, 0xc3, 0xbc]],
  ];
  for (const [name, bytes] of cases) {
    const buffer = Buffer.from(bytes);
    assert.deepEqual(encodeText(decodeText(buffer)), buffer, name);
    assert.equal(decodeText(buffer).includes("\ufffd"), false, name);
  }
});
