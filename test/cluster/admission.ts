// The whole webhook with a real API server: the manifests as they are, the rights of its ServiceAccount, its certificate,
// who is asked and what comes back. Needs no node. Run by `make test-api-server`; KUBECONFIG names the cluster.
// Not one of the ordinary tests: those run offline and without Go.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  CLASSES_SECRET,
  CONFIG_ANNOTATION,
  CONTAINER_NAME,
  DEFAULT_NAMESPACE,
  INJECT_KEY,
  NAMESPACE_LABEL,
  NAMESPACE_LABEL_VALUE,
  SETTINGS_CONFIG_MAP,
  STATUS_ANNOTATION,
  VOLUME_NAME,
} from "../../webhook/inject/contract.ts";
import { awkwardPods } from "./awkward-pods.ts";
import { applyClasses, applySettings, eventsAbout, outputs, runNow, textsIn } from "./classes.ts";
import { type Answer, ask, eventually, get, kubectl } from "./kubectl.ts";
import { type WebhookProcess, asService, onLoopback, pointAt, startWebhook } from "./webhook-process.ts";

type Texts = Readonly<Record<string, string>>;

interface Container {
  readonly name: string;
  readonly restartPolicy?: string;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly annotations?: Texts };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly { readonly name: string; readonly projected?: unknown }[];
  };
}

interface Configuration {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

const base = join(import.meta.dirname, "../../manifests/base");
const name = `asked-${process.pid}`;
const labelled = `${name}-labelled`;
const restricted = `${name}-restricted`;
const unlabelled = `${name}-unlabelled`;
const later = `${name}-later`;
const foreign = `${name}-foreign`;
const account = `system:serviceaccount:${DEFAULT_NAMESPACE}:pilotfish`;

let directory = "";
let webhook: WebhookProcess;

function pod(metadata: { name: string; namespace: string; labels?: Texts; annotations?: Texts }): string {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      initContainers: [{ name: "prepare", image: "registry.example.com/prepare", securityContext }],
      containers: [{ name: "app", image: "registry.example.com/app", securityContext }],
    },
  });
}

async function create(document: string, ...options: string[]): Promise<{ pod: Pod; warnings: string }> {
  const answer: Answer = await ask(["create", "-f", "-", "-o", "json", ...options], document);
  assert.ok(answer.ok, answer.stderr);
  return { pod: JSON.parse(answer.stdout) as Pod, warnings: answer.stderr };
}

function isInjected({ spec, metadata }: Pod): boolean {
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  const seated = all.filter((container) => container.name === CONTAINER_NAME).length;
  assert.ok(seated <= 1, `${metadata.name} has ${seated} agents`);
  assert.equal(metadata.annotations?.[STATUS_ANNOTATION] !== undefined, seated === 1, "status and agent go together");
  return seated === 1;
}

async function namespace(called: string, labels: Texts): Promise<void> {
  const document = { apiVersion: "v1", kind: "Namespace", metadata: { name: called, labels } };
  await kubectl(["apply", "-f", "-"], JSON.stringify(document));
  // Without it the API server refuses pods; a controller makes it.
  await eventually("the default ServiceAccount", async () =>
    (await ask(["-n", called, "get", "serviceaccount", "default"])).ok ? true : undefined,
  );
}

async function hold(where: string, texts: Texts): Promise<void> {
  const expected = JSON.stringify(texts);
  await eventually(`the copy in ${where} is ${expected}`, async () =>
    JSON.stringify(await textsIn(where)) === expected ? true : undefined,
  );
}

/** How often a replica says that it wrote the copy in `labelled`. */
function written({ log }: WebhookProcess): number {
  return log().split(`"namespace":"${labelled}","classes"`).length - 1;
}

