// The layout of generated documents. That they read back equal is a property in parse.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serializeToml, serializeValue } from "./serialize.ts";
import type { TomlData } from "./value.ts";

test("a generated config looks as if written by hand", () => {
  const text = serializeToml({
    global_tags: { "app.name": "shop" },
    agent: { interval: "10s", metric_batch_size: 1000n, debug: false },
    inputs: {
      mem: [{}],
      statsd: [
        { tags: { team: 'the "a" team' }, percentiles: [50, 99.9], service_address: ":8125", taglists: { a: ["x"] } },
        { service_address: ":8126" },
      ],
    },
    outputs: { http: [{ headers: {}, retries: [{ after: 1n }, 2n] }] },
  });
  assert.equal(
    text,
    `[global_tags]
"app.name" = "shop"

[agent]
interval = "10s"
metric_batch_size = 1000
debug = false

[[inputs.mem]]

[[inputs.statsd]]
percentiles = [50.0, 99.9]
service_address = ":8125"

[inputs.statsd.tags]
team = "the \\"a\\" team"

[inputs.statsd.taglists]
a = ["x"]

[[inputs.statsd]]
service_address = ":8126"

[[outputs.http]]
retries = [{ after = 1 }, 2]

[outputs.http.headers]
`,
  );
});

test("no data, no text", () => assert.equal(serializeToml({}), ""));

const values: [value: TomlData, text: string][] = [
  ["a\nb\t\u0001\u007f", '"a\\nb\\t\\u0001\\u007f"'],
  [1n, "1"],
  [1, "1.0"],
  [-0, "-0.0"],
  [1e21, "1e+21"],
  [Number.NaN, "nan"],
  [Number.NEGATIVE_INFINITY, "-inf"],
  [[], "[]"],
  [{}, "{}"],
  [{ a: { "b c": true } }, '{ a = { "b c" = true } }'],
];
for (const [value, text] of values) test(`a value as ${text}`, () => assert.equal(serializeValue(value), text));
