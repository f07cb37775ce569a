// Environment variables: every form of the syntax, and each way of handling them.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { readDocument, type EnvironmentSettings } from "./environment.ts";
import { toData } from "./toml/to-data.ts";
import { applyExpansions, findExpansions } from "./variables.ts";

const env = {
  VAR: "foobar",
  EMPTY: "",
  _1: "under",
  lower: "low",
  N: "5",
  QUOTE: `a"b'c`,
  LINES: "1\n[agent]",
  DOLLAR: "$VAR",
};

function expand(text: string): { result: string; unset: string[]; required: string[] } {
  const unset: string[] = [];
  const required: string[] = [];
  const onUnset = (name: string) => unset.push(name);
  const onRequired = (name: string, message: string) => required.push(`${name}: ${message}`);
  const result = applyExpansions(text, findExpansions(text, { env, onUnset, onRequired }));
  return { result, unset, required };
}

suite("the syntax of variables", () => {
  const cases: [text: string, result: string, unset?: string[], required?: string[]][] = [
    ["$VAR", "foobar"],
    ["${VAR}", "foobar"],
    ["x${VAR}y$VAR", "xfoobaryfoobar"],
    ["$EMPTY.", "."],
    ["${EMPTY}.", "."],
    ["$_1 ${lower}", "under low"],
    ["$NO", "$NO", ["NO"]],
    ["${NO}", "${NO}", ["NO"]],
    ["my-da$VARbase", "my-da$VARbase", ["VARbase"]],
    [String.raw`\$VAR`, String.raw`\foobar`],
    ["${NO:-def}", "def"],
    ["${NO-def}", "def"],
    ["${ta:-omg}", "omg"],
    ["${EMPTY:-def}", "def"],
    ["${EMPTY-def}", ""],
    ["${VAR:-def}", "foobar"],
    ["${NO:-}", ""],
    ["${VAR:+alt}", "alt"],
    ["${VAR+alt}", "alt"],
    ["${EMPTY:+alt}", ""],
    ["${EMPTY+alt}", "alt"],
    ["${NO:+alt}", ""],
    ["${VAR:?is missing}", "foobar"],
    ["${NO:?is missing}", "${NO:?is missing}", [], ["NO: is missing"]],
    ["${EMPTY:?is missing}", "${EMPTY:?is missing}", [], ["EMPTY: is missing"]],
    ["${EMPTY?is missing}", ""],
    ["${NO?}", "${NO?}", [], ["NO: "]],
    ["${A:-${B:-x}}", "x"],
    ["${A:-${VAR:-x}}", "foobar"],
    ["${A:-${B}}", "${B}", ["B"]],
    ["${A:-$VAR-$B}", "foobar-$B", ["B"]],
    ["${VAR:+<${N}>}", "<5>"],
    ["${A:-a}b}", "ab}"],
    ["$$", "$"],
    ["$$VAR", "$VAR"],
    ["$$$VAR", "$foobar"],
    ["$${VAR}", "${VAR}"],
    ["${1}", "${1}"],
    ["$1", "$1"],
    ["$(x)", "$(x)"],
    ["${VAR", "${VAR"],
    ["${}", "${}"],
    ["${VAR:def}", "${VAR:def}"],
    ["${VA R}", "${VA R}"],
    ["100$", "100$"],
    ["$DOLLAR", "$VAR"],
    ["$constructor $__proto__", "$constructor $__proto__", ["constructor", "__proto__"]],
  ];
  for (const [text, result, unset = [], required = []] of cases)
    test(text, () => assert.deepEqual(expand(text), { result, unset, required }));

  test("deep nesting and many openings cost no stack and little time", () => {
    const from = performance.now();
    const deep = "${A:-".repeat(20_000);
    assert.equal(expand(deep).result, deep);
    expand(deep + "}".repeat(20_000));
    assert.ok(performance.now() - from < 5000);
  });

  test("a text without a dollar stays, and nothing throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void (text.includes("$") || assert.equal(expand(text).result, text))));
    const noise = fc.array(fc.constantFrom("$", "{", "}", "VAR", ":-", "?", "$$", "x")).map((parts) => parts.join(""));
    fc.assert(fc.property(noise, (text) => void expand(text)));
  });
});

function read(text: string, settings: Partial<EnvironmentSettings> = {}) {
  const document = readDocument(text, { env, handling: "auto", tolerateUnresolved: false, ...settings });
  const problems = document.problems.map(
    ({ severity, at, message }) => `${severity} ${at.line}:${at.column} ${message}`,
  );
  return { data: toData(document.root), problems, document };
}

const FALLBACK = "a variable outside of quotes is replaced in the text before it is read";
const REFUSED = "the variable is not replaced: outside of quotes its value may not contain quotes, [ or line ends";
const NO_VALUE = "a variable without quotes has no value here";

