import assert from "node:assert/strict";
import { test } from "node:test";

import { parseGoFloat, parseGoInt, toInt64 } from "./go-number.ts";

test("parseGoFloat reads what strconv.ParseFloat reads, but for infinities and NaN", () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ["1", 1],
    ["-1.5", -1.5],
    ["+.5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1E-2", 0.01],
    ["1_000.5", 1000.5],
    ["0x1p-2", 0.25],
    ["-0x1.8p1", -3],
    ["0x_1p0", 1],
    ["", undefined],
    [".", undefined],
    ["+", undefined],
    ["1__0", undefined],
    ["_1", undefined],
    ["1_", undefined],
    ["1_.5", undefined],
    ["0x10", undefined],
    ["0xp1", undefined],
    ["1e", undefined],
    ["1e400", undefined],
    ["inf", undefined],
    ["NaN", undefined],
    [" 1", undefined],
    ["1,5", undefined],
  ];
  for (const [text, expected] of cases) assert.equal(parseGoFloat(text), expected, text);
  assert.ok(Object.is(parseGoFloat("-0"), -0));
});

test("parseGoInt reads int64 only", () => {
  const cases: readonly (readonly [string, bigint | undefined])[] = [
    ["0", 0n],
    ["-7", -7n],
    ["+007", 7n],
    ["9223372036854775807", 2n ** 63n - 1n],
    ["-9223372036854775808", -(2n ** 63n)],
    ["9223372036854775808", undefined],
    ["1.0", undefined],
    ["1_0", undefined],
    ["", undefined],
    ["-", undefined],
  ];
  for (const [text, expected] of cases) assert.equal(parseGoInt(text), expected, text);
});

test("hostile digits take linear time", () => {
  const digits = "1".repeat(1_000_000);
  const startMs = performance.now();
  assert.equal(parseGoInt(digits), undefined);
  assert.equal(parseGoFloat(`${digits}x`), undefined);
  assert.ok(performance.now() - startMs < 1000);
});

test("toInt64 truncates and clamps", () => {
  assert.equal(toInt64(2.9), 2n);
  assert.equal(toInt64(-2.9), -2n);
  assert.equal(toInt64(1e300), 2n ** 63n - 1n);
  assert.equal(toInt64(-1e300), -(2n ** 63n));
});
