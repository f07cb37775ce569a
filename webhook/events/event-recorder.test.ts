// From what is to be said to the Event in the API server's stand-in: whose it is, how often it is said, what fails.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeldClock } from "../../certs/held-clock.ts";
import type { ObjectReference } from "../admission/admit.ts";
import { ClusterEvents } from "../kube/event-sink.ts";
import { eventually, FakeApiServer, type FakeObject } from "../kube/fake-api-server.ts";
import { EventRecorder, type EventResult } from "./event-recorder.ts";

const EVENTS = "/apis/events.k8s.io/v1/namespaces/shop/events";
const START_MS = Date.UTC(2030, 0, 1);

let api: FakeApiServer;
let clock: HeldClock;
let counts: Partial<Record<EventResult, number>>;
let problems: string[];
beforeEach(async () => {
  api = new FakeApiServer();
  await api.start();
  clock = new HeldClock(START_MS);
  counts = {};
  problems = [];
});
afterEach(() => api.stop());

function recorder(instance = "one"): EventRecorder {
  return new EventRecorder({
    sink: new ClusterEvents({ config: api.config, clock, instance }),
    clock,
    count: (result) => (counts[result] = (counts[result] ?? 0) + 1),
    onProblem: (error) => problems.push(String(error)),
  });
}

const reference = (kind: string, name: string, apiVersion = "apps/v1"): ObjectReference => ({
  apiVersion,
  kind,
  name,
  uid: `uid-${name}`,
});
const event = (about: ObjectReference, note = "no such plugin; correct it", namespace = "shop") => ({
  namespace,
  reason: "UnknownPlugin",
  note,
  about,
});
const sent = (): FakeObject[] => api.all(EVENTS);
const said = (expected: typeof counts): Promise<void> => eventually(() => assert.deepEqual(counts, expected));

/** An object that another one controls. */
function put(group: string, plural: string, name: string, owner?: ObjectReference): void {
  const ownerReferences = owner === undefined ? [] : [{ ...owner, controller: true }];
  api.put(`/apis/${group}/v1/namespaces/shop/${plural}`, { metadata: { name, uid: `uid-${name}`, ownerReferences } });
}

test("the whole Event", async () => {
  recorder().tell(event(reference("StatefulSet", "db")));
  await said({ sent: 1 });
  const [{ metadata, ...rest } = { metadata: { name: "" } }] = sent();
  assert.match(metadata.name, /^db\.[0-9a-f]{16}$/);
  assert.deepEqual(rest, {
    eventTime: "2030-01-01T00:00:00.000000Z",
    type: "Warning",
    reason: "UnknownPlugin",
    note: "no such plugin; correct it",
    action: "Inject",
    regarding: { apiVersion: "apps/v1", kind: "StatefulSet", name: "db", namespace: "shop", uid: "uid-db" },
    reportingController: "pilotfish.dev/webhook",
    reportingInstance: "one",
  });
});

const walks: readonly [what: string, () => ObjectReference, top: string, gets: number][] = [
  [
    "ReplicaSet -> Deployment",
    () => {
      put("apps", "replicasets", "web-5d", reference("Deployment", "web"));
      return reference("ReplicaSet", "web-5d");
    },
    "Deployment/web",
    1,
  ],
  [
    "ReplicaSet -> whatever owns it",
    () => {
      put("apps", "replicasets", "web-5d", reference("Rollout", "web", "argoproj.io/v1alpha1"));
      return reference("ReplicaSet", "web-5d");
    },
    "Rollout/web",
    1,
  ],
  [
    "a ReplicaSet of its own",
    () => {
      put("apps", "replicasets", "web");
      return reference("ReplicaSet", "web");
    },
    "ReplicaSet/web",
    1,
  ],
  [
    "Job -> CronJob",
    () => {
      put("batch", "jobs", "nightly-1", reference("CronJob", "nightly", "batch/v1"));
      return reference("Job", "nightly-1", "batch/v1");
    },
    "CronJob/nightly",
    1,
  ],
  ["a Job that is gone", () => reference("Job", "gone", "batch/v1"), "Job/gone", 1],
  ["a DaemonSet, which nobody owns", () => reference("DaemonSet", "log"), "DaemonSet/log", 0],
  [
    "a ReplicaSet of that name that is another one by now",
    () => {
      put("apps", "replicasets", "web-5d", reference("Deployment", "web"));
      return { ...reference("ReplicaSet", "web-5d"), uid: "an older one" };
    },
    "ReplicaSet/web-5d",
    1,
  ],
];
for (const [what, prepare, top, gets] of walks) {
  test(`on the top owner: ${what}`, async () => {
    const telling = recorder();
    const about = prepare();
    telling.tell(event(about));
    telling.tell(event(about, "something else"));
    await said({ sent: 2 });
    const tops = sent().map((each) => each["regarding"] as ObjectReference);
    assert.deepEqual(
      tops.map(({ kind, name }) => `${kind}/${name}`),
      [top, top],
    );
    assert.equal(api.requests.filter((request) => request.startsWith("GET")).length, gets, "remembered");
  });
}