suite("handling", () => {
  test("strict replaces in string values only, wherever they are", () => {
    const text = '[t]\n"$VAR" = "$VAR"\nb = ["$VAR", { c = \'$QUOTE\' }]\n# $NO\n';
    for (const handling of ["strict", "auto"] as const) {
      const { data, problems } = read(text, { handling });
      assert.deepEqual(data, { t: { $VAR: "foobar", b: ["foobar", { c: env.QUOTE }] } });
      assert.deepEqual(problems, []);
    }
  });

  test("a value never becomes structure", () => {
    assert.deepEqual(read('a = "$LINES"\nb = 1').data, { a: env.LINES, b: 1n });
  });

  test("strict refuses a bare variable", () => {
    const { data, problems } = read("a = $N\nb = 1", { handling: "strict" });
    assert.deepEqual(data, { b: 1n });
    assert.deepEqual(problems, [`error 1:5 ${NO_VALUE}`]);
  });

  test("auto replaces a bare variable, with one warning", () => {
    const { data, problems } = read('a = $N # $NO\nb = "$QUOTE"\nc = ${N}\nd = [$N, ${M:-6}]');
    assert.deepEqual(data, { a: 5n, b: env.QUOTE, c: 5n, d: [5n, 6n] });
    assert.deepEqual(problems, [`warning 1:5 ${FALLBACK}`]);
  });

  test("auto does not put in what could become structure", () => {
    const { data, problems } = read("a = $LINES\nb = $QUOTE\nc = $N");
    assert.deepEqual(data, { c: 5n });
    assert.deepEqual(problems, [
      `error 1:5 ${NO_VALUE}`,
      `error 2:5 ${NO_VALUE}`,
      `warning 1:5 ${REFUSED}`,
      `warning 2:5 ${REFUSED}`,
      `warning 3:5 ${FALLBACK}`,
    ]);
  });

  test("auto does not open a list, and points at the variable whose value is no value", () => {
    const { problems } = read("a = $LIST\nb = 1 c = $WORD", { env: { LIST: "[1]", WORD: "some words" } });
    assert.deepEqual(problems, [
      `error 1:5 ${NO_VALUE}`,
      "error 2:11 the value is neither quoted, nor a number, true or false",
      `warning 1:5 ${REFUSED}`,
      `warning 2:11 ${FALLBACK}`,
    ]);
  });

  test("auto keeps the places of the file", () => {
    const { problems } = read("a = $N b = oops\nc = $N", { env: { N: "1234567890" } });
    assert.deepEqual(problems[0], "error 1:12 the value is neither quoted, nor a number, true or false");
  });

  test("text replaces everywhere but in comments, and lines stay those of the file", () => {
    const { data, problems } = read('# $NO\nx = $SECTION\nb = "$VAR $$"\nc = oops\n', {
      handling: "text",
      env: { ...env, SECTION: "1\n[agent]\ny = 2" },
    });
    assert.deepEqual(data, { x: 1n, agent: { y: 2n, b: "foobar $" } });
    assert.deepEqual(problems, ["error 4:5 the value is neither quoted, nor a number, true or false"]);
  });

  test("old: two dollars are no escape", () => {
    assert.deepEqual(read('a = "$$VAR"', { handling: "old" }).data, { a: "$foobar" });
    assert.deepEqual(read('a = "$$VAR"', { handling: "text" }).data, { a: "$VAR" });
  });

  test("an unset variable is a warning with its place", () => {
    const message = "the environment variable NO is not set, the text stays as it is";
    for (const handling of ["auto", "strict", "text", "old"] as const) {
      const { data, problems } = read('x = 1\na = "$NO"', { handling });
      assert.deepEqual(data, { x: 1n, a: "$NO" });
      assert.deepEqual(problems, [`warning 2:${handling === "auto" || handling === "strict" ? 5 : 6} ${message}`]);
    }
  });

  test("a required variable is an error with its message", () => {
    const { problems } = read('a = "${NO:?ask the team}"\nb = "${NO?}"');
    assert.deepEqual(problems, [
      "error 1:5 the environment variable NO is required: ask the team",
      "error 2:5 the environment variable NO is required",
    ]);
  });

  test("away from the pod, variables without a value are expected", () => {
    const { data, problems, document } = read('a = $NO\nb = "$NO"\nc = "${NO:?x}"', { tolerateUnresolved: true });
    assert.deepEqual(data, { a: "$NO", b: "$NO", c: "${NO:?x}" });
    assert.deepEqual(problems, []);
    for (const line of [1, 2, 3]) assert.equal(document.note({ line, column: 5 })?.unresolved, true);
  });
});
