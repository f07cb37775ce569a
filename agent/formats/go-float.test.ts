import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { goFloatPlain, goFloatShort } from "./go-float.ts";

// Expected texts are those of strconv.FormatFloat(v, 'f', -1, 64) and fmt.Sprintf("%v", v).
const CASES: readonly (readonly [number, string, string])[] = [
  [0, "0", "0"],
  [-0, "-0", "-0"],
  [1, "1", "1"],
  [99.9, "99.9", "99.9"],
  [-1.5, "-1.5", "-1.5"],
  [123456, "123456", "123456"],
  [999999.5, "999999.5", "999999.5"],
  [1e6, "1000000", "1e+06"],
  [-1234567.5, "-1234567.5", "-1.2345675e+06"],
  [1e20, "100000000000000000000", "1e+20"],
  [1e21, "1000000000000000000000", "1e+21"],
  [1.5e21, "1500000000000000000000", "1.5e+21"],
  [1e100, "1" + "0".repeat(100), "1e+100"],
  [0.0001, "0.0001", "0.0001"],
  [0.00012, "0.00012", "0.00012"],
  [0.00001, "0.00001", "1e-05"],
  [1.5e-5, "0.000015", "1.5e-05"],
  [-1.5e-7, "-0.00000015", "-1.5e-07"],
  [5e-324, `0.${"0".repeat(323)}5`, "5e-324"],
  [Number.MAX_VALUE, `17976931348623157${"0".repeat(292)}`, "1.7976931348623157e+308"],
  [0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"],
  [2 ** 53, "9007199254740992", "9.007199254740992e+15"],
  [Number.NaN, "NaN", "NaN"],
  [Number.POSITIVE_INFINITY, "+Inf", "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf", "-Inf"],
];

for (const [value, plain, short] of CASES) {
  test(`${Object.is(value, -0) ? "-0" : value} is ${short}`, () => {
    assert.equal(goFloatPlain(value), plain);
    assert.equal(goFloatShort(value), short);
  });
}

test("both forms read back as the same double, and the plain one has no exponent", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const plain = goFloatPlain(value);
      assert.match(plain, /^-?\d+(\.\d+)?$/);
      assert.ok(Object.is(Number(plain), value));
      assert.ok(Object.is(Number(goFloatShort(value)), value));
    }),
    { numRuns: 500 },
  );
});
