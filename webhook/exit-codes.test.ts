// Every exit code is in the table that people read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EXIT } from "./exit-codes.ts";

const page = readFileSync(new URL("../docs/architecture.md", import.meta.url), "utf8");
const rows = page.matchAll(/^\| (\d+) +\|[^|]*\|([^|]*)\|([^|]*)\|$/gm);
const told = [...rows].filter(([, , webhook = "", inject = ""]) => (webhook + inject).trim() !== "");

test("docs/architecture.md has exactly the exit codes of webhook and inject", () => {
  assert.deepEqual(
    told.map(([, code]) => Number(code)),
    Object.values(EXIT),
  );
});
