// The agent inside the limits that every pod gets, 50Mi and 200m, under a steady load.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CONTAINER_NAME } from "../../webhook/inject/contract.ts";
import { ask } from "../cluster/kubectl.ts";
import { arrived } from "./arrivals.ts";
import { closeNode, memoryOf, openNode } from "./node-process.ts";
import { barePod, ENABLED } from "./objects.ts";
import { apply, dropNamespaces, makeNamespace, podCalled, ready, sentBy, statusOf } from "./pods.ts";
import { settled } from "./poll.ts";

const place = "e2e-load";
const DATAGRAMS_A_SECOND = 5000;
const SECONDS = 60;
/** UDP promises nothing; this is what the tests ask for. */
const MOST_LOST = 0.01;

before(async () => {
  await makeNamespace(place, ENABLED, { "pilotfish.dev/interval": "10s" });
  await openNode();
});
after(async () => {
  await closeNode();
  await dropNamespaces(place);
});

test(`${DATAGRAMS_A_SECOND} StatsD datagrams a second for ${SECONDS} s: not killed, not restarted, within 50Mi`, async (t) => {
  // Half of them counters, half timers.
  const rate = DATAGRAMS_A_SECOND / 2;
  const args = ["--kinds=counter,timer", `--rate=${rate}`, `--count=${rate * SECONDS}`];
  await apply(barePod({ name: "busy", namespace: place }, { args }));
  const limits = await ready(place, "busy");
  const { resources } = (limits.spec.initContainers ?? []).find(({ name }) => name === CONTAINER_NAME) as unknown as {
    resources: { limits: Readonly<Record<string, string>> };
  };
  assert.deepEqual(resources.limits, { cpu: "200m", memory: "50Mi" });

  const sent = await sentBy(place, "busy");
  assert.equal(sent.orders, rate * SECONDS);
  const names = ["orders", "checkouts"] as const;
  // An interval after the last datagram all that arrived is there.
  const counts = await settled(
    () => arrived("busy", names),
    (answer) => names.every((name) => answer[name] === sent[name]),
    25_000,
  );
  const total = sent.orders + sent.checkouts;
  const there = (counts.orders ?? 0) + (counts.checkouts ?? 0);
  const pod = await podCalled(place, "busy");
  const { anonymousKiB, mostKiB } = await memoryOf(pod, CONTAINER_NAME);
  const used = await workingSetKiB(pod.spec.nodeName);
  t.diagnostic(`${total} datagrams sent, ${there} arrived (${((100 * there) / total).toFixed(2)} %)`);
  t.diagnostic(
    `memory: the process's own ${anonymousKiB} KiB, working set ${used ?? "?"} KiB, peak ${mostKiB} of 51200 KiB`,
  );

  const agent = statusOf(pod, CONTAINER_NAME);
  assert.equal(agent.restartCount, 0);
  assert.equal(agent.lastState?.terminated, undefined);
  assert.ok(there <= total, "nothing is counted twice");
  assert.ok(there >= total * (1 - MOST_LOST), `${total - there} of ${total} are missing`);
});

interface NodeStats {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers: readonly { readonly name: string; readonly memory?: { readonly workingSetBytes?: number } }[];
  }[];
}

/** As the kubelet counts it against the limit; undefined where it keeps no statistics. */
async function workingSetKiB(node: string): Promise<number | undefined> {
  const { ok, stdout } = await ask(["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]);
  if (!ok) return undefined;
  const { pods } = JSON.parse(stdout) as NodeStats;
  const pod = pods.find(({ podRef }) => podRef.namespace === place && podRef.name === "busy");
  const bytes = pod?.containers.find(({ name }) => name === CONTAINER_NAME)?.memory?.workingSetBytes;
  return bytes === undefined ? undefined : Math.round(bytes / 1024);
}
