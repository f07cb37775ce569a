import assert from "node:assert/strict";
import { test } from "node:test";

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { readStatsdOptions } from "./test-statsd.ts";
import { isUdp, listenFamily, validateStatsd } from "./options.ts";

test("sample.conf is valid and shows every option with its default", () => {
  const text = readFileSync(join(import.meta.dirname, "sample.conf"), "utf8").replace("[[inputs.statsd]]", "");
  const shown = readStatsdOptions(text.replace(/^  # (\w+ = )/gm, "$1"));
  const defaults = readStatsdOptions("");
  for (const [property, value] of Object.entries(defaults)) {
    if (property === "tcpKeepAlivePeriodMs" || property === "percentileLimit") continue;
    assert.deepEqual(shown[property as keyof typeof shown], value, property);
  }
});

test("problems name the key", () => {
  const defaults = readStatsdOptions("");
  const cases = [
    { change: { serviceAddress: "8125" }, key: "service_address" },
    { change: { serviceAddress: ":99999" }, key: "service_address" },
    { change: { templates: ["host.field"] }, key: "templates" },
  ];
  for (const { change, key } of cases)
    assert.deepEqual(
      validateStatsd({ ...defaults, ...change }).map((p) => p.key),
      [key],
    );
  assert.deepEqual(validateStatsd(defaults), []);
});

test("protocols", () => {
  assert.deepEqual(["udp", "udp4", "udp6", "tcp", "tcp4", ""].map(isUdp), [true, true, true, false, false, false]);
  assert.deepEqual(["udp", "udp4", "udp6", "tcp4"].map(listenFamily), [undefined, 4, 6, undefined]);
});
