// The examples do what they say: the webhook reads the settings and the classes without a complaint, and the application
// gets the agent.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import { catalog } from "../agent/catalog.ts";
import { loadClasses } from "../webhook/classes/class-set.ts";
import { NAMESPACE_LABEL, NAMESPACE_LABEL_VALUE } from "../webhook/inject/contract.ts";
import { injectPod } from "../webhook/inject/inject-pod.ts";
import type { JsonObject } from "../webhook/inject/json.ts";
import { readSettings } from "../webhook/settings/read-settings.ts";
import { defaultSettings } from "../webhook/settings/settings.ts";
import { readManifests } from "./read-manifests.ts";

const examples = readManifests("examples").flatMap(({ objects }) => objects);
const secret = examples.find(({ kind }) => kind === "Secret");
const texts = new Map(Object.entries(secret?.["stringData"] as Record<string, string>));

function settingsOf(file: string) {
  const { settings, problems } = readSettings(readFileSync(join(import.meta.dirname, file), "utf8"));
  assert.deepEqual(problems, []);
  assert.ok(settings !== undefined);
  return settings;
}

test("the base's settings are the defaults", () => {
  assert.deepEqual(settingsOf("base/config.yaml"), defaultSettings);
});

test("the example's settings are the defaults, and what it adds to them", () => {
  const { defaults, classes, ...rest } = settingsOf("examples/config.yaml");
  const { defaults: expected, classes: _none, ...expectedRest } = defaultSettings;
  assert.deepEqual(rest, expectedRest);
  assert.deepEqual(defaults, { ...expected, tags: new Map([["cluster", "eu-1"]]) });
  assert.deepEqual([...classes.keys()], ["wavefront"]);
  assert.ok(texts.has("wavefront"), "a class of the example");
});

test("the overlay's settings name the agent of this version", () => {
  const { defaults } = settingsOf("overlays/registry/config.yaml");
  assert.equal(defaults.image, `registry.example.com/tools/${defaultSettings.defaults.image}`);
});

test("the agent accepts every class", async () => {
  const { classes } = await loadClasses(texts, { catalog });
  assert.ok(classes.has(defaultSettings.defaultClass));
  for (const { name, problems } of classes.values()) assert.deepEqual(problems, [], name);
});

test("the application gets the agent, without a warning", async () => {
  const namespace = examples.find(({ kind }) => kind === "Namespace")?.metadata;
  const deployments = examples.filter(({ kind }) => kind === "Deployment") as unknown as IDeployment[];
  assert.ok(deployments.length > 0 && namespace !== undefined);
  const known = {
    namespace: () => ({ labels: namespace.labels ?? {}, annotations: {} }),
    classes: await loadClasses(texts, { catalog }),
    settings: settingsOf("base/config.yaml"),
    catalog,
  };
  assert.equal(namespace.labels?.[NAMESPACE_LABEL], NAMESPACE_LABEL_VALUE);
  for (const { metadata, spec } of deployments) {
    assert.equal(metadata?.namespace, namespace.name);
    const pod = { apiVersion: "v1", kind: "Pod", ...spec?.template } as unknown as JsonObject;
    const { reason, warnings, message } = await injectPod({ pod, namespace: namespace.name }, known);
    assert.deepEqual([reason, warnings], ["injected", []], message);
  }
});