async function bundles(): Promise<(string | undefined)[]> {
  const { webhooks } = await get<Configuration>("mutatingwebhookconfiguration", "pilotfish");
  return webhooks.map(({ clientConfig }) => clientConfig.caBundle);
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilotfish-"));
  await kubectl(["apply", "-k", base]);
  await applyClasses({ default: outputs("first") });
  const on = { [NAMESPACE_LABEL]: NAMESPACE_LABEL_VALUE };
  await namespace(labelled, on);
  await namespace(restricted, { ...on, "pod-security.kubernetes.io/enforce": "restricted" });
  await namespace(unlabelled, {});
  webhook = await startWebhook(directory);
  await eventually("the caBundle", async () => ((await bundles()).every(Boolean) ? true : undefined));
  await pointAt(onLoopback(webhook.port));
  await eventually("the API server asks us", async () => {
    const { pod: canary } = await create(pod({ name: "canary", namespace: labelled }), "--dry-run=server");
    return isInjected(canary) || undefined;
  });
});

after(async () => {
  await webhook?.stop();
  await ask(["delete", "mutatingwebhookconfiguration", "pilotfish", "--ignore-not-found"]);
  await applySettings(await readFile(join(base, "config.yaml"), "utf8"));
  await ask([
    "delete",
    "namespace",
    labelled,
    restricted,
    unlabelled,
    later,
    foreign,
    "--wait=false",
    "--ignore-not-found",
  ]);
  await rm(directory, { recursive: true, force: true });
});

describe("who gets the agent", () => {
  const cases: readonly [string, namespace: string, labels: Texts, annotations: Texts, injected: boolean][] = [
    ["any pod of a labelled namespace", labelled, {}, {}, true],
    ["not one whose label says no", labelled, { [INJECT_KEY]: "false" }, {}, false],
    ["not one whose annotation says no", labelled, {}, { [INJECT_KEY]: "false" }, false],
    ["no pod of another namespace", unlabelled, {}, {}, false],
    ["one whose label says yes", unlabelled, { [INJECT_KEY]: "true" }, {}, true],
    ["not one whose label says something else", unlabelled, { [INJECT_KEY]: "yes" }, {}, false],
    ["one with an annotation of ours", unlabelled, {}, { "pilotfish.dev/plugins": "statsd" }, true],
    ["not one whose annotation only looks like ours", unlabelled, {}, { "notpilotfish.dev/plugins": "statsd" }, false],
    ["one in a namespace that enforces Pod Security restricted", restricted, {}, {}, true],
  ];
  for (const [index, [what, where, labels, annotations, injected]] of cases.entries()) {
    test(what, async () => {
      const created = await create(pod({ name: `case-${index}`, namespace: where, labels, annotations }));
      assert.equal(isInjected(created.pod), injected, created.warnings);
    });
  }
});

test("the agent starts first, restarts on its own, and its config is a projected volume", async () => {
  const { pod: created, warnings } = await create(pod({ name: "whole", namespace: labelled }));
  assert.equal(warnings, "");
  const [first, second] = created.spec.initContainers ?? [];
  assert.deepEqual([first?.name, first?.restartPolicy, second?.name], [CONTAINER_NAME, "Always", "prepare"]);
  assert.deepEqual(
    created.spec.containers.map((container) => container.name),
    ["app"],
  );
  assert.ok(created.spec.volumes?.find((volume) => volume.name === VOLUME_NAME)?.projected !== undefined);
  assert.match(created.metadata.annotations?.[CONFIG_ANNOTATION] ?? "", /\[\[inputs\.statsd\]\]/);
});

test("a dry run shows the agent and leaves nothing", async () => {
  const { pod: shown } = await create(pod({ name: "dry", namespace: labelled }), "--dry-run=server");
  assert.ok(isInjected(shown));
  assert.match((await ask(["-n", labelled, "get", "pod", "dry"])).stderr, /not found/);
});

