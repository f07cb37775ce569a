// Whole configs through loadConfig, against a small catalog made here.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { loadConfig, type LoadSettings } from "./load.ts";
import type { PluginSchema } from "./config.ts";
import { testCatalog } from "./test-catalog.ts";

const scenarios = ["statsd-wavefront", "node-daemonset", "etcd-sidecar", "gateway"];

function load(text: string, settings: Partial<LoadSettings<PluginSchema>> = {}) {
  return loadConfig([{ name: "t.conf", text }], { catalog: testCatalog, env: {}, ...settings });
}

suite("the scenarios load as they are", () => {
  const env = {
    POD_NAME: "api-0",
    NODE_HOSTNAME: "node-1",
    INTERVAL: "60s",
    WAVEFRONT_PROXY: "proxy.example",
    ENV: "test",
    HOSTNAME: "node-1",
    MONITOR_HOST: "http://influx:8086",
    MONITOR_USERNAME: "u",
    MONITOR_PASSWORD: 'p"$x',
    MONITOR_DATABASE: "db",
  };
  for (const name of scenarios) {
    test(name, async () => {
      const text = readFileSync(new URL(`../../test/scenarios/${name}.conf`, import.meta.url), "utf8");
      const { config, problems } = await load(text, { env });
      assert.deepEqual(
        problems.filter((p) => p.severity === "error"),
        [],
      );
      assert.ok(config !== undefined);
    });
  }
});
