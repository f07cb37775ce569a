import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingBuffer } from "./ring-buffer.ts";

/** The same buffer as a plain list: slow and obvious. */
class ListBuffer {
  items: number[] = [];
  readonly limit: number;
  constructor(limit: number) {
    this.limit = limit;
  }
  push(item: number): boolean {
    this.items.push(item);
    return this.items.length > this.limit && this.items.shift() !== undefined;
  }
  take(count: number): number[] {
    return this.items.splice(0, count);
  }
  putBack(items: readonly number[]): number {
    const kept = items.slice(0, this.limit - this.items.length);
    this.items = [...kept, ...this.items];
    return items.length - kept.length;
  }
}

type Step = { readonly push: number } | { readonly take: number; readonly back: number };

test("property: behaves like a bounded list under any sequence of operations", () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ push: fc.nat(20) }),
    fc.record({ take: fc.nat(20), back: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
      const ring = new RingBuffer<number>(limit);
      const list = new ListBuffer(limit);
      let next = 0;
      for (const one of steps) {
        if ("push" in one) {
          for (let i = 0; i < one.push; i++) assert.equal(ring.push(next), list.push(next++));
          continue;
        }
        const taken = ring.take(one.take);
        assert.deepEqual(taken, list.take(one.take));
        const kept = taken.slice(0, one.back);
        for (let i = 0; i < one.back; i++) assert.equal(ring.push(next), list.push(next++));
        assert.equal(ring.putBack(kept), list.putBack(kept));
      }
      assert.equal(ring.length, list.items.length);
      assert.deepEqual(ring.take(limit), list.items);
    }),
    { numRuns: 1000 },
  );
});
