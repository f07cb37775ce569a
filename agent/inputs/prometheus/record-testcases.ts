// Records what a real Telegraf makes of the pages in testcases/: expected.out. Not part of the tests, which compare
// without Telegraf. TELEGRAF=/path/to/telegraf node agent/inputs/prometheus/record-testcases.ts [case …]

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { comparable, pageCases, REFUSED, servePages, TESTCASES, type PageCase } from "./test-pages.ts";

const TELEGRAF = process.env["TELEGRAF"] ?? "telegraf";
const run = promisify(execFile);

function config(url: string, { name, options }: PageCase, version: number, output: string): string {
  return `[agent]
  omit_hostname = true
  precision = "1ns"
[[outputs.file]]
  files = ["${output}"]
  influx_sort_fields = true
  influx_uint_support = true
[[inputs.prometheus]]
  urls = ["${url}/${name}"]
  metric_version = ${version}
${options}`;
}

async function record(each: PageCase, url: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "prometheus-case-"));
  const parts: string[] = [];
  for (const version of [1, 2]) {
    const output = join(directory, `out-${version}`);
    const conf = join(directory, `telegraf-${version}.conf`);
    writeFileSync(conf, config(url, each, version, output));
    writeFileSync(output, "");
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    // A page that is refused makes --once end with an error.
    const log = await run(TELEGRAF, ["--once", "--config", conf]).then(
      ({ stderr }) => stderr,
      (error: { stderr: string }) => error.stderr,
    );
    const isRefused = log.includes("Error in plugin");
    const hasCrashed = log.includes("panic:");
    if (isRefused) process.stdout.write(`${each.name}: ${/Error in plugin.*/.exec(log)?.[0] ?? ""}\n`);
    if (hasCrashed)
      process.stdout.write(`${each.name}: Telegraf crashed
`);
    // A label value may hold line feeds, escaped by the serializer: a line is a metric.
    const lines = readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const outcome = hasCrashed ? "(crashed)" : isRefused ? REFUSED : comparable(lines, nowNs, url);
    parts.push(`# metric_version ${version}\n${outcome}\n`);
  }
  writeFileSync(join(TESTCASES, each.name, "expected.out"), parts.join(""));
  rmSync(directory, { recursive: true });
}

const wanted = process.argv.slice(2);
const cases = pageCases().filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const server = await servePages(cases);
for (const each of cases) await record(each, server.url);
await server.close();
