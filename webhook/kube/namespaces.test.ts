import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { eventually, FakeApiServer, hastyClock, type FakeObject } from "./fake-api-server.ts";
import { ClusterNamespaces } from "./namespaces.ts";

const PATH = "/api/v1/namespaces";
const namespace = (name: string, labels: Record<string, string> = {}): FakeObject => ({ metadata: { name, labels } });

let api: FakeApiServer;
let namespaces: ClusterNamespaces;
const problems: string[] = [];
beforeEach(async () => {
  api = new FakeApiServer();
  await api.start();
  for (const name of ["a", "b", "c", "d", "e"]) api.put(PATH, namespace(name, { n: name }));
  problems.length = 0;
  namespaces = new ClusterNamespaces({
    config: api.config,
    clock: hastyClock,
    onProblem: (message) => problems.push(message),
  });
});
afterEach(async () => {
  namespaces.stop();
  await api.stop();
});

async function started(): Promise<void> {
  namespaces.start();
  await eventually(() => assert.equal(api.watchers, 1));
}

const label = (name: string): string | undefined => namespaces.get(name)?.labels["n"];

test("ready after the first list, however many pages it has", async () => {
  assert.equal(namespaces.ready, false);
  assert.equal(namespaces.get("a"), undefined);
  await started();
  assert.equal(namespaces.ready, true);
  assert.deepEqual(["a", "b", "c", "d", "e", "f"].map(label), ["a", "b", "c", "d", "e", undefined]);
  assert.equal(namespaces.get("a")?.labels["kubernetes.io/metadata.name"], "a");
  assert.equal(api.requests.filter((request) => !request.includes("watch=true")).length, 3);
});

test("follows what is added, changed and deleted", async () => {
  await started();
  api.put(PATH, namespace("f", { n: "new" }));
  api.put(PATH, namespace("a", { n: "changed" }));
  api.delete(PATH, "b");
  await eventually(() => assert.deepEqual(["f", "a", "b"].map(label), ["new", "changed", undefined]));
});

for (const how of ["end", "reset"] as const) {
  test(`a watch that is cut (${how}) goes on from where it was, without a new list`, async () => {
    await started();
    const event = api.put(PATH, namespace("f"));
    await eventually(() => assert.ok(namespaces.get("f")));
    const lists = api.requests.filter((request) => !request.includes("watch=true")).length;
    api.cutWatches(how);
    await eventually(() => assert.equal(api.watchers, 1));
    assert.equal(api.requests.filter((request) => !request.includes("watch=true")).length, lists);
    assert.match(api.requests.at(-1) ?? "", new RegExp(`resourceVersion=${event.metadata.resourceVersion}\\b`));
    api.put(PATH, namespace("g"));
    await eventually(() => assert.ok(namespaces.get("g")));
  });
}

for (const how of ["as an event", "as a status"] as const) {
  test(`410 Gone ${how} means a new list; what vanished meanwhile is forgotten`, async () => {
    await started();
    api.silently(() => api.delete(PATH, "c"));
    assert.ok(namespaces.get("c"));
    if (how === "as a status") {
      api.failNext(/watch=true/, 410);
      api.cutWatches("end");
    } else api.cutWatches("gone");
    await eventually(() => assert.equal(namespaces.get("c"), undefined));
    await eventually(() => assert.equal(api.watchers, 1));
    assert.equal(namespaces.ready, true);
    assert.deepEqual(problems, []);
  });
}

test("errors are told and tried again; what is known stays", async () => {
  api.failNext(/namespaces/, 403);
  api.failNext(/watch=true/, 500);
  await started();
  assert.match(problems.join("\n"), /cannot follow the namespaces: the API server answers 403 .*apply the roles/);
  assert.match(problems.join("\n"), /answers 500/);
  api.failNext(/watch=true/, 503);
  api.cutWatches("reset");
  await eventually(() => assert.equal(api.watchers, 1));
  assert.equal(label("a"), "a");
});

test("an API server that goes away and comes back is followed again", async () => {
  await started();
  await api.stop();
  await eventually(() =>
    assert.match(problems.join("\n"), /the API server does not answer .*ECONNREFUSED.*trying again/),
  );
  assert.equal(label("a"), "a", "what was known stays");
  await api.start();
  api.put(PATH, namespace("a", { n: "changed" }));
  await eventually(() => assert.equal(api.watchers, 1));
  api.put(PATH, namespace("b", { n: "changed" }));
  await eventually(() => assert.equal(label("b"), "changed"));
});

test("stop ends the watch, and nothing follows", async () => {
  await started();
  namespaces.stop();
  await eventually(() => assert.equal(api.watchers, 0));
  const count = api.requests.length;
  await new Promise((resolve) => hastyClock.after(5, () => hastyClock.after(5, () => resolve(undefined))));
  assert.equal(api.requests.length, count);
});
