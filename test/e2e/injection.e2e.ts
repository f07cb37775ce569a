// The promise itself: label a namespace, deploy as ever, and what the application says is in the team's InfluxDB.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CLASSES_SECRET, CONTAINER_NAME, INJECT_KEY } from "../../webhook/inject/contract.ts";
import { ask, get, kubectl } from "../cluster/kubectl.ts";
import { assertAllArrives } from "./arrivals.ts";
import { query } from "./influxdb.ts";
import { barePod, deployment, ENABLED, namespace } from "./objects.ts";
import {
  agentOf,
  apply,
  dropNamespaces,
  makeNamespace,
  type Pod,
  podsOf,
  ready,
  rolledOut,
  sentBy,
  statusOf,
} from "./pods.ts";

const shop = "e2e-shop";
const plain = "e2e-plain";
const annotations = { "pilotfish.dev/interval": "1s", "pilotfish.dev/tags": "team=shop" };
/** Two minutes: a kubelet looks about once a minute whether a Secret has come that a pod already mounts. */
const FIRST_CLASS_MS = 150_000;

describe("a labelled namespace", () => {
  let pods: readonly Pod[] = [];

  before(async () => {
    // All at once, as people apply it: the class comes when the pods already run.
    await apply(namespace(shop, ENABLED, annotations), deployment({ name: "web", namespace: shop, replicas: 2 }));
    await rolledOut(shop, "deployment/web");
    pods = await podsOf(shop, "app=web");
  });
  after(() => dropNamespaces(shop));

  test("the pods of a Deployment have the agent as a native sidecar and are Ready; the Deployment is as it was", async () => {
    assert.equal(pods.length, 2);
    for (const pod of pods) {
      assert.equal(agentOf(pod), "native");
      assert.equal(statusOf(pod, CONTAINER_NAME).ready, true);
      assert.equal(statusOf(pod, CONTAINER_NAME).restartCount, 0);
      assert.equal(pod.status.conditions?.find(({ type }) => type === "Ready")?.status, "True");
    }
    assert.doesNotMatch(await kubectl(["-n", shop, "get", "deployment", "web", "-o", "yaml"]), /pilotfish-agent/);
  });

  test("counters, timers, gauges, sets of a StatsD library and line protocol over UDP and TCP: all in InfluxDB, equal to what was sent", async (t) => {
    for (const { metadata } of pods) {
      const sent = await sentBy(shop, metadata.name);
      t.diagnostic(`${metadata.name}: the agent listened ${sent.waitedMs} ms after the application's start`);
      assert.equal(sent.failed, 0);
      assert.equal(sent.orders, 300);
      await assertAllArrives(metadata.name, sent, FIRST_CLASS_MS);
    }
  });

  test("every point carries pod_name, namespace, host (the node), the namespace's own tags and the library's", async () => {
    for (const { metadata, spec } of pods) {
      const series = await query(`SHOW SERIES FROM shop_orders WHERE pod_name = '${metadata.name}'`);
      const tags = `host=${spec.nodeName},metric_type=counter,namespace=${shop},pod_name=${metadata.name},team=shop,tier=web`;
      assert.deepEqual(
        series.map(({ key }) => key),
        [`shop_orders,${tags}`],
      );
    }
    const measurements = await query(`SHOW TAG VALUES WITH KEY = pod_name WHERE namespace = '${shop}'`);
    assert.deepEqual(
      new Set(measurements.map(({ value }) => value)),
      new Set(pods.map(({ metadata }) => metadata.name)),
    );
  });

  test(`${INJECT_KEY}: "false" on a pod is respected`, async () => {
    await apply(
      barePod({ name: "without", namespace: shop }, { labels: { [INJECT_KEY]: "false" }, args: ["--patience=0"] }),
    );
    const pod = await ready(shop, "without");
    assert.equal(agentOf(pod), "none");
  });
});

test("a namespace without the label is untouched: no agent, no Secret, no metric", async (t) => {
  t.after(() => dropNamespaces(plain));
  await makeNamespace(plain, {}, annotations);
  await apply(deployment({ name: "web", namespace: plain }, { args: ["--patience=0"] }));
  await rolledOut(plain, "deployment/web");
  const [pod] = await podsOf(plain, "app=web");
  assert.ok(pod);
  assert.equal(agentOf(pod), "none");
  assert.equal(Object.keys(pod.metadata.annotations ?? {}).filter((key) => key.includes("pilotfish")).length, 0);
  assert.ok((await sentBy(plain, pod.metadata.name)).orders > 0);
  assert.deepEqual((await get<{ items: readonly unknown[] }>("secrets", "-n", plain)).items, []);
  assert.match((await ask(["-n", plain, "get", "secret", CLASSES_SECRET])).stderr, /not found/);
  assert.deepEqual(await query(`SHOW SERIES WHERE namespace = '${plain}'`), []);
});
