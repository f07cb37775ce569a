import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reasons } from "../admission/reasons.ts";
import { annotations, VERSION } from "../inject/contract.ts";
import { referencePages } from "./reference-pages.ts";

for (const [file, page] of Object.entries(referencePages)) {
  test(`docs/${file} is what the tables say`, () => {
    const written = readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
    assert.equal(written, page(), "run: node webhook/cli/reference-pages.ts");
  });
}

test("every reason has a heading of its own", () => {
  const headings = Object.values(reasons).map(({ heading }) => heading);
  assert.equal(new Set(headings).size, headings.length);
});

test("keys fit Kubernetes' 63 characters", () => {
  for (const { key } of Object.values(annotations)) assert.ok(key.length <= 63, key);
});

test("the version is the package's", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  assert.equal((JSON.parse(text) as { version: string }).version, VERSION);
});
