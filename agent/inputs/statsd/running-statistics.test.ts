import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { RunningStatistics } from "./running-statistics.ts";

function statistics(values: readonly number[], settings: { limit?: number; random?: () => number } = {}) {
  const { limit = 1000, random = () => 0 } = settings;
  const result = new RunningStatistics({ percentileLimit: limit, percentiles: true, random });
  for (const value of values) result.add(value);
  return result;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

test("percentiles are a value of the sample at trunc(n * p / 100)", () => {
  const sixteen = statistics(range(16));
  const cases: readonly (readonly [number, number])[] = [
    [50, 8],
    [0, 0],
    [100, 15],
    [150, 15],
    [-5, 0],
    [99.9, 15],
    [90, 14],
  ];
  for (const [percent, expected] of cases)
    assert.deepEqual(sixteen.percentiles([percent]), [expected], String(percent));
});

test("count, sum, bounds and mean are exact; the deviation is never NaN", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 50 }), (values) => {
      const result = statistics(values);
      const sum = values.reduce((a, b) => a + b, 0);
      const mean = sum / values.length;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
      assert.equal(result.count, values.length);
      assert.equal(result.sum, sum);
      assert.equal(result.upper, Math.max(...values));
      assert.equal(result.lower, Math.min(...values));
      assert.ok(Math.abs(result.mean - mean) < 1e-6);
      assert.ok(Math.abs(result.deviation - Math.sqrt(variance)) < 1e-3);
    }),
  );
  assert.equal(statistics([0.1, 0.1, 0.1]).deviation, 0);
});

test("the median looks at the last 1000 values, whatever the percentile limit is", () => {
  for (const limit of [3, 1000, 2000]) {
    const result = statistics([...Array.from({ length: 1700 }, () => -5), ...range(1000)], { limit });
    assert.equal(result.median(), 499.5, `limit ${limit}`);
  }
  assert.equal(statistics([3, 1, 2]).median(), 2);
});

test("the sample keeps percentile_limit values, then replaces at random", () => {
  const slots = [0, 0.5, 0.99];
  const result = statistics([1, 2, 3, 40, 50, 60], { limit: 3, random: () => slots.shift() ?? 0 });
  assert.deepEqual(result.percentiles([0, 50, 100]), [40, 50, 60]);
  const large = statistics(range(1500), { limit: 2000 });
  assert.deepEqual(large.percentiles([50, 100]), [750, 1499]);
  assert.equal(large.count, 1500);
});

test("many repeats cost a bounded amount of work and weigh what they should", () => {
  const result = statistics([1, 3]);
  const startMs = performance.now();
  result.add(2, 1_000_000_000);
  assert.ok(performance.now() - startMs < 200);
  assert.equal(result.count, 1_000_000_002);
  assert.equal(result.sum, 2_000_000_004);
  assert.equal(result.mean, 2);
  assert.equal(result.median(), 2);
  assert.deepEqual(result.percentiles([50]), [2]);
  assert.deepEqual([result.lower, result.upper], [1, 3]);
});
