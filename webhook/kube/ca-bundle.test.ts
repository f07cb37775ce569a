import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { CaBundle } from "./ca-bundle.ts";
import { eventually, FakeApiServer, hastyClock, type FakeObject } from "./fake-api-server.ts";

const PATH = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;
const encode = (text: string): string => Buffer.from(text).toString("base64");

let api: FakeApiServer;
let bundle: CaBundle;
let refreshed = 0;
let refresh = (): void => undefined;
const problems: string[] = [];
const writes: string[] = [];

beforeEach(async () => {
  api = new FakeApiServer();
  await api.start();
  api.put(PATH, { metadata: { name: "another" }, webhooks: [{ name: "x.pilotfish.dev", clientConfig: {} }] });
  problems.length = writes.length = refreshed = 0;
  refresh = () => undefined;
  bundle = new CaBundle({
    config: api.config,
    clock: hastyClock,
    name: "pilotfish",
    refresh: () => {
      refreshed += 1;
      refresh();
      return Promise.resolve();
    },
    onWrite: (message) => writes.push(message),
    onProblem: (message) => problems.push(message),
  });
});
afterEach(async () => {
  bundle.stop();
  await api.stop();
});

function configure(...names: string[]): FakeObject {
  const webhooks = names.map((name) => ({
    name,
    clientConfig: { service: { name: "pilotfish" } },
    newField: { of: "2027" },
  }));
  return api.put(PATH, { metadata: { name: "pilotfish" }, webhooks });
}

interface Entry {
  readonly name: string;
  readonly clientConfig: { readonly caBundle?: string; readonly service?: object };
}
const entries = (name = "pilotfish"): Entry[] => (api.get(PATH, name)?.["webhooks"] ?? []) as Entry[];
const bundles = (name?: string): string[] =>
  entries(name).map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? "", "base64").toString());

test("is put into our own entries and nowhere else", async () => {
  configure("namespace.pilotfish.dev", "injector.example.com", "pod.pilotfish.dev");
  bundle.start();
  assert.equal(bundle.inPlace, false);
  bundle.want(pem("A"));
  await eventually(() => assert.equal(bundle.inPlace, true));
  assert.deepEqual(bundles(), [pem("A"), "", pem("A")]);
  assert.deepEqual(bundles("another"), [""]);
  assert.deepEqual(entries()[0], {
    name: "namespace.pilotfish.dev",
    clientConfig: { service: { name: "pilotfish" }, caBundle: encode(pem("A")) },
    newField: { of: "2027" },
  });
  assert.equal(writes.length, 1);
});

test("follows a rotation", async () => {
  configure("pod.pilotfish.dev");
  bundle.start();
  for (const wanted of [pem("A"), pem("A") + pem("B"), pem("B")]) {
    bundle.want(wanted);
    assert.equal(bundle.inPlace, false, "not told yet");
    assert.equal(bundle.wasInPlace, wanted !== pem("A"), "but an earlier one was");
    await eventually(() => assert.deepEqual(bundles(), [wanted]));
    await eventually(() => assert.equal(bundle.inPlace, true));
    assert.equal(bundle.wasInPlace, true);
  }
});

test("drift is repaired, after a look whether we are behind", async () => {
  configure("pod.pilotfish.dev");
  bundle.start();
  bundle.want(pem("A"));
  await eventually(() => assert.equal(bundle.inPlace, true));
  assert.equal(refreshed, 0, "an empty caBundle is nobody's");
  configure("pod.pilotfish.dev");
  await eventually(() => assert.deepEqual(bundles(), [pem("A")]));
  // Another replica rotated: our own look into the store finds its bundle, and there is nothing to repair.
  refresh = () => bundle.want(pem("A") + pem("B"));
  api.put(PATH, {
    metadata: { name: "pilotfish" },
    webhooks: [{ name: "pod.pilotfish.dev", clientConfig: { caBundle: encode(pem("B") + pem("A")) } }],
  });
  await eventually(() => assert.equal(refreshed, 1));
  await eventually(() => assert.equal(bundle.inPlace, true));
  assert.deepEqual(bundles(), [pem("B") + pem("A")], "in whatever order");
});

test("is put into a configuration that comes later, or comes back", async () => {
  bundle.start();
  bundle.want(pem("A"));
  await eventually(() => assert.match(problems.join(), /no MutatingWebhookConfiguration pilotfish.*apply manifests/));
  await eventually(() => assert.equal(api.watchers, 1));
  configure("pod.pilotfish.dev");
  await eventually(() => assert.deepEqual(bundles(), [pem("A")]));
  api.delete(PATH, "pilotfish");
  await eventually(() => assert.equal(bundle.inPlace, false));
  configure("pod.pilotfish.dev");
  await eventually(() => assert.deepEqual(bundles(), [pem("A")]));
});

test("a configuration without our entries is a problem, not a success", async () => {
  configure("injector.example.com");
  bundle.start();
  bundle.want(pem("A"));
  await eventually(() => assert.match(problems.join(), /no entry named \*\.pilotfish\.dev/));
  assert.equal(bundle.inPlace, false);
});

test("a write that fails is told and tried again", async () => {
  configure("pod.pilotfish.dev");
  api.failNext(/^PATCH/, 403);
  api.failNext(/^PATCH/, 409);
  bundle.start();
  bundle.want(pem("A"));
  await eventually(() => assert.deepEqual(bundles(), [pem("A")]));
  assert.match(problems.join("\n"), /cannot set the caBundle.*403.*apply the roles[^]*409/);
});

test("entries that moved since we looked are not written over", async () => {
  configure("pod.pilotfish.dev", "injector.example.com");
  bundle.start();
  await eventually(() => assert.equal(api.watchers, 1));
  api.silently(() => configure("injector.example.com", "pod.pilotfish.dev"));
  bundle.want(pem("A"));
  await eventually(() => assert.match(problems.join(), /422/));
  assert.deepEqual(bundles(), ["", ""]);
  api.cutWatches("gone");
  await eventually(() => assert.deepEqual(bundles(), ["", pem("A")]));
});
