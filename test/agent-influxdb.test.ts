// The bundled agent against a real InfluxDB: what was sent is there, value by value, also when the database was away.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { INFLUXD_MISSING, startInfluxd, type Influxd } from "./support/influxd.ts";
import { freePort } from "./support/ports.ts";
import { Program } from "./support/program.ts";
import { sendDatagrams, sendStream } from "./support/send.ts";

const directory = mkdtempSync(join(tmpdir(), "pilotfish-agent-influxdb-"));
let influxd: Influxd | undefined;

before(async () => {
  influxd = await startInfluxd();
});
after(async () => {
  await influxd?.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Ports {
  readonly statsd: number;
  readonly udp: number;
  readonly tcp: number;
}

async function startAgent(url: string, database: string): Promise<{ agent: Program; ports: Ports }> {
  const ports = { statsd: await freePort(), udp: await freePort(), tcp: await freePort() };
  const path = join(directory, `${database}.conf`);
  writeFileSync(
    path,
    `[global_tags]
pod_name = "$POD_NAME"
[agent]
interval = "1s"
flush_interval = "1s"
hostname = "node-1"
[[inputs.statsd]]
service_address = "127.0.0.1:${ports.statsd}"
percentiles = [90]
datadog_extensions = true
[[inputs.socket_listener]]
service_address = "udp://127.0.0.1:${ports.udp}"
[[inputs.socket_listener]]
service_address = "tcp://127.0.0.1:${ports.tcp}"
[[outputs.influxdb]]
urls = ["${url}"]
database = "${database}"
timeout = "2s"
`,
  );
  const agent = new Program(["agent", "--config", path], { env: { POD_NAME: "web-0" } });
  await agent.until(/Agent is running/);
  return { agent, ports };
}

test("counters, timers, gauges, sets, tags and every field type arrive with their values", async (context) => {
  if (influxd === undefined) return context.skip(INFLUXD_MISSING);
  const { agent, ports } = await startAgent(influxd.url, "values");
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  await sendDatagrams(ports.statsd, [
    ...numbers.map((i) => `orders:2|c|#shop:berlin\nbasket:${i}|ms`),
    ...numbers.map((i) => `visitors:user-${i}|s`),
    "big:9007199254740993|c",
    "queue:5|g\nqueue:+2.5|g",
  ]);
  await sendDatagrams(
    ports.udp,
    numbers.map(
      (i) =>
        `udp_line,part=a n=${i}i,ratio=0.5,ok=true,text="it's \\"fine\\", grüße" ${1_700_000_000_000_000_000n + BigInt(i)}`,
    ),
  );
  await sendStream(
    ports.tcp,
    numbers.map((i) => `tcp_line n=${i}i ${1_700_000_000_000_000_000n + BigInt(i)}\n`).join(""),
  );
  assert.equal(await agent.stop(), 0);

  const query = async (q: string) => (await (influxd as Influxd).query(q, "values"))[0];
  const orders = await query(
    `SELECT sum(value) FROM orders WHERE shop='berlin' AND metric_type='counter' AND host='node-1' AND pod_name='web-0'`,
  );
  assert.equal(orders?.["sum"], 400);
  const basket = await query(
    "SELECT sum(count) AS count, max(upper) AS upper, min(lower) AS lower, sum(sum) AS sum FROM basket",
  );
  assert.deepEqual(
    [basket?.["count"], basket?.["upper"], basket?.["lower"], basket?.["sum"]],
    [200, 199, 0, (199 * 200) / 2],
  );
  assert.equal((await query("SELECT sum(value) FROM visitors"))?.["sum"], 200);
  assert.equal((await query("SELECT count(value) FROM big WHERE value > 9007199254740992"))?.["count"], 1);
  assert.equal((await query("SELECT last(value) FROM queue"))?.["last"], 7.5);
  const lines = await query(
    "SELECT count(n) AS count, sum(n) AS sum FROM udp_line WHERE part='a' AND ok=true AND ratio=0.5",
  );
  assert.deepEqual([lines?.["count"], lines?.["sum"]], [200, (199 * 200) / 2]);
  assert.equal((await query("SELECT text FROM udp_line LIMIT 1"))?.["text"], `it's "fine", grüße`);
  assert.equal((await query("SELECT sum(n) FROM tcp_line"))?.["sum"], (199 * 200) / 2);
});

/** 500 points, numbered. */
function part(from: number): string {
  const numbers = Array.from({ length: 500 }, (_, i) => from + i);
  return numbers.map((n) => `seq n=${n}i ${1_700_000_000_000_000_000n + BigInt(n)}\n`).join("");
}

test("the database is away for a while: what was sent meanwhile is there afterwards, once and in order", async (context) => {
  if (influxd === undefined) return context.skip(INFLUXD_MISSING);
  const { agent, ports } = await startAgent(influxd.url, "outage");
  await sendStream(ports.tcp, part(0));
  await influxd.down();
  await sendStream(ports.tcp, part(500));
  await agent.until(/Error writing to outputs\.influxdb/);
  await influxd.up();
  await sendStream(ports.tcp, part(1000));
  assert.equal(await agent.stop(), 0);
  const rows = await influxd.query("SELECT n FROM seq", "outage");
  assert.deepEqual(
    rows.map((row) => row["n"]),
    Array.from({ length: 1500 }, (_, i) => i),
  );
});
