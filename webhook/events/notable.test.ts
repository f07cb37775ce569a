import assert from "node:assert/strict";
import { test } from "node:test";
import { admit, type Outcome } from "../admission/admit.ts";
import { knownWith, reviewOf } from "../admission/test-known.ts";
import { notable } from "./notable.ts";

const containers = [{ name: "app", image: "app" }];
const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d", uid: "u1", controller: true };
type Metadata = Record<string, unknown>;

const admitted = async (metadata: Metadata, request: Metadata = {}, spec: Metadata = {}): Promise<Outcome> =>
  admit(reviewOf({ metadata, spec: { containers, ...spec } }, request), knownWith());

const wrong = { "pilotfish.dev/plugins": "statsdd" };
const yes = { "pilotfish.dev/inject": "true" };
const port = { containers: [{ name: "app", ports: [{ containerPort: 8125, protocol: "UDP" }] }] };

const cases: readonly [what: string, Metadata, request: Metadata, spec: Metadata, reason: string | undefined][] = [
  ["an injected pod", { name: "web" }, {}, {}, undefined],
  ["an unknown plugin", { name: "web", annotations: wrong }, {}, {}, "UnknownPlugin"],
  ["the same as a dry run", { name: "web", annotations: wrong }, { dryRun: true }, {}, undefined],
  [
    "a wish that is neither yes nor no",
    { name: "web", labels: { "pilotfish.dev/inject": "y" } },
    {},
    {},
    "InvalidAnnotation",
  ],
  ["a port that is taken", { name: "web" }, {}, port, "PortConflict"],
  ["the node's network, nobody asked", { name: "web" }, {}, { hostNetwork: true }, undefined],
  ["the node's network, the pod asked", { name: "web", labels: yes }, {}, { hostNetwork: true }, "HostNetwork"],
  ["a pod that says no", { name: "web", labels: { "pilotfish.dev/inject": "false" } }, {}, {}, undefined],
  ["an update", { name: "web", annotations: wrong }, { operation: "UPDATE" }, {}, undefined],
];
for (const [what, metadata, request, spec, reason] of cases) {
  test(`${what}: ${reason ?? "no event"}`, async () => {
    assert.equal(notable(await admitted(metadata, request, spec))?.reason, reason);
  });
}

const about: readonly [what: string, Metadata, expected: object][] = [
  ["the controller", { generateName: "web-5d-", ownerReferences: [controller] }, { kind: "ReplicaSet", uid: "u1" }],
  ["the pod, when it chose its name", { name: "web" }, { apiVersion: "v1", kind: "Pod", name: "web", uid: "" }],
  ["the namespace, when it did not", { generateName: "web-" }, { kind: "Namespace", name: "shop", uid: "" }],
];
for (const [what, metadata, expected] of about) {
  test(`about ${what}`, async () => {
    const event = notable(await admitted({ ...metadata, annotations: wrong }));
    assert.deepEqual({ ...event?.about, ...expected }, event?.about);
    assert.equal(event?.namespace, "shop");
    assert.match(event.note, /^pilotfish-agent was not added: .*statsdd.*did you mean/);
  });
}

test("a part that is left out is told with what was added", async () => {
  const note = notable(await admitted({ name: "web" }, {}, port))?.note ?? "";
  assert.match(note, /^pilotfish-agent added with socket_listener.*8125/);
});

test("a long message is cut to what an Event takes, between characters", async () => {
  const outcome = { ...(await admitted({ name: "web", annotations: wrong })), message: "ä".repeat(600) };
  const note = notable(outcome)?.note ?? "";
  assert.match(note, /^pilotfish-agent was not added: ä+…$/);
  assert.ok(Buffer.byteLength(note) <= 1000);
});
