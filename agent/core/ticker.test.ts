import assert from "node:assert/strict";
import { test } from "node:test";
import { HeldClock } from "../../test/support/held-clock.ts";
import { gatherPrecisionNs, roundNs } from "./precision.ts";
import { startTicker, type TickerSettings } from "./ticker.ts";

const settings: TickerSettings = { intervalMs: 10_000, aligned: true, offsetMs: 0, jitterMs: 0 };

/** Wall-clock milliseconds of the ticks while `forMs` pass. */
async function ticks(startMs: number, forMs: number, changed: Partial<TickerSettings>, random = 0): Promise<number[]> {
  const clock = new HeldClock(startMs);
  const seen: number[] = [];
  const stop = startTicker(
    { ...settings, ...changed },
    clock,
    () => seen.push(Number(clock.nowNs() / 1_000_000n)),
    () => random,
  );
  await clock.advance(forMs);
  stop();
  assert.equal(clock.pendingTimers, 0, "a stopped ticker leaves no timer");
  return seen;
}

const cases: [name: string, startMs: number, changed: Partial<TickerSettings>, random: number, expected: number[]][] = [
  ["aligned", 3000, {}, 0, [10_000, 20_000, 30_000]],
  ["aligned, just before a boundary waits for the next", 9950, {}, 0, [20_000, 30_000]],
  ["unaligned starts at once", 3000, { aligned: false }, 0, [3000, 13_000, 23_000, 33_000]],
  ["offset", 3000, { offsetMs: 500 }, 0, [10_500, 20_500, 30_500]],
  ["jitter does not add up", 3000, { jitterMs: 1000 }, 0.5, [10_500, 20_500, 30_500]],
];

for (const [name, startMs, changed, random, expected] of cases) {
  test(`ticks: ${name}`, async () => {
    assert.deepEqual(
      await ticks(startMs, 33_000 - startMs, changed, random),
      expected.filter((at) => at <= 33_000),
    );
  });
}

test("a wall clock set back does not stop the collection", async () => {
  const clock = new HeldClock(1_000_000);
  let count = 0;
  const stop = startTicker(settings, clock, () => (count += 1));
  await clock.advance(20_000);
  clock.setWallMs(500_000);
  await clock.advance(40_000);
  stop();
  assert.ok(count >= 5 && count <= 7, `${count} ticks`);
});

test("a wall clock set forward does not make up for the missed ticks", async () => {
  const clock = new HeldClock(1_000_000);
  let count = 0;
  const stop = startTicker(settings, clock, () => (count += 1));
  await clock.advance(20_000);
  clock.setWallMs(90_000_000);
  await clock.advance(40_000);
  stop();
  assert.ok(count >= 5 && count <= 8, `${count} ticks`);
});

test("rounding: nearest, halves up", () => {
  const rows: [bigint, bigint, bigint][] = [
    [1_499_999_999n, 1_000_000_000n, 1_000_000_000n],
    [1_500_000_000n, 1_000_000_000n, 2_000_000_000n],
    [1_234_567n, 1n, 1_234_567n],
    [-1_600n, 1_000n, -2_000n],
    [-1_500n, 1_000n, -1_000n],
  ];
  for (const [value, precision, expected] of rows) assert.equal(roundNs(value, precision), expected);
});

test("precision: plugin, else agent, else by interval", () => {
  assert.equal(gatherPrecisionNs(5n, 7n, 10_000), 5n);
  assert.equal(gatherPrecisionNs(0n, 7n, 10_000), 7n);
  assert.equal(gatherPrecisionNs(0n, 0n, 10_000), 1_000_000_000n);
  assert.equal(gatherPrecisionNs(0n, 0n, 100), 1_000_000n);
  assert.equal(gatherPrecisionNs(0n, 0n, 0.5), 1000n);
});
