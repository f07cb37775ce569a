// Pods that end: a Job is done when the application is, and what was said before the end arrives.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CONTAINER_NAME } from "../../webhook/inject/contract.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { assertAllArrives, reportOf } from "./arrivals.ts";
import { REPORT_URL } from "./fixtures.ts";
import { query } from "./influxdb.ts";
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

test("pods deleted under load: every line that a socket took and every StatsD message is in InfluxDB", async () => {
  // Several, so that they end at different moments of an interval: what is aggregated last has a time of its own.
  const names = Array.from({ length: 6 }, (_, i) => `deleted-${i}`);
  const args = ["--count=0", "--rate=100", "--kinds=counter,timer,tcp", `--report=${REPORT_URL}`];
  const annotations = { "pilotfish.dev/interval": "1s" };
  await apply(...names.map((name) => barePod({ name, namespace: place }, { annotations, args })));
  await until("all are under way", async () => {
    const rows = await query("SELECT count(n) FROM web_audit WHERE pod_name =~ /^deleted-/ GROUP BY pod_name");
    return rows.length === names.length && rows.every(({ count }) => Number(count) > 300) ? true : undefined;
  });
  for (const name of names) await kubectl(["-n", place, "delete", "pod", name, "--wait=false"]);
  for (const name of names) {
    await kubectl(["-n", place, "wait", "--for=delete", `pod/${name}`, "--timeout=60s"]);
    // The application counted until SIGTERM came, and told InfluxDB itself.
    const { failed, tcpLines, tcpSum, orders, checkouts, checkoutMs } = await reportOf(name);
    assert.equal(failed, 0);
    assert.ok(tcpLines > 300);
    await assertAllArrives(name, { tcpLines, tcpSum, orders, checkouts, checkoutMs }, 20_000);
  }
});