test("what a person got wrong comes back as a warning, and the pod is admitted", async () => {
  const annotations = { "pilotfish.dev/plugins": "statsdd" };
  const { pod: created, warnings } = await create(pod({ name: "wrong", namespace: labelled, annotations }));
  assert.equal(isInjected(created), false);
  assert.match(warnings, /unknown_plugin.*statsdd/);
});

describe("whatever is asked for, the API server accepts the result", () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  const refusals = async (labels: Texts) => {
    const items = awkwardPods(400, seed, { namespace: labelled, labels });
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const { stdout, stderr } = await ask(["create", "-f", "-", "--dry-run=server", "-o", "name"], list);
    const errors = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Warning:"));
    return { created: stdout.split("\n").length - 1, errors };
  };
  test(`without the agent, seed ${seed}`, async () => {
    assert.deepEqual(await refusals({ [INJECT_KEY]: "false" }), { created: 400, errors: [] });
  });
  test(`with the agent, seed ${seed}`, async () => {
    assert.deepEqual(await refusals({ [INJECT_KEY]: "true" }), { created: 400, errors: [] });
  });
});

test("pods of a Deployment get the agent, each once", async () => {
  const args = ["-n", labelled, "create", "deployment", "web", "--image=registry.example.com/web", "--replicas=3"];
  await kubectl(args);
  const pods = await eventually("three pods", async () => {
    const { items } = await get<{ items: Pod[] }>("pods", "-n", labelled, "-l", "app=web");
    return items.length === 3 ? items : undefined;
  });
  for (const each of pods) assert.ok(isInjected(each), each.metadata.name);
});

describe("the classes reach the namespaces", () => {
  test("one that is labelled has them", async () => {
    await eventually("the copy", async () => ((await textsIn(labelled)) === undefined ? undefined : true));
    assert.deepEqual(await textsIn(labelled), { default: outputs("first") });
    assert.equal(await textsIn(DEFAULT_NAMESPACE, "-l", "app.kubernetes.io/managed-by=pilotfish"), undefined);
  });

  test("so has one into which a pod was injected because the pod asked", async () => {
    // The pods of the table above.
    await eventually("the copy", async () => ((await textsIn(unlabelled)) === undefined ? undefined : true));
  });

  test("but not one that only saw a dry run, until it is labelled", async () => {
    await namespace(later, {});
    const labels = { [INJECT_KEY]: "true" };
    const { pod: shown } = await create(pod({ name: "dry", namespace: later, labels }), "--dry-run=server");
    assert.ok(isInjected(shown));
    // An edit that has reached one namespace has passed all others.
    await applyClasses({ default: outputs("second") });
    await hold(labelled, { default: outputs("second") });
    assert.equal(await textsIn(later), undefined);
    await namespace(later, { [NAMESPACE_LABEL]: NAMESPACE_LABEL_VALUE });
    await hold(later, { default: outputs("second") });
  });

  test("each holds what it may use, and follows the settings and its own labels", async () => {
    await applyClasses({ default: outputs("third"), prod: outputs("prod") });
    await hold(labelled, { default: outputs("third"), prod: outputs("prod") });
    await applySettings(`classes: {prod: {namespaces: {matchLabels: {team: ${name}}}}}`);
    await hold(labelled, { default: outputs("third") });
    await kubectl(["label", "namespace", labelled, `team=${name}`]);
    await hold(labelled, { default: outputs("third"), prod: outputs("prod") });
    await hold(unlabelled, { default: outputs("third") });
  });

  test("a copy that is deleted comes back; one that somebody else made is left alone and told", async () => {
    await kubectl(["-n", labelled, "delete", "secret", CLASSES_SECRET]);
    await hold(labelled, { default: outputs("third"), prod: outputs("prod") });
    const own = JSON.stringify({ mine: "x" });
    await namespace(foreign, {});
    await kubectl(["-n", foreign, "create", "secret", "generic", CLASSES_SECRET, `--from-literal=mine=${own}`]);
    await namespace(foreign, { [NAMESPACE_LABEL]: NAMESPACE_LABEL_VALUE });
    const [told] = await eventsAbout(foreign, "ForeignClassesSecret");
    assert.deepEqual([told?.regarding.kind, told?.regarding.name], ["Secret", CLASSES_SECRET]);
    assert.deepEqual(await textsIn(foreign), { mine: own });
  });

  test("a namespace that is deleted is left in peace", async () => {
    await kubectl(["delete", "namespace", later, "--timeout=60s"]);
    assert.equal(await textsIn(later), undefined);
    assert.ok(!webhook.log().includes(`cannot write Secret ${later}`), webhook.log());
  });

  test("two replicas agree: each edit is written once", async (t) => {
    const another = await startWebhook(directory);
    t.after(() => another.stop());
    await eventually("it has read the classes", async () =>
      another.log().includes("classes read") ? true : undefined,
    );
    const beforehand = written(webhook) + written(another);
    for (const text of ["a", "b", "c", "d", "e"]) {
      await applyClasses({ default: outputs(text) });
      await hold(labelled, { default: outputs(text) });
    }
    assert.equal(written(webhook) + written(another) - beforehand, 5);
    assert.doesNotMatch(another.log() + webhook.log(), /keeps changing it|newer than what/);
  });

  test("no content is in the log", () => {
    assert.match(webhook.log(), /copy of the classes created/);
    assert.doesNotMatch(webhook.log(), /hunter2|stdout/);
  });
});

