// Whole requests, compared with those of Telegraf 1.39.3 (recorded by test/conformance/record-output-goldens.ts).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { exchangeOf, EXPECTED, outputCases } from "../../../test/support/output-exchange.ts";

for (const each of await outputCases("wavefront")) {
  test(`as Telegraf: ${each.name}`, async () => {
    assert.equal(await exchangeOf("wavefront", each), await readFile(new URL(EXPECTED, each.folder), "utf8"));
  });
}
