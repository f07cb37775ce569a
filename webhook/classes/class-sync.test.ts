// Copies of the classes in the namespaces, with replicas beside a stand-in of the API server.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { eventually, FakeApiServer, type FakeObject } from "../kube/fake-api-server.ts";
import type { RawServeOptions } from "../serve-options.ts";
import { OWN, startReplica, type Replica } from "../test-replica.ts";

const NAME = "pilotfish-classes";
const NAMESPACES = "/api/v1/namespaces";
const ON = { "pilotfish.dev/injection": "enabled" };
const OURS = { "app.kubernetes.io/managed-by": "pilotfish" };

let api: FakeApiServer;
let replicas: Replica[];
beforeEach(async () => {
  api = new FakeApiServer();
  await api.start();
  replicas = [];
  source({ default: output("one"), prod: output("two") });
  settings("{}");
  namespace("shop", ON);
  namespace("elsewhere", {});
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await api.stop();
  const all = replicas.map((replica) => replica.log()).join("");
  assert.doesNotMatch(all, /hunter2|aHVudGVyM|stdout/, "no content in any log");
});

/** A class whose text holds a secret. */
function output(text: string): string {
  return `# ${text} hunter2\n[[outputs.file]]\n  files = ["stdout"]\n`;
}

const secrets = (of: string): string => `/api/v1/namespaces/${of}/secrets`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const textsOf = (object: FakeObject | undefined): Record<string, string> | undefined =>
  object && Object.fromEntries(Object.entries(object["data"] as object).map(([k, v]) => [k, atob(v as string)]));
const copy = (of: string): Record<string, string> | undefined => textsOf(api.get(secrets(of), NAME));

function source(texts: Record<string, string>): FakeObject {
  const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, base64(text)]));
  return api.put(secrets(OWN), { metadata: { name: NAME }, data });
}
function settings(text: string): FakeObject {
  return api.put(`/api/v1/namespaces/${OWN}/configmaps`, {
    metadata: { name: "pilotfish" },
    data: { "config.yaml": text },
  });
}
function namespace(name: string, labels: Record<string, string>): void {
  api.put(NAMESPACES, { metadata: { name, labels } });
}
async function start(options: RawServeOptions = {}): Promise<Replica> {
  const replica = await startReplica(api, options);
  replicas.push(replica);
  return replica;
}
/** Nothing is left to do, and nothing new came in meanwhile. */
async function quiet(replica: Replica): Promise<void> {
  await eventually(() => assert.ok(replica.classes.ready && replica.knowledge.copySources() !== undefined));
  const queue = async (): Promise<number | undefined> => (await replica.metrics.classCopyQueue.get()).values[0]?.value;
  let calm = 0;
  await eventually(async () => {
    calm = (await queue()) === 0 ? calm + 1 : 0;
    assert.ok(calm >= 5, "the queue becomes empty and stays so");
  });
}
const writes = (): string[] => api.requests.filter((request) => /^(POST|PUT) .*secrets/.test(request));
const count = async (replica: Replica, name: "classCopies" | "classCopyWrites"): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await replica.metrics[name].get()).values.map(({ labels, value }) => [Object.values(labels).join(), value]),
  );

test("a labelled namespace gets the classes, one key each, marked as ours; others get nothing", async () => {
  source({ "default.toml": output("one"), prod: output("two") });
  namespace(OWN, ON);
  namespace("kube-system", ON);
  const replica = await start();
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("one"), prod: output("two") }));
  const { metadata, type } = api.get(secrets("shop"), NAME) as FakeObject & { type: string };
  assert.equal(type, "Opaque");
  assert.deepEqual(metadata["labels"], { "app.kubernetes.io/name": "pilotfish", ...OURS });
  const [classes, config] = [secrets(OWN), `/api/v1/namespaces/${OWN}/configmaps`].map(
    (path, index) => api.get(path, index === 0 ? NAME : "pilotfish")?.metadata.resourceVersion,
  );
  assert.deepEqual(metadata["annotations"], { "pilotfish.dev/source": `classes=${classes} settings=${config}` });
  await quiet(replica);
  assert.deepEqual(writes(), ["POST /api/v1/namespaces/shop/secrets"]);
  assert.deepEqual(await count(replica, "classCopies"), { synced: 1, pending: 0 });
  assert.deepEqual(await count(replica, "classCopyWrites"), { created: 1 });
  assert.ok(((await replica.metrics.classCopySuccess.get()).values[0]?.value ?? 0) > 1e9);
  assert.match(replica.log(), /"namespace":"shop","classes":\["default","prod"\],"msg":"copy of the classes created"/);
});

