// Writes testcases/telegraf.json anew: what a real Telegraf makes of each input, sent as one datagram to its socket_listener.
// Not a test, and not needed by one. To add a case, add its `input` to telegraf.json and run
// `node agent/formats/influx/record-telegraf.ts path/to/telegraf`.

import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Texts hold one character per byte. */
interface Recorded {
  readonly input: string;
  /** Options of the serializer -> what outputs.file wrote. */
  readonly written: Readonly<Record<string, string>>;
  readonly error?: string;
}

const FILE = new URL("testcases/telegraf.json", import.meta.url);
const NOW = "1700000000123456789";
const OUTPUTS: Readonly<Record<string, string>> = {
  default: "",
  unsigned: "influx_uint_support = true",
  sorted: "influx_sort_fields = true\n  influx_omit_timestamp = true",
  short: "influx_max_line_bytes = 60\n  influx_uint_support = true",
};
const MARK = "end-of-case";

const telegraf = process.argv[2] ?? "telegraf";
const directory = mkdtempSync(join(tmpdir(), "record-"));
const { cases } = JSON.parse(readFileSync(FILE, "utf8")) as { cases: readonly Recorded[] };
const startedNs = BigInt(Date.now()) * 1_000_000n;

const config = `[agent]
  omit_hostname = true
  flush_interval = "200ms"
  metric_buffer_limit = 100000
[[inputs.socket_listener]]
  service_address = "udp://127.0.0.1:0"
${Object.entries(OUTPUTS)
  .map(
    ([name, options]) =>
      `[[outputs.file]]\n  files = ["${join(directory, name)}"]\n  data_format = "influx"\n  ${options}\n`,
  )
  .join("")}`;
writeFileSync(join(directory, "telegraf.conf"), config);
const child = spawn(telegraf, ["--config", join(directory, "telegraf.conf")], { stdio: ["ignore", "pipe", "pipe"] });
let log = "";
for (const stream of [child.stdout, child.stderr]) {
  stream.setEncoding("latin1").on("data", (text: string) => {
    log += text;
  });
}

try {
  const listening = /Listening on udp:\/\/127\.0\.0\.1:(\d+)/;
  await until(() => listening.test(log));
  const port = Number(listening.exec(log)?.[1]);
  const socket = createSocket("udp4");
  const send = (bytes: Buffer) =>
    new Promise((resolve) => {
      socket.send(bytes, port, "127.0.0.1", resolve);
    });
  for (const { input } of cases) {
    await send(Buffer.from(input, "latin1"));
    // A good and a bad line, to find the case's end in the outputs and in the log.
    await send(Buffer.from(`${MARK} v=1 1`));
    await send(Buffer.from(`,${MARK}`));
    await delay(2);
  }
  socket.close();
  await until(() => log.split(`,${MARK}"`).length > cases.length);
  await until(() => Object.keys(OUTPUTS).every((name) => read(name).split(`${MARK} v=1`).length > cases.length));
  const errors = log
    .split(`,${MARK}"`)
    .map((part) => /metric parse error: (?!expected measurement name at 1:1: "$).*/.exec(part)?.[0]);
  const written = Object.fromEntries(
    Object.keys(OUTPUTS).map((name) => [name, read(name).split(new RegExp(`${MARK} v=1.*\n`))]),
  );
  const recorded = cases.map(({ input }, i): Recorded => {
    const error = errors[i];
    return {
      input,
      written: Object.fromEntries(Object.entries(written).map(([name, parts]) => [name, steady(parts[i] ?? "")])),
      ...(error === undefined ? {} : { error }),
    };
  });
  writeFileSync(
    FILE,
    `${JSON.stringify({ telegraf: "1.39.3", now: NOW, outputs: OUTPUTS, cases: recorded }, undefined, 1)}\n`,
  );
} finally {
  child.kill();
  rmSync(directory, { recursive: true });
}

function read(name: string): string {
  return readFileSync(join(directory, name), "latin1");
}

/** The time of metrics that carried none becomes NOW. */
function steady(text: string): string {
  return text.replaceAll(/ (\d{19})$/gm, (whole, time: string) => {
    const sinceNs = BigInt(time) - startedNs;
    return sinceNs >= 0n && sinceNs < 600_000_000_000n ? ` ${NOW}` : whole;
  });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Telegraf has not answered in 30 s: ${log.slice(-2000)}`);
    await delay(50);
  }
}
