import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFilter } from "./allowed-sources.ts";

const CASES: readonly (readonly [readonly string[], string | undefined, boolean])[] = [
  [[], "192.0.2.1", true],
  [[], undefined, true],
  [["192.0.2.1"], "192.0.2.1", true],
  [["192.0.2.1"], "192.0.2.2", false],
  [["192.0.2.1"], "::ffff:192.0.2.1", true],
  [["::ffff:192.0.2.1"], "192.0.2.1", true],
  [["2001:db8::1"], "2001:db8:0:0:0:0:0:1", true],
  [["2001:db8::1"], "2001:db8::2", false],
  [["192.0.2.1"], undefined, false],
  [["192.0.2.1"], "not an address", false],
];
for (const [allowed, peer, expected] of CASES) {
  test(`${peer ?? "no address"} against [${allowed.join()}]: ${expected}`, () =>
    assert.equal(sourceFilter(allowed)(peer), expected));
}