test("an edit reaches the copies; what others put on them survives", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  const old = api.get(secrets("shop"), NAME) as FakeObject;
  const annotations = { ...(old.metadata["annotations"] as object), team: "x" };
  api.put(secrets("shop"), { ...old, metadata: { ...old.metadata, annotations } });
  source({ prod: output("three") });
  await eventually(() => assert.deepEqual(copy("shop"), { prod: output("three") }));
  const { metadata } = api.get(secrets("shop"), NAME) as FakeObject;
  assert.equal((metadata["annotations"] as Record<string, string>)["team"], "x");
  await quiet(replica);
  assert.equal(writes().length, 2);
});

test("an edit that changes nothing for a namespace writes nothing there", async () => {
  settings("classes: {prod: {namespaces: {matchLabels: {team: a}}}}");
  const replica = await start();
  await eventually(() => assert.deepEqual(Object.keys(copy("shop") ?? {}), ["default"]));
  source({ default: output("one"), prod: output("other") });
  await eventually(() => assert.match(replica.knowledge.classes().classes.get("prod")?.text ?? "", /other/));
  await quiet(replica);
  assert.equal(writes().length, 1);
});

test("who may use a class: the settings and the namespace's labels, both followed; nothing left is an empty Secret", async () => {
  const replica = await start();
  await eventually(() => assert.deepEqual(Object.keys(copy("shop") ?? {}), ["default", "prod"]));
  settings("classes: {prod: {namespaces: {matchLabels: {team: a}}}}");
  await eventually(() => assert.deepEqual(Object.keys(copy("shop") ?? {}), ["default"]));
  namespace("shop", { ...ON, team: "a" });
  await eventually(() => assert.deepEqual(Object.keys(copy("shop") ?? {}), ["default", "prod"]));
  settings("classes: {prod: {namespaces: {matchLabels: {x: y}}}, default: {namespaces: {matchLabels: {x: y}}}}");
  await eventually(() => assert.deepEqual(copy("shop"), {}));
  await quiet(replica);
  assert.deepEqual(await count(replica, "classCopies"), { synced: 1, pending: 0 });
});

test("a namespace that loses its label keeps its copy, and the copy follows; a new one stays without", async () => {
  await start();
  await eventually(() => assert.ok(copy("shop")));
  namespace("shop", {});
  source({ default: output("later") });
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("later") }));
  assert.equal(copy("elsewhere"), undefined);
});

test("a label that comes later is seen", async () => {
  await start();
  await eventually(() => assert.ok(copy("shop")));
  namespace("elsewhere", ON);
  await eventually(() => assert.ok(copy("elsewhere")));
});

test("a pod injected elsewhere brings its namespace a copy; a dry run, or a pod that stays as it is, does not", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  replica.answered({ dryRun: true });
  replica.answered({ injected: false, reason: "not_selected" });
  replica.answered({ pod: { namespace: "kube-system", name: "x", owner: "" } });
  await quiet(replica);
  assert.equal(writes().length, 1);
  replica.answered({});
  await eventually(() => assert.ok(copy("elsewhere")));
  replica.answered({});
  await quiet(replica);
  assert.equal(writes().length, 2);
});

test("a copy that somebody deletes or damages is put right", async () => {
  await start();
  await eventually(() => assert.ok(copy("shop")));
  api.delete(secrets("shop"), NAME);
  await eventually(() => assert.ok(copy("shop")));
  const damaged = api.get(secrets("shop"), NAME) as FakeObject;
  api.put(secrets("shop"), { ...damaged, data: { default: base64("x") } });
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("one"), prod: output("two") }));
});

