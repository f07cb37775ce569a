// An application that says its metrics as applications do: StatsD by the client library hot-shots, line protocol over UDP
// and TCP. It tells exactly what it said: one line of JSON behind "SENT " on standard output, and on demand as a point
// that it writes into InfluxDB itself. Runs in the tests' pods.

import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { StatsD } from "hot-shots";

const PORTS = { statsd: 8125, udp: 8092, tcp: 8094 };
const TICK_MS = 10;

const { values: options } = parseArgs({
  options: {
    // counter, timer, gauge, set: StatsD. udp, tcp: line protocol.
    kinds: { type: "string", default: "counter,timer,gauge,set,udp,tcp" },
    // Rounds; in each, one of every kind is said. 0: until SIGTERM.
    count: { type: "string", default: "300" },
    // Rounds a second.
    rate: { type: "string", default: "500" },
    // How long to wait for the agent's listeners, in seconds; 0: say it to whom it may concern.
    patience: { type: "string", default: "60" },
    // Stay when all is said, or end.
    exit: { type: "boolean", default: false },
    // InfluxDB's write URL for what was said.
    report: { type: "string", default: "" },
  },
});
const kinds = new Set(options.kinds.split(","));
const rounds = Number(options.count) || Number.POSITIVE_INFINITY;
const rate = Number(options.rate);

const sent = {
  orders: 0,
  checkouts: 0,
  checkoutMs: 0,
  slowestMs: 0,
  fastestMs: 0,
  depth: 0,
  visitors: 0,
  udpLines: 0,
  udpSum: 0,
  tcpLines: 0,
  tcpSum: 0,
  failed: 0,
  /** How long after our start the agent listened. */
  waitedMs: 0,
};

const ending = new AbortController();
process.once("SIGTERM", () => ending.abort());

/** Ports that somebody of this pod listens on: containers of a pod share their network. */
function listening(): Set<string> {
  const found = new Set<string>();
  for (const table of ["udp", "udp6", "tcp", "tcp6"]) {
    for (const line of readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1)) {
      const [, local = "", , state] = line.trim().split(/\s+/);
      // TCP: LISTEN is 0A. UDP: 07 is a socket without a peer.
      if (state === "0A" || state === "07") found.add(`${table.slice(0, 3)}/${Number.parseInt(local.slice(-4), 16)}`);
    }
  }
  return found;
}

async function awaitAgent(): Promise<void> {
  const wanted = [
    ...(["counter", "timer", "gauge", "set"].some((kind) => kinds.has(kind)) ? [`udp/${PORTS.statsd}`] : []),
    ...(kinds.has("udp") ? [`udp/${PORTS.udp}`] : []),
    ...(kinds.has("tcp") ? [`tcp/${PORTS.tcp}`] : []),
  ];
  const startMs = performance.now();
  while (!ending.signal.aborted && performance.now() - startMs < Number(options.patience) * 1000) {
    const present = listening();
    if (wanted.every((port) => present.has(port))) break;
    await pause(20);
  }
  sent.waitedMs = Math.round(performance.now() - startMs);
}

const statsd = new StatsD({
  host: "127.0.0.1",
  port: PORTS.statsd,
  prefix: "shop.",
  telegraf: true,
  globalTags: { tier: "web" },
  errorHandler: () => (sent.failed += 1),
});
const udp = createSocket("udp4");
const startNs = BigInt(Date.now()) * 1_000_000n;
let tcp: Socket | undefined;

/** Counts what the system took, not what it was given. */
function taken(note: () => void): (error?: Error | null) => void {
  return (error) => (error ? (sent.failed += 1) : note());
}

function sayRound(i: number): void {
  if (kinds.has("counter"))
    statsd.increment(
      "orders",
      1,
      taken(() => (sent.orders += 1)),
    );
  if (kinds.has("timer")) sayCheckout(5 + ((i * 37) % 300));
  if (kinds.has("gauge"))
    statsd.gauge(
      "queue",
      i % 97,
      taken(() => (sent.depth = i % 97)),
    );
  if (kinds.has("set"))
    statsd.set(
      "visitors",
      `user-${i}`,
      taken(() => (sent.visitors += 1)),
    );
  if (kinds.has("udp")) {
    udp.send(
      line("web_request", i),
      PORTS.udp,
      "127.0.0.1",
      taken(() => {
        sent.udpLines += 1;
        sent.udpSum += i;
      }),
    );
  }
  tcp?.write(
    line("web_audit", i),
    taken(() => {
      sent.tcpLines += 1;
      sent.tcpSum += i;
    }),
  );
}

function sayCheckout(ms: number): void {
  const note = () => {
    sent.slowestMs = Math.max(sent.slowestMs, ms);
    sent.fastestMs = sent.checkouts === 0 ? ms : Math.min(sent.fastestMs, ms);
    sent.checkouts += 1;
    sent.checkoutMs += ms;
  };
  statsd.timing("checkout", ms, taken(note));
}

/** A time for every line: two with the same would be one point. */
function line(measurement: string, i: number): string {
  return `${measurement},path=/cart n=${i}i ${startNs + BigInt(i)}\n`;
}

async function sayAll(): Promise<void> {
  const beganMs = performance.now();
  let said = 0;
  while (!ending.signal.aborted && said < rounds) {
    const due = Math.floor(((performance.now() - beganMs) / 1000) * rate) + 1;
    while (said < due && said < rounds) sayRound(said++);
    await pause(TICK_MS);
  }
}

/** Resolves when every byte is with the agent: its end of the connection has answered ours. */
async function hangUp(): Promise<void> {
  await new Promise<void>((resolve) => statsd.close(() => resolve()));
  await new Promise<void>((resolve) => udp.close(() => resolve()));
  if (tcp === undefined || tcp.destroyed) return;
  const closed = new Promise<void>((resolve) => tcp?.once("close", () => resolve()));
  tcp.end();
  await closed;
}

async function report(): Promise<void> {
  const text = JSON.stringify(sent);
  process.stdout.write(`SENT ${text}\n`);
  if (options.report === "") return;
  const fields = Object.entries(sent).map(([name, value]) => `${name}=${value}i`);
  const body = `sent,pod_name=${process.env["HOSTNAME"] ?? ""} ${fields.join(",")}\n`;
  // The agent's first batch would make it; this application may be faster.
  const database = new URL(options.report).searchParams.get("db") ?? "";
  const make = new URLSearchParams({ q: `CREATE DATABASE "${database}"` });
  await fetch(new URL(`/query?${make.toString()}`, options.report), { method: "POST" });
  const answer = await fetch(options.report, { method: "POST", body });
  if (!answer.ok) throw new Error(`${options.report} answers ${answer.status}: ${await answer.text()}`);
}

await awaitAgent();
if (kinds.has("tcp")) {
  tcp = connect(PORTS.tcp, "127.0.0.1");
  tcp.on("error", () => (sent.failed += 1)).resume();
}
await sayAll();
await hangUp();
await report();
if (!options.exit && !ending.signal.aborted) {
  await pause(2 ** 31 - 1, undefined, { signal: ending.signal }).catch(() => {});
}
