// With the agent's own catalog: what is injected by default is what the agent accepts today.

import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../agent/catalog.ts";
import { loadConfig } from "../../agent/config/load.ts";
import { loadClasses } from "../classes/class-set.ts";
import { CONFIG_ANNOTATION } from "../inject/contract.ts";
import { injectPod } from "../inject/inject-pod.ts";
import { knownWith } from "./test-known.ts";

async function configOf(annotations: Record<string, string>, known = knownWith({ catalog })): Promise<string> {
  const pod = { metadata: { annotations }, spec: { containers: [{ name: "app" }] } };
  const { patch, reason, message } = await injectPod({ pod, namespace: "shop" }, known);
  assert.equal(reason, "injected", message);
  return String(patch.find(({ path }) => path.endsWith("~1config"))?.value);
}

const CASES: readonly (readonly [name: string, annotations: Record<string, string>])[] = [
  ["nothing asked", {}],
  ["statsd's options", { "statsd.percentiles": "50, 90, 99", "statsd.delete_gauges": "false", "statsd.tags.a": "b" }],
  ["a moved listener", { "socket_listener.service_address": "udp://localhost:9092", plugins: "socket_listener" }],
  ["on all addresses", { listen: "pod" }],
];

for (const [name, given] of CASES) {
  test(`${name}: the agent loads it, strictly and with its variables`, async () => {
    const annotations = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [`pilotfish.dev/${key}`, value]),
    );
    const text = await configOf(annotations);
    const env = { POD_NAME: "web-1", NAMESPACE: "shop", NODE_HOSTNAME: "node-1", INTERVAL: "15s" };
    const { config, problems } = await loadConfig([{ name: CONFIG_ANNOTATION, text }], { catalog, env });
    assert.deepEqual(problems, []);
    assert.equal(config?.agent.hostname, "node-1");
    assert.equal(config?.agent.intervalMs, 15_000);
    assert.equal(config?.agent.flushIntervalMs, 15_000);
    assert.equal(config?.globalTags.get("pod_name"), "web-1");
  });
}

test("a class of the agent's own outputs is usable", async () => {
  const text = '[[outputs.wavefront]]\nurl = "$WAVEFRONT_PROXY"\n';
  const classes = await loadClasses(new Map([["default", text]]), { catalog });
  assert.ok(classes.classes.get("default")?.problems.every(({ severity }) => severity === "warning"));
  assert.match(await configOf({}, knownWith({ catalog, classes })), /inputs\.statsd/);
});