describe("who asked for the agent and did not get it finds an Event", () => {
  const annotations = { "pilotfish.dev/plugins": "statsdd" };
  const podSpec = { restartPolicy: "Never", containers: [{ name: "app", image: "registry.example.com/app" }] };
  const template = { metadata: { labels: { app: "wrong" }, annotations }, spec: podSpec };
  const runsAlways = { ...template, spec: { ...podSpec, restartPolicy: "Always" } };
  const selector = { matchLabels: { app: "wrong" } };
  const jobTemplate = { spec: { template } };
  const owners: readonly [apiVersion: string, kind: string, spec: object][] = [
    ["apps/v1", "Deployment", { replicas: 3, selector, template: runsAlways }],
    ["apps/v1", "StatefulSet", { serviceName: "wrong", selector, template: runsAlways }],
    ["batch/v1", "Job", { template }],
    ["batch/v1", "CronJob", { schedule: "0 0 1 1 *", jobTemplate }],
  ];
  for (const [apiVersion, kind, spec] of owners) {
    test(`on the ${kind}`, async () => {
      const called = `wrong-${kind.toLowerCase()}`;
      const object = { apiVersion, kind, metadata: { name: called, namespace: labelled }, spec };
      await kubectl(["create", "-f", "-"], JSON.stringify(object));
      // Nobody waits for the first of January.
      if (kind === "CronJob") {
        const job = await runNow(labelled, called, jobTemplate);
        await kubectl(["create", "-f", "-"], JSON.stringify(job));
      }
      const events = await eventsAbout(labelled, "UnknownPlugin", called);
      assert.equal(events.length, 1, "once, however many pods");
      const [{ regarding, type, note } = assert.fail()] = events;
      const { uid } = (await get<{ metadata: { uid: string } }>(kind, called, "-n", labelled)).metadata;
      assert.deepEqual([regarding.kind, regarding.uid, type], [kind, uid, "Warning"]);
      assert.match(note, /statsdd.*did you mean statsd/);
      const shown = await kubectl(["-n", labelled, "describe", kind, called]);
      assert.match(shown, /UnknownPlugin/);
    });
  }

  test("on the pod that has no owner, but not for a dry run", async () => {
    await create(pod({ name: "dry-wrong", namespace: labelled, annotations }), "--dry-run=server");
    await create(pod({ name: "lone-wrong", namespace: labelled, annotations }));
    const [event] = await eventsAbout(labelled, "UnknownPlugin", "lone-wrong");
    assert.equal(event?.regarding.kind, "Pod");
    const { stdout } = await ask(["-n", labelled, "get", "events", "-o", "name"]);
    assert.doesNotMatch(stdout, /dry-wrong/);
  });
});