test("an owner that cannot be read now is asked for again next time", async () => {
  put("apps", "replicasets", "web-5d", reference("Deployment", "web"));
  api.failNext(/replicasets/, 500);
  const telling = recorder();
  telling.tell(event(reference("ReplicaSet", "web-5d")));
  telling.tell(event(reference("ReplicaSet", "web-5d")));
  await said({ sent: 2 });
  const kinds = sent().map((each) => (each["regarding"] as ObjectReference).kind);
  assert.deepEqual(kinds, ["ReplicaSet", "Deployment"]);
});

test("the same about the same owner is said once in ten minutes, whichever pod it was", async () => {
  const telling = recorder();
  for (const name of ["web-1", "web-2"]) {
    put("apps", "replicasets", name, reference("Deployment", "web"));
    for (let pod = 0; pod < 3; pod += 1) telling.tell(event(reference("ReplicaSet", name)));
  }
  await said({ sent: 1, repeated: 5 });
  clock.advance(599_999);
  telling.tell(event(reference("Deployment", "web")));
  await said({ sent: 1, repeated: 6 });
  clock.advance(1);
  telling.tell(event(reference("Deployment", "web")));
  await said({ sent: 2, repeated: 6 });
});

test("of two replicas one is heard", async () => {
  for (const instance of ["one", "two"]) recorder(instance).tell(event(reference("DaemonSet", "log")));
  await said({ sent: 1, repeated: 1 });
  assert.equal(sent().length, 1);
});

test("a namespace that goes wrong in many ways is limited, and takes nobody else's share", async () => {
  const telling = recorder();
  for (let way = 0; way < 25; way += 1) telling.tell(event(reference("DaemonSet", "log"), `way ${way}`));
  telling.tell(event(reference("DaemonSet", "log"), "other", "other"));
  await said({ sent: 21, limited: 5 });
  clock.advance(15_000);
  for (const way of ["a", "b"]) telling.tell(event(reference("DaemonSet", "log"), way));
  await said({ sent: 22, limited: 6 });
});

test("more than 200 that wait are dropped and counted, at once and without an exception", async () => {
  const telling = recorder();
  for (let index = 0; index < 250; index += 1) telling.tell(event(reference("DaemonSet", "log")));
  assert.equal(counts.dropped, 49, "one is being sent");
  await said({ sent: 1, repeated: 200, dropped: 49 });
});

test("a failure is counted and told; the next time it is tried again", async () => {
  api.failNext(/^POST/, 403);
  const telling = recorder();
  telling.tell(event(reference("DaemonSet", "log")));
  telling.tell(event(reference("DaemonSet", "log")));
  await said({ failed: 1, sent: 1 });
  assert.match(
    problems.join(),
    /cannot create an Event in namespace shop: the API server answers 403.*apply the roles/,
  );
});

test("after stop nothing is sent", async () => {
  const telling = recorder();
  telling.tell(event(reference("DaemonSet", "log")));
  telling.tell(event(reference("DaemonSet", "log"), "waits"));
  telling.stop();
  telling.tell(event(reference("DaemonSet", "log"), "late"));
  await said({ sent: 1 });
  assert.equal(clock.nextInMs(), undefined);
});
