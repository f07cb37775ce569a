// Whole outputs against those that Telegraf 1.39.3 wrote for the same pages (record-testcases.ts). Where Pilotfish
// deliberately differs, a case has its own output beside it: pilotfish.out, and README.md says why.
// UPDATE_TESTCASES=1 rewrites the pilotfish.out that exist.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { comparable, pageCases, REFUSED, servePages, TESTCASES, TestPrometheus } from "./test-pages.ts";

const cases = pageCases();
const server = await servePages(cases);
after(() => server.close());

async function run(name: string, options: string): Promise<string> {
  const parts: string[] = [];
  for (const version of [1, 2]) {
    const urls = `urls = ["${server.url}/${name}"]\nmetric_version = ${version}\n`;
    const input = new TestPrometheus(urls + options);
    const lines = await input.gather();
    await input.input.stop?.();
    const isRefused = input.errors.length > 0;
    parts.push(`# metric_version ${version}\n${isRefused ? REFUSED : comparable(lines, input.nowNs, server.url)}\n`);
  }
  return parts.join("");
}

for (const { name, options } of cases) {
  test(`prometheus page ${name}`, async () => {
    const own = join(TESTCASES, name, "pilotfish.out");
    const actual = await run(name, options);
    if (existsSync(own) && process.env["UPDATE_TESTCASES"] !== undefined) writeFileSync(own, actual);
    const expected = readFileSync(existsSync(own) ? own : join(TESTCASES, name, "expected.out"), "utf8");
    assert.deepEqual(actual.split("\n"), expected.split("\n"));
  });
}
