// The schema check must find what it is there to find.

import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaProblems } from "./kubernetes-schema.ts";

const pod = (change: object): Record<string, unknown> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", labels: { any: "name", is: "allowed" } },
  spec: { containers: [{ name: "a", image: "b", ...change }] },
});

const cases: readonly [what: string, change: object, problem: RegExp | undefined][] = [
  ["a right pod", {}, undefined],
  ["a quantity", { resources: { limits: { cpu: "1", anything: 2 } } }, undefined],
  ["a native sidecar's field", { restartPolicy: "Always" }, undefined],
  ["a misspelt field", { imagePullpolicy: "Always" }, /^\/spec\/containers\/0\/imagePullpolicy: no such field$/],
  ["a field one level too deep", { securityContext: { fsGroup: 1 } }, /securityContext\/fsGroup: no such field/],
  ["a wrong type", { args: "webhook" }, /containers\/0\/args must be array/],
  ["a missing field", { ports: [{ name: "http" }] }, /ports\/0 must have required property/],
];

for (const [what, change, problem] of cases) {
  test(`${what} is ${problem === undefined ? "accepted" : "found"}`, async () => {
    const problems = await schemaProblems(pod(change));
    if (problem === undefined) assert.deepEqual(problems, []);
    else assert.match(problems.join("\n"), problem);
  });
}

test("an unknown kind is found", async () => {
  assert.match((await schemaProblems({ apiVersion: "v1", kind: "Pot" })).join(), /no such kind/);
});