test("a Secret of that name that is not ours is left alone and told once; without it the copy comes", async () => {
  api.put(secrets("shop"), { metadata: { name: NAME }, data: { mine: base64("m") } });
  const replica = await start();
  await quiet(replica);
  source({ default: output("other") });
  await eventually(() => assert.match(replica.knowledge.classes().classes.get("default")?.text ?? "", /other/));
  await quiet(replica);
  assert.deepEqual(copy("shop"), { mine: "m" });
  assert.deepEqual(writes(), []);
  assert.equal(replica.log().split("is not ours").length, 2);
  assert.deepEqual(await count(replica, "classCopies"), { foreign: 1 });
  const events = api.requests.filter((request) => request.includes("/events"));
  assert.deepEqual(events, ["POST /apis/events.k8s.io/v1/namespaces/shop/events"]);
  api.delete(secrets("shop"), NAME);
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("other") }));
});

test("a broken class keeps its last good text, in the copies of a replica that never saw it too", async () => {
  const first = await start();
  await eventually(() => assert.ok(copy("shop")));
  source({ default: "[[outputs.fil]]\n  password = 'hunter2'\n", prod: output("new") });
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("one"), prod: output("new") }));
  await first.stop();
  const second = await start();
  await quiet(second);
  source({ default: "[[outputs.fil]]\n", prod: output("newer") });
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("one"), prod: output("newer") }));
});

test("no Secret with classes: nothing is written; deleted later: the copies stay", async () => {
  api.delete(secrets(OWN), NAME);
  const replica = await start();
  await eventually(() => assert.equal(replica.knowledge.classesReady(), true));
  await eventually(() => assert.equal(api.watchers, 3));
  assert.equal(replica.knowledge.classes().known, true);
  assert.deepEqual(writes(), []);
  source({ default: output("one") });
  await eventually(() => assert.ok(copy("shop")));
  api.delete(secrets(OWN), NAME);
  await eventually(() =>
    assert.match(replica.log(), /Secret pilotfish-classes cannot be used: there is no such Secret: create/),
  );
  await quiet(replica);
  assert.deepEqual(copy("shop"), { default: output("one") });
  assert.ok(replica.knowledge.classes().classes.has("default"));
});

test("without settings nothing is handed out: they may say who may not use a class", async () => {
  api.delete(`/api/v1/namespaces/${OWN}/configmaps`, "pilotfish");
  const replica = await start();
  await eventually(() => assert.match(replica.log(), /settings in ConfigMap pilotfish cannot be used/));
  await eventually(() => assert.equal(replica.knowledge.classesReady(), true));
  assert.equal(replica.knowledge.settingsReady(), false);
  assert.deepEqual(writes(), []);
  await eventually(() => assert.equal(api.watchers, 3));
  settings("{}");
  await eventually(() => assert.ok(copy("shop")));
});

test("classes and settings from files, when they are named: no versions, the same copies", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "pilotfish-sync-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, "classes"));
  await writeFile(join(root, "classes/mine.toml"), output("file"));
  await writeFile(join(root, "config.yaml"), "{}");
  await start({ classes: join(root, "classes"), config: join(root, "config.yaml") });
  await eventually(() => assert.deepEqual(copy("shop"), { mine: output("file") }));
  const { metadata } = api.get(secrets("shop"), NAME) as FakeObject;
  assert.deepEqual(metadata["annotations"], { "pilotfish.dev/source": "classes= settings=" });
});

test("a replica that ends brings the class to a pod that was injected a moment ago", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  replica.answered({});
  await replica.stop();
  assert.ok(copy("elsewhere"));
});

test("two replicas write once each change, whoever is first", async () => {
  const both = [await start(), await start()];
  await eventually(() => assert.ok(copy("shop")));
  for (const text of ["a", "b", "c"]) {
    source({ default: output(text) });
    await eventually(() => assert.deepEqual(copy("shop"), { default: output(text) }));
  }
  for (const replica of both) await quiet(replica);
  const won = await Promise.all(both.map((replica) => count(replica, "classCopyWrites")));
  const sum = won.flatMap(({ created = 0, updated = 0 }) => [created, updated]).reduce((a, b) => a + b, 0);
  assert.equal(sum, 4);
  assert.equal(
    won.reduce((failed, each) => failed + (each["failed"] ?? 0), 0),
    0,
  );
});

