// How problems look.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigProblem } from "./config.ts";
import { formatProblem, formatProblems } from "./format-problem.ts";

const problem: ConfigProblem = {
  severity: "error",
  source: "a.conf",
  line: 3,
  column: 5,
  where: "inputs.statsd",
  message: "it is wrong",
  remedy: "do it right",
  excerpt: "x = oops",
};

test("place, message, excerpt with a caret, remedy", () => {
  assert.equal(
    formatProblem(problem),
    `a.conf:3:5: error: [inputs.statsd] it is wrong
  x = oops
      ^
  remedy: do it right`,
  );
});

test("without a plugin, an excerpt and a remedy", () => {
  const bare = { ...problem, where: "", excerpt: "", remedy: "", severity: "warning" } as const;
  assert.equal(formatProblem(bare), "a.conf:3:5: warning: it is wrong");
});

test("tabs take one place, control characters do not reach the terminal", () => {
  const [, line, caret] = formatProblem({ ...problem, excerpt: "\tx = \u001b[31m", column: 2 }).split("\n");
  assert.equal(line, "   x =  [31m");
  assert.equal(caret, "   ^");
});

test("characters of two units take one place", () => {
  const [, line, caret] = formatProblem({ ...problem, excerpt: "a = '😀' x", column: 9 }).split("\n");
  assert.equal(Array.from(line as string)[(caret as string).indexOf("^")], "x");
});

for (const column of [1, 60, 150, 299, 301]) {
  test(`a long line is cut around column ${column}`, () => {
    const excerpt = Array.from({ length: 300 }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
    const [, line = "", caret = ""] = formatProblem({ ...problem, excerpt, column }).split("\n");
    assert.ok(line.length <= 104, `${line.length}`);
    assert.equal(line[caret.indexOf("^")] ?? "", excerpt[column - 1] ?? (column === 301 ? "" : "?"));
  });
}

test("a list ends with a summary", () => {
  const warning = { ...problem, severity: "warning", source: "b.conf", excerpt: "", remedy: "" } as const;
  assert.equal(formatProblems([]), "");
  assert.match(formatProblems([problem]), /\n1 error, 0 warnings in 1 source$/);
  assert.match(formatProblems([problem, problem, warning]), /\n2 errors, 1 warning in 2 sources$/);
});
