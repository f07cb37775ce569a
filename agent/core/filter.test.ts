import assert from "node:assert/strict";
import { test } from "node:test";
import { inputCommon, type FilterOptions } from "../config/common-options.ts";
import { defaultsOf } from "../config/options.ts";
import { Filter } from "./filter.ts";
import { compileGlobs } from "./glob.ts";
import { Metric } from "./metric.ts";

function filter(options: Partial<FilterOptions>): Filter {
  return new Filter({ ...defaultsOf(inputCommon), ...options });
}

function cpu(): Metric {
  return new Metric("cpu", 0n)
    .setTag("host", "web-1")
    .setTag("cpu", "cpu0")
    .setField("usage_idle", 1)
    .setField("user", 2);
}

const globs: [pattern: string, text: string, matches: boolean, separators?: string][] = [
  ["cpu", "cpu", true],
  ["cpu", "cpu0", false],
  ["cpu*", "cpu0", true],
  ["*", "", true],
  ["c?u", "cpu", true],
  ["c?u", "cppu", false],
  ["cpu[0-3]", "cpu2", true],
  ["cpu[!0-3]", "cpu2", false],
  ["cpu[!0-3]", "cpu9", true],
  ["{cpu,mem}*", "memory", true],
  ["{cpu,mem}*", "disk", false],
  ["a\\*b*", "a*b", true],
  ["a\\*b*", "axb", false],
  ["a.b*", "axb", false],
  ["*.b", "a.c.b", true],
  ["*.b", "a.c.b", false, "."],
  ["**.b", "a.c.b", true, "."],
  ["a?b*", "a.b", false, "."],
  ["x(*", "x(1", true],
  ["f*ü?", "fooü🐟", true],
];

for (const [pattern, text, matches, separators] of globs) {
  test(`glob ${pattern} ${matches ? "matches" : "does not match"} ${text || "(empty)"}`, () => {
    assert.equal(compileGlobs([pattern], separators)?.(text), matches);
  });
}

test("patterns without *, ? and [ are compared as they are, braces too", () => {
  assert.equal(compileGlobs(["{cpu,mem}"])?.("cpu"), false);
  assert.equal(compileGlobs(["{cpu,mem}"])?.("{cpu,mem}"), true);
  assert.equal(compileGlobs([]), undefined);
});

const selections: [name: string, options: Partial<FilterOptions>, passes: boolean][] = [
  ["no filter", {}, true],
  ["namepass hit", { namepass: ["cpu"] }, true],
  ["namepass miss", { namepass: ["mem*"] }, false],
  ["namedrop wins over namepass", { namepass: ["cpu"], namedrop: ["c*"] }, false],
  [
    "tagpass any key",
    {
      tagpass: new Map([
        ["dc", ["x"]],
        ["cpu", ["cpu0"]],
      ]),
    },
    true,
  ],
  ["tagpass none", { tagpass: new Map([["cpu", ["cpu1"]]]) }, false],
  ["tagpass absent tag", { tagpass: new Map([["dc", ["*"]]]) }, false],
  ["tagdrop any", { tagdrop: new Map([["host", ["web-*"]]]) }, false],
  ["tagpass and tagdrop", { tagpass: new Map([["cpu", ["*"]]]), tagdrop: new Map([["host", ["db-*"]]]) }, true],
];

for (const [name, options, passes] of selections) {
  test(`select: ${name}`, () => assert.equal(filter(options).selects(cpu()), passes));
}

test("modify: include, then exclude, for fields and tags", () => {
  const metric = cpu();
  const both = filter({
    fieldinclude: ["u*"],
    fieldexclude: ["*idle"],
    taginclude: ["cpu", "host"],
    tagexclude: ["host"],
  });
  assert.equal(both.modifies, true);
  both.modify(metric);
  assert.deepEqual([metric.fieldCount, metric.fieldKeyAt(0)], [1, "user"]);
  assert.deepEqual([metric.tagCount, metric.tagKeyAt(0)], [1, "cpu"]);
  assert.equal(filter({}).modifies, false);
});
