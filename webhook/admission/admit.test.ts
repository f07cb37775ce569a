import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../inject/json.ts";
import { admit } from "./admit.ts";
import { knownWith, reviewOf } from "./test-known.ts";

const POD = { metadata: { generateName: "web-" }, spec: { containers: [{ name: "app" }] } };

const UNANSWERABLE: readonly (readonly [name: string, body: unknown, status: number])[] = [
  ["nothing", undefined, 400],
  ["null", null, 400],
  ["a list", [], 400],
  ["a text", "AdmissionReview", 400],
  ["an empty object", {}, 422],
  ["another kind", { apiVersion: "admission.k8s.io/v1", kind: "ConversionReview", request: { uid: "1" } }, 422],
  ["v1beta1", { apiVersion: "admission.k8s.io/v1beta1", kind: "AdmissionReview", request: { uid: "1" } }, 422],
  ["no request", { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" }, 422],
  ["a request that is a list", { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: [] }, 422],
  ["no uid", reviewOf(POD, { uid: "" }), 422],
  ["a number as uid", reviewOf(POD, { uid: 7 }), 422],
];

for (const [name, body, status] of UNANSWERABLE) {
  test(`${name} cannot be answered: ${status} with error and remedy`, async () => {
    const outcome = await admit(body, knownWith());
    assert.equal(outcome.status, status);
    assert.equal(outcome.reason, undefined);
    assert.deepEqual(Object.keys(outcome.body), ["error", "remedy"]);
  });
}

const UNSUPPORTED: readonly (readonly [name: string, object: unknown, request: Record<string, unknown>])[] = [
  ["UPDATE", POD, { operation: "UPDATE" }],
  ["DELETE without an object", null, { operation: "DELETE" }],
  ["a Deployment", { spec: {} }, { kind: { group: "apps", version: "v1", kind: "Deployment" } }],
  ["a Pod of another group", POD, { kind: { group: "example.org", version: "v1", kind: "Pod" } }],
  ["a sub-resource", POD, { subResource: "ephemeralcontainers" }],
  ["no kind", POD, { kind: undefined }],
  ["no object", null, {}],
  ["a pod that is a list", [], {}],
  ["spec null", { spec: null }, {}],
  ["containers a text", { spec: { containers: "x" } }, {}],
  ["volumes an object", { spec: { containers: [], volumes: {} } }, {}],
  ["init containers a number", { spec: { containers: [], initContainers: 3 } }, {}],
  ["metadata a list", { metadata: [], spec: { containers: [] } }, {}],
  ["annotations a text", { metadata: { annotations: "x" }, spec: { containers: [] } }, {}],
];

for (const [name, object, request] of UNSUPPORTED) {
  test(`${name} is allowed as it is: unsupported_object`, async () => {
    const outcome = await admit(reviewOf(object, request), knownWith());
    assert.equal(outcome.status, 200);
    assert.equal(outcome.reason, "unsupported_object");
    assert.equal(at(outcome.body, "response", "allowed"), true);
    assert.equal(at(outcome.body, "response", "patch"), undefined);
  });
}

test("a pod of telegraf-operator's users is told that its annotations are not read", async () => {
  const annotations = { "telegraf.influxdata.com/class": "app" };
  const facts = { namespace: () => ({ labels: {}, annotations: {} }) };
  const outcome = await admit(reviewOf({ ...POD, metadata: { annotations } }), { ...knownWith(), ...facts });
  assert.equal(outcome.reason, "not_selected");
  assert.match(outcome.warnings.join(" "), /telegraf\.influxdata\.com\/… annotations are not read by this version/);
  const plain = await admit(reviewOf(POD), { ...knownWith(), ...facts });
  assert.deepEqual([plain.reason, plain.warnings], ["not_selected", []]);
});

for (const [what, request, says] of [
  ["an update", { operation: "UPDATE" }, /^pilotfish: UPDATE of v1 Pod: only the creation of pods is changed/],
  [
    "another kind",
    { kind: { group: "apps", version: "v1", kind: "Deployment" } },
    /CREATE of apps\/v1 Deployment: only/,
  ],
  ["a sub-resource", { subResource: "eviction" }, /CREATE of v1 Pod\/eviction: only/],
  ["a long kind", { kind: { group: "x".repeat(300), version: "v1", kind: "Pod" } }, /^pilotfish: CREATE of xxx/],
] as const) {
  test(`${what} is allowed with a warning that names it and the remedy`, async () => {
    const { body, misdirected } = await admit(reviewOf(POD, request), knownWith());
    const warnings = at(body, "response", "warnings") as readonly string[];
    assert.match(String(warnings[0]), says);
    assert.match(String(warnings.at(-1)), /rules select CREATE of pods only/);
    assert.ok(warnings.every(({ length }) => length <= 120));
    assert.equal(misdirected, true);
  });
}

test("the answer carries the uid, the patch and the reason for the audit log", async () => {
  const outcome = await admit(reviewOf(POD), knownWith());
  assert.equal(outcome.reason, "injected");
  const response = at(outcome.body, "response") as Record<string, unknown>;
  assert.deepEqual(Object.keys(response), ["uid", "allowed", "patchType", "patch", "auditAnnotations"]);
  assert.equal(response["uid"], "u-1");
  assert.equal(response["patchType"], "JSONPatch");
  assert.deepEqual(response["auditAnnotations"], { reason: "injected" });
});

test("the pod is named with its namespace and its controller", async () => {
  const ownerReferences = [
    { kind: "Thing", name: "t" },
    { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d", uid: "u1", controller: true },
  ];
  const outcome = await admit(reviewOf({ ...POD, metadata: { ...POD.metadata, ownerReferences } }), knownWith());
  const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d", uid: "u1" };
  assert.deepEqual(outcome.pod, { namespace: "shop", name: "web-*", owner: "ReplicaSet/web-5d", controller });
});

test("a dry run is told as such, and decided alike", async () => {
  const outcome = await admit(reviewOf(POD, { dryRun: true }), knownWith());
  assert.equal(outcome.dryRun, true);
  assert.equal(outcome.injected, true);
});

test("a failure lets the pod pass, with the uid", async () => {
  const known = knownWith({
    namespace: () => {
      throw new Error("the cache is gone");
    },
  });
  const outcome = await admit(reviewOf(POD), known);
  assert.equal(outcome.reason, "internal_error");
  assert.match(outcome.message, /the cache is gone/);
  assert.equal(at(outcome.body, "response", "uid"), "u-1");
  assert.equal(at(outcome.body, "response", "allowed"), true);
});

test("a namespace that is not seen yet counts as labelled: the API server chose to ask", async () => {
  assert.equal((await admit(reviewOf(POD), knownWith({ namespace: () => undefined }))).reason, "injected");
  const empty = { labels: {}, annotations: {} };
  assert.equal((await admit(reviewOf(POD), knownWith({ namespace: () => empty }))).reason, "not_selected");
});

async function seat(nativeSidecars: boolean): Promise<string> {
  const { body } = await admit(reviewOf(POD), knownWith({ nativeSidecars }));
  const patch = Buffer.from(String(at(body, "response", "patch")), "base64").toString();
  return patch.includes('"/spec/initContainers"') ? "native" : patch.includes('"/spec/containers/-"') ? "classic" : "?";
}

test("auto is what the kubelets can do", async () => {
  assert.equal(await seat(true), "native");
  assert.equal(await seat(false), "classic");
});

test("a config beyond the annotations' limit is refused", async () => {
  const annotations = { "pilotfish.dev/inputs": `[[inputs.mem]]\nname_prefix = "${"x".repeat(200_000)}"` };
  const outcome = await admit(reviewOf({ ...POD, metadata: { annotations } }), knownWith());
  assert.equal(outcome.reason, "config_too_large");
  assert.equal(outcome.injected, false);
});
