// Whatever makes a pod: every kind of workload gets the agent once, and a dry run leaves nothing anywhere.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DEFAULT_NAMESPACE } from "../../webhook/inject/contract.ts";
import { type Answer, ask, kubectl } from "../cluster/kubectl.ts";
import { barePod, deployment, ENABLED, job, selected, template } from "./objects.ts";
import {
  agentOf,
  apply,
  dropNamespaces,
  makeNamespace,
  type Pod,
  podCalled,
  podsOf,
  ready,
  rolledOut,
} from "./pods.ts";
import { until } from "./poll.ts";

const place = "e2e-kinds";
const elsewhere = "e2e-kinds-2";
const metadata = (name: string) => ({ name, namespace: place });
const wishes = { args: ["--count=1"], graceSeconds: 2 };

before(async () => {
  await makeNamespace(place, ENABLED);
  await makeNamespace(elsewhere, ENABLED);
});
after(() => dropNamespaces(place, elsewhere));

/** Everything that an admission could have left behind, with its version. */
async function everything(): Promise<readonly string[]> {
  const kinds = "secrets,configmaps,events,pods,deployments,replicasets,jobs,serviceaccounts";
  const columns =
    "custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,V:.metadata.resourceVersion";
  const answers = [place, elsewhere, DEFAULT_NAMESPACE].map((namespace) =>
    kubectl(["get", kinds, "-n", namespace, "-o", columns, "--no-headers"]),
  );
  const webhooks = kubectl(["get", "mutatingwebhookconfigurations", "-o", columns, "--no-headers"]);
  return [...(await Promise.all(answers)), await webhooks].flatMap((text) => text.trim().split("\n")).toSorted();
}

function dry(document: object): Promise<Answer> {
  return ask(["create", "-f", "-", "--dry-run=server", "-o", "json"], JSON.stringify(document));
}

test("--dry-run=server shows the agent and changes nothing: no pod, no Secret, no event", async () => {
  // What the webhook's own start still has to say is said when two looks are equal.
  let before: readonly string[] = [];
  await until("a quiet cluster", async () => {
    const last = before;
    before = await everything();
    return before.join() === last.join() ? true : undefined;
  });
  const shown = await dry(barePod({ name: "dry", namespace: place }));
  assert.ok(shown.ok, shown.stderr);
  assert.equal(agentOf(JSON.parse(shown.stdout) as Pod), "native");
  const refused = await dry(
    barePod({ name: "dry", namespace: place }, { annotations: { "pilotfish.dev/class": "guarded" } }),
  );
  assert.match(refused.stderr, /^Warning: .*class_not_allowed/m);
  assert.ok((await dry(deployment({ name: "dry", namespace: place }))).ok);
  // A pod that is really refused afterwards leaves an event: when that is there, an event of the dry run would be too.
  await apply(
    deployment(
      { name: "real", namespace: elsewhere },
      { ...wishes, annotations: { "pilotfish.dev/class": "guarded" } },
    ),
  );
  await until("the event of the real pod", async () =>
    (await everything()).some((line) => /^Event +e2e-kinds-2 /.test(line)) ? true : undefined,
  );
  await rolledOut(elsewhere, "deployment/real");
  const inPlace = (lines: readonly string[]) =>
    lines.filter((line) => !line.includes(elsewhere) && !/^Event +\S*system/.test(line));
  assert.deepEqual(inPlace(await everything()), inPlace(before));
});

describe("gets the agent once:", () => {
  const cases: readonly [kind: string, object: object, selector: string][] = [
    [
      "a StatefulSet's pod",
      {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: metadata("stateful"),
        spec: { serviceName: "stateful", ...selected("stateful", wishes) },
      },
      "app=stateful",
    ],
    [
      "a DaemonSet's pod",
      { apiVersion: "apps/v1", kind: "DaemonSet", metadata: metadata("daemon"), spec: selected("daemon", wishes) },
      "app=daemon",
    ],
    ["a Job's pod", job(metadata("once"), wishes), "job-name=once"],
    ["a bare pod", barePod(metadata("bare"), { ...wishes, labels: { app: "bare" } }), "app=bare"],
  ];
  for (const [kind, object, selector] of cases) {
    test(kind, async () => {
      assert.equal(await apply(object), "");
      await runsInjected(selector);
    });
  }

  test("a CronJob's pod, started by kubectl create job --from", async () => {
    const jobTemplate = { spec: { template: template({ ...wishes, restartPolicy: "Never" }) } };
    await apply({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: metadata("cron"),
      spec: { schedule: "0 0 1 1 *", jobTemplate },
    });
    await kubectl(["-n", place, "create", "job", "--from=cronjob/cron", "by-hand"]);
    await runsInjected("job-name=by-hand");
  });

  test("a pod that is named by generateName", async () => {
    const document = barePod({ name: "named-", namespace: place }, { ...wishes, labels: { app: "named" } });
    await kubectl(["create", "-f", "-"], JSON.stringify(document));
    const pod = await runsInjected("app=named");
    assert.match(pod.metadata.name, /^named-.{5}$/);
  });
});

async function runsInjected(selector: string): Promise<Pod> {
  const pod = await until(`the pod ${selector}`, async () => (await podsOf(place, selector))[0]);
  assert.equal(agentOf(pod), "native");
  return ready(place, pod.metadata.name);
}

test("a pod that has the agent, taken out with kubectl get and applied elsewhere, is not injected twice", async () => {
  await apply(barePod(metadata("copied"), wishes));
  const { metadata: of, status: _status, ...rest } = (await ready(place, "copied")) as Pod & { metadata: object };
  const { annotations } = of;
  const copy = { ...rest, metadata: { name: "copied", namespace: elsewhere, annotations } };
  assert.equal(await apply(copy), "");
  assert.equal(agentOf(await ready(elsewhere, "copied")), "native");
  assert.deepEqual((await podCalled(elsewhere, "copied")).spec.initContainers?.length, 1);
});
