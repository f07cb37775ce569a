// Records what the real Telegraf's HTTP outputs say: node test/conformance/record-output-goldens.ts TELEGRAF [CASE …]
// It needs a telegraf with inputs.file and the plugins below; `make test` does not.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordHttp } from "../support/http-recorder.ts";
import {
  contentedServer,
  EXPECTED,
  exchangeText,
  outputCases,
  withServer,
  type OutputCase,
} from "../support/output-exchange.ts";

const [telegraf, ...only] = process.argv.slice(2);
if (telegraf === undefined) throw new Error("usage: record-output-goldens.ts TELEGRAF [CASE …]");

for (const plugin of ["influxdb", "wavefront"]) {
  for (const each of await outputCases(plugin)) {
    if (only.length > 0 && !only.includes(each.name)) continue;
    const text = await record(telegraf, each);
    await writeFile(new URL(EXPECTED, each.folder), text);
    process.stdout.write(`${plugin}/${each.name}: ${text.split("\n").length} lines\n`);
  }
}

async function record(program: string, { config, input }: OutputCase): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pilotfish-record-"));
  const server = await recordHttp(contentedServer);
  try {
    const source = join(folder, "input.influx");
    const conf = join(folder, "telegraf.conf");
    await writeFile(source, input);
    await writeFile(conf, wholeConfig(withServer(config, server.port), source));
    await run(program, ["--config", conf, "--once"]);
    return exchangeText(server.requests, `127.0.0.1:${server.port}`);
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

function wholeConfig(output: string, source: string): string {
  return `[agent]
  omit_hostname = true
  precision = "1ns"
  interval = "1s"
[[inputs.file]]
  files = [${JSON.stringify(source)}]
  data_format = "influx"
${output}`;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (process.env["VERBOSE"]) process.stderr.write(errors);
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}:\n${errors}`);
}
