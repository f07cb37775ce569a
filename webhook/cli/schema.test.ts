// Every pod that a golden case produces is a valid Pod by Kubernetes' own OpenAPI schema.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Pod } from "kubernetes-models/v1/Pod";
import { parseAllDocuments } from "yaml";
import { workloadsIn } from "./workload.ts";

const folder = new URL("goldens/", import.meta.url);

for (const name of readdirSync(folder)) {
  test(`pods of ${name} are valid`, () => {
    const text = readFileSync(new URL(`${name}/injected.yaml`, folder), "utf8");
    for (const document of parseAllDocuments(text, { version: "1.1" })) {
      for (const { pod } of workloadsIn(document.toJS())) {
        const whole = { ...pod, apiVersion: "v1", kind: "Pod" } as ConstructorParameters<typeof Pod>[0];
        assert.doesNotThrow(() => new Pod(whole).validate());
      }
    }
  });
}

test("the schema does refuse what is no pod", () => {
  const ports = [{ containerPort: "http" }];
  const bad = { spec: { containers: [{ name: "app", ports }] } } as unknown as ConstructorParameters<typeof Pod>[0];
  assert.throws(() => new Pod(bad).validate());
});