/** As another replica would leave it. */
function stamped(stamp: string, text: string): void {
  const metadata = { name: NAME, labels: OURS, annotations: { "pilotfish.dev/source": stamp } };
  api.put(secrets("shop"), { metadata, data: { default: base64(text) } });
}

test("a replica that is behind never writes older content, and catches up", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  await eventually(() => assert.equal(api.watchers, 3));
  await quiet(replica);
  let newest = "";
  api.silently(() => {
    newest = source({ default: output("new") }).metadata.resourceVersion ?? "";
  });
  stamped(`classes=${newest} settings=1`, output("new"));
  await eventually(() => assert.match(replica.log(), /newer than what this replica has seen/));
  await eventually(async () => assert.deepEqual(await count(replica, "classCopies"), { synced: 0, pending: 1 }));
  assert.deepEqual(copy("shop"), { default: output("new") });
  api.cutWatches("gone");
  await eventually(async () => assert.deepEqual(await count(replica, "classCopies"), { synced: 1, pending: 0 }));
  assert.equal(writes().length, 1);
});

test("a stamp that no source of this cluster ever had, from a backup, does not hold the copy up for ever", async () => {
  stamped("classes=999999999999999999999 settings=1", "old");
  await start();
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("one"), prod: output("two") }));
});

for (const how of ["end", "reset", "gone"] as const) {
  test(`watches that are cut (${how}) are taken up again, and nothing is missed`, async () => {
    const replica = await start();
    await eventually(() => assert.ok(copy("shop")));
    await eventually(() => assert.equal(api.watchers, 3));
    if (how === "gone") {
      api.silently(() => {
        source({ default: output("new") });
        api.delete(secrets("shop"), NAME);
      });
    }
    api.cutWatches(how);
    if (how !== "gone") {
      await eventually(() => assert.equal(api.watchers, 3));
      source({ default: output("new") });
    }
    await eventually(() => assert.deepEqual(copy("shop"), { default: output("new") }));
    await quiet(replica);
  });
}

test("a copy that vanished while nobody watched is missed at the next list", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  await eventually(() => assert.equal(api.watchers, 3));
  await quiet(replica);
  api.silently(() => api.delete(secrets("shop"), NAME));
  api.cutWatches("gone", /secrets$/);
  await eventually(() => assert.ok(copy("shop")));
});

test("who keeps changing a copy is answered once a second, not at once", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  await eventually(() => assert.equal(api.watchers, 3));
  const startMs = replica.clock.nowMs();
  for (let times = 0; times < 5; times += 1) {
    const own = api.get(secrets("shop"), NAME) as FakeObject;
    api.put(secrets("shop"), { ...own, data: {} });
    await eventually(() => assert.notDeepEqual(copy("shop"), {}));
  }
  assert.ok(replica.clock.nowMs() - startMs >= 4_000, "in the replica's own time");
});

test("a failure is told once, tried again, and does not hold up other namespaces", async () => {
  for (let times = 0; times < 3; times += 1) api.failNext(/^POST .*\/shop\/secrets/, 500);
  namespace("other", ON);
  const replica = await start();
  await eventually(() => assert.ok(copy("other")));
  await eventually(() => assert.ok(copy("shop")));
  await quiet(replica);
  assert.equal(replica.log().split("cannot write Secret shop/pilotfish-classes: the API server answers 500").length, 2);
  assert.deepEqual(await count(replica, "classCopyWrites"), { created: 2, failed: 3 });
});

test("a conflict is read again at once", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  api.failNext(/^PUT .*\/shop\/secrets/, 409);
  source({ default: output("new") });
  await eventually(() => assert.deepEqual(copy("shop"), { default: output("new") }));
  await quiet(replica);
  assert.deepEqual(await count(replica, "classCopyWrites"), { created: 1, updated: 1 });
});

test("a namespace that is deleted is forgotten", async () => {
  const replica = await start();
  await eventually(() => assert.ok(copy("shop")));
  await quiet(replica);
  api.delete(NAMESPACES, "shop");
  api.delete(secrets("shop"), NAME);
  await eventually(async () => assert.deepEqual(await count(replica, "classCopies"), { synced: 0, pending: 0 }));
  await quiet(replica);
  assert.equal(copy("shop"), undefined);
});
