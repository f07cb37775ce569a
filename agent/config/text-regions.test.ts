// What is a string and what a comment, shown by marks: |"…"| for strings, ##…# for comments.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { textRegions } from "./text-regions.ts";

const MARKS = { bare: "", string: "|", comment: "#" } as const;

function marked(text: string): string {
  return textRegions(text)
    .map(({ kind, start, end }) => MARKS[kind] + text.slice(start, end) + MARKS[kind])
    .join("");
}

suite("regions", () => {
  const cases: [text: string, marked: string][] = [
    [`a = "x" # y`, `a = |"x"| ## y#`],
    [`a = "x # y" b`, `a = |"x # y"| b`],
    [`a = "x\\" # y" b`, `a = |"x\\" # y"| b`],
    [`a = 'x\\' # y' b`, `a = |'x\\'| ## y' b#`],
    [`a = """x"\n# y""" b`, `a = |"""x"\n# y"""| b`],
    [`a = """x\\""" y""""" b`, `a = |"""x\\""" y"""""| b`],
    [`a = '''x'\\''' b`, `a = |'''x'\\'''| b`],
    [`a = "open # x\nb = 1`, `a = |"open # x|\nb = 1`],
    [`a = 'open\rb = 1`, `a = |'open|\rb = 1`],
    [`a = """open\nb = 1`, `a = |"""open\nb = 1|`],
    [`# x "y\n"z"`, `## x "y#\n|"z"|`],
    [`""''`, `|""||''|`],
  ];
  for (const [text, expected] of cases) test(JSON.stringify(text), () => assert.equal(marked(text), expected));

  test("together they are the whole text", () => {
    const piece = fc.constantFrom("'", '"', '"""', "'''", "#", "\\", "\n", "\r", "x");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const parts = textRegions(text).map(({ start, end }) => text.slice(start, end));
        assert.equal(parts.join(""), text);
        assert.ok(parts.every((part) => part !== ""));
      }),
    );
  });
});
