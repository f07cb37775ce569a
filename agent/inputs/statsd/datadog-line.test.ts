import assert from "node:assert/strict";
import { test } from "node:test";

import { takeDatadogParts } from "./datadog-line.ts";
import { firstWord, trimSpace } from "./go-space.ts";

const CASES: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ["a:1|c", "a:1|c", {}],
  ["a:1|c|#x:1,y", "a:1|c", { x: "1", y: "true" }],
  ["a:1|c|#x:1|@0.5|#y:2", "a:1|c|@0.5", { x: "1", y: "2" }],
  ["a:1|c|c:id", "a:1|c", { container: "id" }],
  ["a:1|c|c:in-5:6|#x:1", "a:1|c", { container: "in-5:6", x: "1" }],
  ["a:1|c|e:it-x|card:low", "a:1|c", {}],
  ["a:1|c:2|c", "a:1|c:2|c", {}],
  ["a:1|c:zz|q", "a:1|c:zz|q", {}],
  ["a:1|ms|c:5|c", "a:1|ms|c:5|c", {}],
  ["a:1|ms|c:5|x", "a:1|ms|x", { container: "5" }],
  ["c:1|c", "c:1|c", {}],
  ["c:x|c", "c:x|c", {}],
  ["a|b:1|c", "a|b:1|c", {}],
];
for (const [line, plain, tags] of CASES) {
  test(line, () => {
    const result = takeDatadogParts(line, true);
    assert.deepEqual([result.line, Object.fromEntries(result.tags)], [plain, tags]);
  });
}

test("white space is what Go says it is", () => {
  assert.equal(trimSpace("\t \u0085\u00a0a b\u2003\r\n"), "a b");
  assert.equal(trimSpace("\ufeffa\ufeff"), "\ufeffa\ufeff");
  assert.equal(trimSpace("\u0085"), "");
  assert.equal(firstWord("  a\u0085b"), "a");
  assert.equal(firstWord(" "), "");
});
