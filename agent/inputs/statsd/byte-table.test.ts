import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { ByteTable, HASH_SEED, hashBytes, hashEnd } from "./byte-table.ts";

const text = fc.string({ maxLength: 12, unit: fc.constantFrom("a", "b", "\0", ",") });

/** The two strings lie anywhere in a buffer, between other bytes. */
function key(a: string, b: string, tag: number, shift = 0) {
  const bytes = Buffer.alloc(shift + a.length + 5 + b.length + 8, 0xff);
  bytes.write(a, shift, "latin1");
  bytes.write(b, shift + a.length + 5, "latin1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const startA = shift;
  const endA = shift + a.length;
  const startB = endA + 5;
  const endB = startB + b.length;
  const hash = hashEnd(
    hashBytes(hashBytes(HASH_SEED, view, startA, endA), view, startB, endB),
    a.length,
    b.length,
    tag,
  );
  return { hash, view, startA, endA, startB, endB, tag };
}

function find(table: ByteTable, k: ReturnType<typeof key>): number {
  return table.find(k.hash, k.tag, k.view, k.startA, k.endA, k.startB, k.endB);
}

test("a table behaves like a map", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, fc.nat(3), fc.nat(3)), { maxLength: 300 }), (entries) => {
      const table = new ByteTable();
      const model = new Map<string, number>();
      for (const [a, b, tag, shift] of entries) {
        const k = key(a, b, tag, shift);
        const id = JSON.stringify([a, b, tag]);
        assert.equal(find(table, k), model.get(id) ?? -1);
        if (model.has(id)) continue;
        table.insert(k.hash, k, model.size);
        model.set(id, model.size);
      }
      assert.equal(table.size, model.size);
      table.retain((_, value) => (value % 2 === 0 ? value * 10 : -1));
      for (const [a, b, tag] of entries) {
        const value = model.get(JSON.stringify([a, b, tag])) as number;
        assert.equal(find(table, key(a, b, tag)), value % 2 === 0 ? value * 10 : -1);
      }
    }),
    { numRuns: 200 },
  );
});

test("thousands of keys grow the table, and clear empties it", () => {
  const table = new ByteTable();
  for (let i = 0; i < 5000; i++) {
    const k = key(`name.${i}`, "", 1);
    table.insert(k.hash, k, i);
  }
  for (let i = 0; i < 5000; i++) assert.equal(find(table, key(`name.${i}`, "", 1)), i);
  assert.equal(find(table, key("name.1", "", 2)), -1);
  table.clear();
  assert.equal(table.size, 0);
  assert.equal(find(table, key("name.1", "", 1)), -1);
});

test("equal hashes do not make equal keys", () => {
  const table = new ByteTable();
  const keys = [
    key("aaaa", "b", 1),
    key("aaaa", "b", 2),
    key("aaaa", "c", 1),
    key("aaaa", "", 1),
    key("aaa", "b", 1),
    key("aaab", "b", 1),
  ];
  for (const [value, k] of keys.entries()) {
    assert.equal(find(table, { ...k, hash: 7 }), -1);
    table.insert(7, k, value);
  }
  for (const [value, k] of keys.entries()) assert.equal(find(table, { ...k, hash: 7 }), value);
});
