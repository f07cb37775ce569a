import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { systemClock } from "../../certs/clock.ts";
import { CertificateKeeper } from "../../certs/keeper.ts";
import { DEFAULT_POLICY } from "../../certs/rotation.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { SecretStore } from "./secret-store.ts";

const SECRETS = "/api/v1/namespaces/pilotfish-system/secrets";
const NAME = "pilotfish-certificates";

let api: FakeApiServer;
let store: SecretStore;
beforeEach(async () => {
  api = new FakeApiServer();
  await api.start();
  store = new SecretStore(api.config, "pilotfish-system");
});
afterEach(() => api.stop());

test("empty, saved, loaded, and only over the version that was read", async () => {
  assert.equal(await store.load(), undefined);
  assert.equal(await store.save({ "tls.crt": "ä1" }, undefined), "saved");
  assert.equal(await store.save({ "tls.crt": "2" }, undefined), "conflict", "somebody created it");
  const first = await store.load();
  assert.deepEqual(first, { version: first?.version, entries: { "tls.crt": "ä1" } });
  const other = new SecretStore(api.config, "pilotfish-system");
  const seen = await other.load();
  assert.equal(await other.save({ "tls.crt": "3" }, seen?.version), "saved");
  assert.equal(await store.save({ "tls.crt": "4" }, first?.version), "conflict", "somebody was faster");
  const second = await store.load();
  assert.deepEqual(second, { version: second?.version, entries: { "tls.crt": "3" } });
  assert.equal(api.get(SECRETS, NAME)?.["type"], "Opaque");
});

test("a Secret deleted since it was read is a conflict", async () => {
  await store.save({ a: "1" }, undefined);
  const read = await store.load();
  api.delete(SECRETS, NAME);
  assert.equal(await store.save({ a: "2" }, read?.version), "conflict");
  assert.equal(await store.load(), undefined);
});

test("labels that others put on it survive", async () => {
  api.put(SECRETS, { metadata: { name: NAME, labels: { team: "platform" } }, data: {} });
  const read = await store.load();
  assert.equal(await store.save({ a: "1" }, read?.version), "saved");
  assert.deepEqual(api.get(SECRETS, NAME)?.metadata["labels"], { team: "platform" });
});

for (const [status, says] of [
  [
    403,
    /cannot read Secret pilotfish-system\/pilotfish-certificates: the API server answers 403 \(as the test wished\); apply the roles/,
  ],
  [500, /answers 500/],
] as const) {
  test(`a ${status} is a failure in one sentence`, async () => {
    api.failNext(/^GET/, status);
    await assert.rejects(store.load(), says);
  });
}

test("an API server that is away is named as such", async () => {
  const config = api.config;
  await api.stop();
  await assert.rejects(new SecretStore(config, "x").load(), /cannot read Secret x\/.*does not answer.*ECONNREFUSED/);
  await api.start();
});

test("three replicas that start at once end with the same certificate", async () => {
  const keepers = [1, 2, 3].map(
    () =>
      new CertificateKeeper({
        store: new SecretStore(api.config, "pilotfish-system"),
        policy: { ...DEFAULT_POLICY, dnsNames: ["localhost"], ipAddresses: [], authorityBits: 2048 },
        clock: systemClock,
        onProblem: (message) => assert.fail(message),
      }),
  );
  await Promise.all(keepers.map((keeper) => keeper.start()));
  for (const keeper of keepers) keeper.stop();
  assert.equal(new Set(keepers.map((keeper) => keeper.current?.certificate)).size, 1);
  assert.equal(api.requests.filter((request) => request.startsWith("POST")).length, 3, "all tried, one won");
  assert.equal(api.requests.filter((request) => request.startsWith("PUT")).length, 0);
});
