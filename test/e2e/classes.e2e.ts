// Classes: an edit reaches agents that run, without a restart; and a class is for those who may use it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CLASSES_SECRET, CONTAINER_NAME, DEFAULT_NAMESPACE } from "../../webhook/inject/contract.ts";
import { ask, get, kubectl } from "../cluster/kubectl.ts";
import { arrived, reportOf } from "./arrivals.ts";
import { number } from "./influxdb.ts";
import { classText, GUARDED_LABEL, REPORT_URL } from "./fixtures.ts";
import { barePod, deployment, ENABLED } from "./objects.ts";
import {
  agentOf,
  apply,
  dropNamespaces,
  makeNamespace,
  podCalled,
  podsOf,
  ready,
  rolledOut,
  statusOf,
} from "./pods.ts";
import { until } from "./poll.ts";

const place = "e2e-classes";
const guards = "e2e-guards";
/** A kubelet looks about once a minute whether a mounted Secret has changed. */
const EDIT_MS = 150_000;

before(async () => {
  await makeNamespace(place, ENABLED, { "pilotfish.dev/interval": "1s" });
  await makeNamespace(guards, { ...ENABLED, ...GUARDED_LABEL }, { "pilotfish.dev/interval": "1s" });
});
after(() => dropNamespaces(place, guards));

async function classesIn(namespace: string): Promise<readonly string[]> {
  const { data = {} } = await get<{ data?: Readonly<Record<string, string>> }>(
    "secret",
    CLASSES_SECRET,
    "-n",
    namespace,
  );
  return Object.keys(data).toSorted();
}

async function points(podName: string, database: string): Promise<number | undefined> {
  const count = await number(`SELECT count(n) FROM web_audit WHERE pod_name = '${podName}'`, database);
  return count > 0 ? count : undefined;
}

test("a class edited in pilotfish-system reaches a running agent: no restart, the next metrics are in the other database, none is lost", async () => {
  const annotations = { "pilotfish.dev/class": "edited" };
  const args = ["--count=0", "--rate=20", "--kinds=counter,tcp", `--report=${REPORT_URL}`];
  await apply(barePod({ name: "steady", namespace: place }, { annotations, args }));
  const first = await ready(place, "steady");
  await until("metrics in the first database", () => points("steady", "before"));
  assert.equal(await points("steady", "after"), undefined);
  const patch = JSON.stringify({ stringData: { edited: classText("after") } });
  await kubectl(["-n", DEFAULT_NAMESPACE, "patch", "secret", CLASSES_SECRET, "--type=merge", "-p", patch]);
  await until("metrics in the other database", () => points("steady", "after"), EDIT_MS);
  const now = await podCalled(place, "steady");
  assert.equal(statusOf(now, CONTAINER_NAME).restartCount, 0);
  assert.equal(statusOf(now, CONTAINER_NAME).containerID, statusOf(first, CONTAINER_NAME).containerID);
  assert.equal(statusOf(now, "app").restartCount, 0);

  await kubectl(["-n", place, "delete", "pod", "steady", "--timeout=60s"]);
  const { tcpLines, orders } = await reportOf("steady");
  const names = ["tcpLines", "orders"] as const;
  const [before, after] = [await arrived("steady", names, "before"), await arrived("steady", names, "after")];
  const sum = (name: "tcpLines" | "orders") => (before[name] ?? 0) + (after[name] ?? 0);
  assert.deepEqual({ tcpLines: sum("tcpLines"), orders: sum("orders") }, { tcpLines, orders });
});

test("a class that the namespace may not use: the pod runs without agent, kubectl shows a warning", async () => {
  const document = barePod(
    { name: "curious", namespace: place },
    { annotations: { "pilotfish.dev/class": "guarded" } },
  );
  const { ok, stderr } = await ask(["create", "-f", "-"], JSON.stringify(document));
  assert.ok(ok, stderr);
  assert.match(stderr, /^Warning: .*class_not_allowed.*guarded/m);
  assert.equal(agentOf(await ready(place, "curious")), "none");
});

test("refused in a Deployment, where nobody sees a warning, it is an event on the owner", async () => {
  await apply(deployment({ name: "refused", namespace: place }, { annotations: { "pilotfish.dev/class": "guarded" } }));
  await rolledOut(place, "deployment/refused");
  const [pod] = await podsOf(place, "app=refused");
  assert.ok(pod);
  assert.equal(agentOf(pod), "none");
  // Where a person looks who wonders about the Deployment.
  const event = /Warning +ClassNotAllowed .* namespace e2e-classes may not use class guarded/;
  await until("the event", async () => {
    const described = await kubectl(["-n", place, "describe", "deployment", "refused"]);
    return event.test(described) ? true : undefined;
  });
});

test("the copy in a namespace holds only the classes that it may use; where the class is allowed, it works", async () => {
  assert.deepEqual(await classesIn(place), ["default", "edited"]);
  assert.deepEqual(await classesIn(guards), ["default", "edited", "guarded"]);
  await apply(barePod({ name: "guard", namespace: guards }, { annotations: { "pilotfish.dev/class": "guarded" } }));
  assert.equal(agentOf(await ready(guards, "guard")), "native");
  await until("metrics of the guarded class", async () => {
    const orders = await number("SELECT sum(value) FROM shop_orders WHERE pod_name = 'guard'", "guarded");
    return orders === 300 ? true : undefined;
  });
});
