// The webhook away: pods are created all the same, in time, and as they are; and with it back, with the agent.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEFAULT_NAMESPACE } from "../../webhook/inject/contract.ts";
import { get, kubectl } from "../cluster/kubectl.ts";
import { answersWith, scaleWebhook, webhookIsUp } from "./installation.ts";
import { barePod, ENABLED } from "./objects.ts";
import { agentOf, dropNamespaces, makeNamespace, type Pod, podsOf, ready } from "./pods.ts";
import { until } from "./poll.ts";

const place = "e2e-outage";
let replicas = 0;

before(async () => {
  const { spec } = await get<{ spec: { replicas: number } }>("deployment", "pilotfish", "-n", DEFAULT_NAMESPACE);
  replicas = spec.replicas;
  await makeNamespace(place, ENABLED);
});
after(async () => {
  await scaleWebhook(replicas);
  await webhookIsUp();
  await dropNamespaces(place);
});

async function create(name: string): Promise<Pod> {
  const document = JSON.stringify(barePod({ name, namespace: place }, { args: ["--patience=0", "--count=1"] }));
  return JSON.parse(await kubectl(["create", "-f", "-", "-o", "json"], document)) as Pod;
}

test("webhook scaled to zero: each pod is created without agent in less than timeoutSeconds, and runs", async () => {
  const { webhooks } = await get<{ webhooks: readonly { timeoutSeconds: number; failurePolicy: string }[] }>(
    "mutatingwebhookconfiguration",
    "pilotfish",
  );
  const timeoutMs = Math.min(...webhooks.map(({ timeoutSeconds }) => timeoutSeconds)) * 1000;
  await scaleWebhook(0);
  await until("no replica", async () =>
    (await podsOf(DEFAULT_NAMESPACE, "app.kubernetes.io/name=pilotfish")).length === 0 ? true : undefined,
  );
  const tookMs: number[] = [];
  for (let i = 0; i < 5; i++) {
    const startMs = performance.now();
    const pod = await create(`without-${i}`);
    tookMs.push(Math.round(performance.now() - startMs));
    assert.equal(agentOf(pod), "none");
  }
  assert.ok(Math.max(...tookMs) < timeoutMs, `took ${tookMs.join(", ")} ms; timeoutSeconds are ${timeoutMs} ms`);
  await ready(place, "without-4");
});

test("scaled up again: the next pods have the agent", async () => {
  await scaleWebhook(replicas);
  await webhookIsUp();
  await answersWith("default");
  const pod = await create("with");
  assert.equal(agentOf(pod), "native");
  await ready(place, "with");
});
