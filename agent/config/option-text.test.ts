// Options out of annotation text: one line a case.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { optionFromText } from "./option-text.ts";
import {
  boolean,
  choice,
  durationMs,
  goDurationMs,
  integer,
  number,
  numbers,
  sizeBytes,
  string,
  stringMap,
  strings,
  stringsMap,
  table,
  tables,
  type Option,
} from "./options.ts";
import type { TomlData } from "./toml/value.ts";

const inner = { a: integer("a", 0, "") };
const options = {
  string: string("o", "", ""),
  choice: choice("o", ["udp", "tcp"], "udp", ""),
  integer: integer("o", 0, "", { min: 0, max: 100 }),
  number: number("o", 0, ""),
  boolean: boolean("o", false, ""),
  duration: durationMs("o", 0, ""),
  goDuration: goDurationMs("o", ""),
  size: sizeBytes("o", 0, ""),
  strings: strings("o", [], ""),
  numbers: numbers("o", [], ""),
  map: stringMap("o", ""),
  lists: stringsMap("o", ""),
  table: table("o", inner, ""),
  tables: tables("o", inner, ""),
};

suite("accepted", () => {
  const cases: [option: keyof typeof options, text: string, data: TomlData][] = [
    ["string", ' "quoted", [1] ', ' "quoted", [1] '],
    ["string", "", ""],
    ["choice", "tcp", "tcp"],
    ["integer", " 42 ", 42n],
    ["number", "0.5", 0.5],
    ["number", "5", 5n],
    ["boolean", "true", true],
    ["boolean", "False", false],
    ["duration", "1m30s", "1m30s"],
    ["duration", "1.5d", "1.5d"],
    ["duration", "30", "30"],
    ["goDuration", "10s", "10s"],
    ["size", "64KiB", "64KiB"],
    ["size", "1000", 1000n],
    ["strings", '["a, b", "c"]', ["a, b", "c"]],
    ["strings", "a, b,c", ["a", "b", "c"]],
    ["strings", "cpu.* measurement*", ["cpu.* measurement*"]],
    ["strings", "", []],
    ["numbers", "[50, 90, 99]", [50n, 90n, 99n]],
    ["numbers", "50, 99.9", [50n, 99.9]],
    ["map", '{ a = "1", "b.c" = "2" }', { a: "1", "b.c": "2" }],
    ["map", "k=v, k2=v=2", { k: "v", k2: "v=2" }],
    ["lists", '{ host = ["a*", "b"] }', { host: ["a*", "b"] }],
    ["table", "{ a = 1 }", { a: 1n }],
    ["tables", "[{ a = 1 }, { a = 2 }]", [{ a: 1n }, { a: 2n }]],
  ];
  for (const [option, text, data] of cases)
    test(`${option}: ${text}`, () => assert.deepEqual(optionFromText(options[option], text), { data }));
});

suite("refused", () => {
  const cases: [option: keyof typeof options, text: string, problem: string][] = [
    ["choice", "udp6", '"udp6" is not a value of o'],
    ["integer", "1.5", '"1.5" is not a whole number'],
    ["integer", "101", "o = 101 is out of range"],
    ["integer", "1\nother = 2", '"1\nother = 2" is not a whole number'],
    ["integer", "1 other = 2", '"1 other = 2" is not a whole number'],
    ["number", "many", '"many" is not a number'],
    ["boolean", "yes", '"yes" is not true or false'],
    ["duration", "soon", '"soon" is not a duration'],
    ["duration", "", '"" is not a duration'],
    ["goDuration", "1d", '"1d" is not a duration'],
    ["size", "big", '"big" is not a size'],
    ["strings", "[a, b]", '"[a, b]" is not a list'],
    ["strings", "[1, 2]", "the value is of type integer"],
    ["numbers", "50, x", '"50, x" is not a list of numbers'],
    ["map", "a", '"a" is not a map'],
    ["map", "a=1, a=2", '"a=1, a=2" is not a map'],
    ["map", "{ a = 1 }", "the value is of type integer"],
    ["lists", '{ host = "a" }', "the value is of type string"],
    ["table", "{ b = 1 }", 'configuration specified the fields ["b"], but they were not used'],
    ["tables", "{ a = 1 }", '"{ a = 1 }" is not a list of tables'],
  ];
  for (const [option, text, problem] of cases) {
    test(`${option}: ${JSON.stringify(text)}`, () => {
      const result = optionFromText(options[option], text);
      assert.ok("problem" in result);
      assert.equal(result.problem, problem);
      assert.notEqual(result.remedy, "");
    });
  }

  test("nothing throws", () => {
    const all: Option<unknown>[] = Object.values(options);
    fc.assert(fc.property(fc.constantFrom(...all), fc.string(), (option, text) => void optionFromText(option, text)));
  });
});
