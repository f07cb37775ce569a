// Which mistyped names are understood, and which are left alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "./load.ts";
import { nearest } from "./near.ts";
import { testCatalog } from "./test-catalog.ts";

const cases: readonly (readonly [name: string, known: readonly string[], near: readonly string[]])[] = [
  ["nope", ["once", "test"], []],
  ["tset", ["once", "test"], ["test"]],
  ["stasd", ["statsd", "disk"], ["statsd"]],
  ["cup", ["cpu", "mem"], ["cpu"]],
  ["dsik", ["disk", "diskio"], ["disk"]],
  ["memory", ["mem", "kernel"], []],
  ["pasword", ["password", "database"], ["password"]],
  ["servce_address", ["service_address"], ["service_address"]],
  ["collection_jiter_x", ["collection_jitter"], ["collection_jitter"]],
];
for (const [name, known, near] of cases) test(name, () => assert.deepEqual(nearest(name, known), near));

const tables: readonly (readonly [text: string, remedy: RegExp])[] = [
  ["[[inputs.outputz]]", /known are/],
  ["[[inputs.agents]]", /known are/],
  ["[[inputs.aggregators]]", /known are/],
  ["[agnet]", /did you mean agent/],
  ["[procesors]", /did you mean processors/],
];
for (const [text, remedy] of tables) {
  test(`${text}: names of the same kind`, async () => {
    const { problems } = await loadConfig([{ name: "t.conf", text }], { catalog: testCatalog, env: {} });
    assert.match(problems.map((problem) => problem.remedy).join(" "), remedy);
  });
}
