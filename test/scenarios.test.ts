// The configs that people really deploy, unmodified: each loads, or names exactly the plugins that are still missing.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { recordHttp } from "./support/http-recorder.ts";
import { freePort } from "./support/ports.ts";
import { Program } from "./support/program.ts";
import { sendDatagrams } from "./support/send.ts";

const directory = mkdtempSync(join(tmpdir(), "pilotfish-scenarios-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const ENVIRONMENT = {
  POD_NAME: "web-0",
  NODE_HOSTNAME: "node-1",
  INTERVAL: "60s",
  WAVEFRONT_PROXY: "127.0.0.1",
  ENV: "test",
  HOSTNAME: "etcd-0",
  MONITOR_HOST: "http://127.0.0.1:8086",
  MONITOR_DATABASE: "telegraf",
  MONITOR_USERNAME: "user",
  MONITOR_PASSWORD: "secret-word",
};

function scenario(name: string): string {
  return fileURLToPath(new URL(`scenarios/${name}`, import.meta.url));
}

const missing: readonly (readonly [file: string, plugins: readonly string[]])[] = [
  ["statsd-wavefront.conf", []],
  ["etcd-sidecar.conf", []],
  ["gateway.conf", ["exec", "http_listener"]],
  [
    "node-daemonset.conf",
    ["cpu", "disk", "diskio", "docker", "kernel", "kubernetes", "mem", "processes", "swap", "system"],
  ],
];

for (const [file, plugins] of missing) {
  test(`${file} ${plugins.length === 0 ? "loads as it is" : `misses just ${plugins.join(", ")}`}`, async () => {
    const check = new Program(["agent", "config", "check", "--config", scenario(file)], { env: ENVIRONMENT });
    assert.equal(await check.exited, plugins.length === 0 ? 0 : 78);
    const errors = check.stderr.split("\n").filter((line) => line.includes(": error: "));
    const named = errors.map((line) => /undefined but requested input: (\w+)$/.exec(line)?.[1] ?? line);
    assert.deepEqual(named.toSorted(), plugins);
    assert.equal(check.stderr.includes("secret-word"), false);
  });
}

function point(name: string, value: string, type: string): string {
  return `"${name}" ${value} TIME source="node-1" "metric_type"="${type}" "pod_name"="web-0"`;
}

test("statsd-wavefront.conf runs: timers and counters arrive at the proxy, from the node, under the pod's name", async () => {
  const proxy = await recordHttp(() => ({ status: 202 }));
  const statsd = await freePort();
  // Only the ports differ from the file: tests listen on free ones.
  const text = readFileSync(scenario("statsd-wavefront.conf"), "utf8");
  const path = join(directory, "statsd-wavefront.conf");
  writeFileSync(path, text.replace('":8125"', `"127.0.0.1:${statsd}"`).replace("port = 2878", `port = ${proxy.port}`));
  const agent = new Program(["agent", "--config", path], { env: ENVIRONMENT });
  await agent.until(/Agent is running/);
  const sent = [...Array.from({ length: 10 }, (_, i) => `api.login:${i + 1}|ms`), "api.hits:3|c", "api.hits:4|c"];
  await sendDatagrams(statsd, sent);
  assert.equal(await agent.stop(), 0);
  await proxy.close();
  const received = proxy.requests.flatMap(({ body }) => body.trim().split("\n"));
  const lines = received.map((line) => line.replace(/ \d{10} /, " TIME ")).toSorted();
  assert.deepEqual(lines, [
    point("api.hits", "7", "counter"),
    point("api.login.90.percentile", "10", "timing"),
    point("api.login.count", "10", "timing"),
    point("api.login.lower", "1", "timing"),
    point("api.login.mean", "5.5", "timing"),
    point("api.login.median", "5.5", "timing"),
    point("api.login.stddev", "2.8722813232690143", "timing"),
    point("api.login.sum", "55", "timing"),
    point("api.login.upper", "10", "timing"),
  ]);
});
