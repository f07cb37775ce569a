import assert from "node:assert/strict";
import { test } from "node:test";
import { withinPod } from "./within-pod.ts";

const own = { requests: { cpu: "100m", memory: "30Mi" }, limits: { cpu: "200m", memory: "50Mi" } };

const cases: readonly [what: string, podResources: unknown, expected: object][] = [
  ["no sum", undefined, own],
  ["an empty sum", {}, own],
  ["a sum that is no object", "100m", own],
  ["both requests", { requests: { cpu: "10m", memory: "10Mi" } }, {}],
  ["a limit, which is the request too", { limits: { cpu: "50m", memory: "40Mi" } }, {}],
  ["one of two", { limits: { memory: "1Gi" } }, { requests: { cpu: "100m" }, limits: { cpu: "200m" } }],
  ["one in each", { requests: { cpu: "1" }, limits: { memory: "1Gi" } }, {}],
  ["something the agent does not ask for", { limits: { "hugepages-2Mi": "4Mi" } }, own],
];

for (const [what, resources, expected] of cases) {
  test(`a pod that names ${what}`, () => {
    assert.deepEqual(withinPod({ spec: { resources } }, own), expected);
  });
}
