// Records what a real Telegraf makes of the cases in testcases/: expected.out. Not part of the tests, which compare
// without Telegraf. TELEGRAF=/path/to/telegraf node agent/inputs/statsd/record-testcases.ts [case …]
// Each line of input.txt is one datagram; at `--- gather` an interval ends.

import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { caseText, INTERVAL_MS, readIntervals } from "./test-statsd.ts";

const TELEGRAF = process.env["TELEGRAF"] ?? "telegraf";
const ROOT = join(import.meta.dirname, "testcases");
const AT_ONCE = 4;

/** Time left in the interval when its datagrams are sent. */
async function waitForStartOfInterval(): Promise<number> {
  await delay(INTERVAL_MS - (Date.now() % INTERVAL_MS) + 250);
  return Math.ceil(Date.now() / INTERVAL_MS) * INTERVAL_MS;
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  const { port } = socket.address();
  socket.close();
  return port;
}

function config(name: string, port: number, output: string): string {
  return `[agent]
  interval = "${INTERVAL_MS}ms"
  flush_interval = "200ms"
  omit_hostname = true
[[outputs.file]]
  files = ["${output}"]
  influx_sort_fields = true
${readFileSync(join(ROOT, name, "telegraf.conf"), "utf8")}  service_address = "127.0.0.1:${port}"
  number_workers_threads = 1
`;
}

/** Lines of `text` by the interval whose end is `endsMs`; those with a time of their own come with the first. */
function byInterval(text: string, endsMs: readonly number[]): string[][] {
  const intervals: string[][] = endsMs.map(() => []);
  // A text field may hold line feeds: a line ends with its timestamp.
  for (const line of text.match(/[^\n].*? \d{19}(?=\n)/gs) ?? []) {
    const space = line.lastIndexOf(" ");
    const timeMs = Number(line.slice(space + 1)) / 1e6;
    const at = endsMs.findIndex((endMs) => Math.abs(endMs - timeMs) < INTERVAL_MS / 4);
    intervals[Math.max(0, at)]?.push(line.slice(0, space));
  }
  return intervals.map((lines) => lines.toSorted());
}

async function record(name: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "statsd-case-"));
  const output = join(directory, "out");
  const port = await freePort();
  writeFileSync(join(directory, "telegraf.conf"), config(name, port, output));
  writeFileSync(output, "");
  const telegraf = spawn(TELEGRAF, ["--config", join(directory, "telegraf.conf")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [telegraf.stdout, telegraf.stderr])
    stream.on("data", (data: Buffer) => (log += data.toString()));
  const ended = new Promise((resolve) => telegraf.once("exit", resolve));
  for (let i = 0; i < 200 && !log.includes("Started the statsd service"); i++) await delay(50);
  if (!log.includes("Started the statsd service")) throw new Error(`${name}: Telegraf did not start\n${log}`);
  const socket = createSocket("udp4");
  const endsMs: number[] = [];
  for (const lines of readIntervals(join(ROOT, name, "input.txt"))) {
    endsMs.push(await waitForStartOfInterval());
    for (const line of lines) {
      socket.send(line, port, "127.0.0.1");
      await delay(1);
    }
  }
  await delay(INTERVAL_MS + 500);
  telegraf.kill("SIGTERM");
  await ended;
  socket.close();
  if (log.includes("panic:")) throw new Error(`${name}: Telegraf crashed\n${log.slice(0, 2000)}`);
  writeFileSync(join(ROOT, name, "expected.out"), caseText(byInterval(readFileSync(output, "utf8"), endsMs)));
  rmSync(directory, { recursive: true });
}

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : readdirSync(ROOT);
for (let at = 0; at < names.length; at += AT_ONCE) {
  const results = await Promise.allSettled(names.slice(at, at + AT_ONCE).map((name) => record(name)));
  for (const result of results) if (result.status === "rejected") process.stderr.write(`${String(result.reason)}\n`);
}
