// Pods that end: a Job is done when the application is, and what was said before the end arrives.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CONTAINER_NAME } from "../../webhook/inject/contract.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { assertAllArrives, reportOf } from "./arrivals.ts";
import { REPORT_URL } from "./fixtures.ts";
import { number } from "./influxdb.ts";
import { barePod, ENABLED, job } from "./objects.ts";
import { agentOf, apply, dropNamespaces, makeNamespace, podsOf, ready, sentBy, statusOf } from "./pods.ts";
import { until } from "./poll.ts";

const place = "e2e-lifecycle";

before(() => makeNamespace(place, ENABLED));
after(() => dropNamespaces(place));

test("a Job completes, and its last interval is delivered although it was not over", async () => {
  // So long that only the agent's end can be what delivers.
  const annotations = { "pilotfish.dev/interval": "600s" };
  await apply(job({ name: "nightly", namespace: place }, { annotations, args: ["--exit"] }));
  await kubectl(["-n", place, "wait", "--for=condition=Complete", "job/nightly", "--timeout=120s"]);
  const [pod] = await podsOf(place, "job-name=nightly");
  assert.ok(pod);
  assert.equal(agentOf(pod), "native");
  assert.equal(pod.status.phase, "Succeeded");
  assert.equal(statusOf(pod, CONTAINER_NAME).restartCount, 0);
  await assertAllArrives(pod.metadata.name, await sentBy(place, pod.metadata.name));
});

test("pilotfish.dev/sidecar: classic gives an ordinary container", async () => {
  const annotations = { "pilotfish.dev/sidecar": "classic", "pilotfish.dev/interval": "1s" };
  await apply(barePod({ name: "classic", namespace: place }, { annotations }));
  const pod = await ready(place, "classic");
  assert.equal(agentOf(pod), "classic");
  assert.deepEqual(
    pod.spec.containers.map(({ name }) => name),
    ["app", CONTAINER_NAME],
  );
  await assertAllArrives("classic", await sentBy(place, "classic"));
});

test("a pod deleted under load: every line that the socket took and every StatsD message is in InfluxDB", async () => {
  const args = ["--count=0", "--rate=400", "--kinds=counter,timer,tcp", `--report=${REPORT_URL}`];
  const annotations = { "pilotfish.dev/interval": "5s" };
  await apply(barePod({ name: "deleted", namespace: place }, { annotations, args }));
  await until("it is under way", async () => {
    const lines = await number("SELECT count(n) FROM web_audit WHERE pod_name = 'deleted'");
    return lines > 1000 ? true : undefined;
  });
  await kubectl(["-n", place, "delete", "pod", "deleted", "--timeout=60s"]);
  // The application counted until SIGTERM came, and told InfluxDB itself.
  const sent = await reportOf("deleted");
  assert.equal(sent.failed, 0);
  assert.ok(sent.tcpLines > 1000);
  const { tcpLines, tcpSum, orders, checkouts, checkoutMs } = sent;
  await assertAllArrives("deleted", { tcpLines, tcpSum, orders, checkouts, checkoutMs }, 20_000);
});