test("applying the manifests again leaves the bundle in place", async () => {
  // The manifests name the Service; both at once is not allowed.
  await pointAt(asService);
  const beforehand = await bundles();
  assert.ok(beforehand.every(Boolean));
  for (const options of [[], ["--server-side", "--force-conflicts"]]) await kubectl(["apply", "-k", base, ...options]);
  assert.deepEqual(await bundles(), beforehand);
  await pointAt(onLoopback(webhook.port));
});

test("a bundle that somebody damaged is put right", async () => {
  const beforehand = await bundles();
  const patch = [{ op: "remove", path: "/webhooks/0/clientConfig/caBundle" }];
  await kubectl(["patch", "mutatingwebhookconfiguration", "pilotfish", "--type=json", "-p", JSON.stringify(patch)]);
  await eventually("the bundle is back", async () =>
    JSON.stringify(await bundles()) === JSON.stringify(beforehand) ? true : undefined,
  );
});

describe("the rights of the webhook", () => {
  const configurations = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
  const cases: readonly [allowed: boolean, ...question: string[]][] = [
    [true, "watch", "namespaces"],
    [true, "patch", `${configurations}/pilotfish`],
    [false, "patch", `${configurations}/another`],
    [false, "create", configurations],
    [true, "get", "secrets/pilotfish-certificates", "-n", DEFAULT_NAMESPACE],
    [true, "create", "secrets", "-n", DEFAULT_NAMESPACE],
    [true, "watch", `configmaps/${SETTINGS_CONFIG_MAP}`, "-n", DEFAULT_NAMESPACE],
    [false, "watch", "configmaps", "-n", DEFAULT_NAMESPACE],
    [true, "get", `secrets/${CLASSES_SECRET}`, "-n", "default"],
    [true, "update", `secrets/${CLASSES_SECRET}`, "-n", "default"],
    [true, "watch", `secrets/${CLASSES_SECRET}`, "-A"],
    [false, "delete", `secrets/${CLASSES_SECRET}`, "-n", "default"],
    [true, "create", "secrets", "-n", "default"],
    [false, "list", "secrets", "-n", DEFAULT_NAMESPACE],
    [false, "watch", "secrets", "-A"],
    [false, "get", "secrets", "-n", "kube-system"],
    [false, "update", "secrets/another", "-n", "default"],
    [true, "create", "events.events.k8s.io", "-n", "default"],
    [false, "patch", "events.events.k8s.io", "-n", "default"],
    [true, "get", "replicasets.apps", "-n", "default"],
    [false, "list", "replicasets.apps", "-n", "default"],
    [true, "get", "jobs.batch", "-n", "default"],
    [false, "get", "deployments.apps", "-n", "default"],
    [false, "delete", "namespaces"],
    [false, "create", "pods", "-n", DEFAULT_NAMESPACE],
  ];
  for (const [allowed, ...question] of cases) {
    test(`${allowed ? "may" : "may not"} ${question.join(" ")}`, async () => {
      const { stdout } = await ask(["auth", "can-i", `--as=${account}`, ...question]);
      assert.equal(stdout.trim(), allowed ? "yes" : "no");
    });
  }

  test("were enough until now", () => {
    assert.doesNotMatch(webhook.log(), /forbidden/i);
  });
});

test("without the webhook pods are created as they are, and at once", async () => {
  assert.equal(await webhook.stop(), 0, webhook.log());
  const startMs = performance.now();
  const { pod: created } = await create(pod({ name: "alone", namespace: labelled }));
  assert.equal(isInjected(created), false);
  assert.ok(performance.now() - startMs < 5000);
});
