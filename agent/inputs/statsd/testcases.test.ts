// Whole outputs against those that Telegraf 1.39.3 wrote for the same datagrams (record-testcases.ts). Where Pilotfish
// deliberately differs, a case has its own output beside it: pilotfish.out.
// UPDATE_TESTCASES=1 rewrites the pilotfish.out that exist.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { caseText, INTERVAL_MS, readIntervals, TestStatsd } from "./test-statsd.ts";

const ROOT = join(import.meta.dirname, "testcases");

async function run(name: string): Promise<string> {
  const config = readFileSync(join(ROOT, name, "telegraf.conf"), "utf8").replace(
    "[[inputs.statsd]]",
    'service_address = "127.0.0.1:0"',
  );
  const input = new TestStatsd(config);
  await input.service.start(input.acc);
  const intervals: string[][] = [];
  for (const lines of readIntervals(join(ROOT, name, "input.txt"))) {
    for (const line of lines) input.send(line);
    // Between sending and gathering lies most of an interval, as when it was recorded.
    input.nowMs += INTERVAL_MS - 250;
    intervals.push(await input.gather());
    input.nowMs += 250;
  }
  await input.service.stop();
  return caseText(intervals);
}

for (const name of readdirSync(ROOT)) {
  test(`statsd case ${name}`, async () => {
    const own = join(ROOT, name, "pilotfish.out");
    const actual = await run(name);
    if (existsSync(own) && process.env["UPDATE_TESTCASES"] !== undefined) writeFileSync(own, actual);
    const expected = readFileSync(existsSync(own) ? own : join(ROOT, name, "expected.out"), "utf8");
    assert.deepEqual(actual.split("\n"), expected.split("\n"));
  });
}
