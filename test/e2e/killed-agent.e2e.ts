// The agent dies: the application does not notice, and the agent comes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CONTAINER_NAME } from "../../webhook/inject/contract.ts";
import { number } from "./influxdb.ts";
import { closeNode, kill, openNode } from "./node-process.ts";
import { barePod, ENABLED } from "./objects.ts";
import { apply, dropNamespaces, makeNamespace, podCalled, ready, statusOf } from "./pods.ts";
import { until } from "./poll.ts";

const place = "e2e-killed";

before(async () => {
  await makeNamespace(place, ENABLED, { "pilotfish.dev/interval": "1s" });
  await openNode();
});
after(async () => {
  await closeNode();
  await dropNamespaces(place);
});

function orders(): Promise<number> {
  return number("SELECT sum(value) FROM shop_orders WHERE pod_name = 'web'");
}

test("the agent killed (SIGKILL): the application goes on, the agent is back and delivers", async () => {
  await apply(barePod({ name: "web", namespace: place }, { args: ["--count=0", "--rate=50", "--kinds=counter"] }));
  const first = await ready(place, "web");
  await until("metrics of the first agent", async () => ((await orders()) > 0 ? true : undefined));
  await kill(first, CONTAINER_NAME);
  const again = await until("the agent's restart", async () => {
    const pod = await podCalled(place, "web");
    const { restartCount, state } = statusOf(pod, CONTAINER_NAME);
    return restartCount === 1 && state.running ? pod : undefined;
  });
  const before = await orders();
  await until("metrics of the second agent", async () => ((await orders()) > before + 50 ? true : undefined));
  assert.equal(statusOf(again, CONTAINER_NAME).lastState?.terminated?.exitCode, 137);
  const now = statusOf(await podCalled(place, "web"), "app");
  assert.equal(now.restartCount, 0);
  assert.deepEqual(now.state, statusOf(first, "app").state);
  assert.equal(now.containerID, statusOf(first, "app").containerID);
});
