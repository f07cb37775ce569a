import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { catalog } from "../../agent/catalog.ts";
import { HeldClock } from "../../certs/held-clock.ts";
import { createLogger } from "../log/logger.ts";
import { readServeOptions, type RawServeOptions } from "../serve-options.ts";
import { Metrics } from "../server/metrics.ts";
import { openKnowledge, type Knowledge } from "./knowledge.ts";

const GOOD = '[[outputs.file]]\n  files = ["stdout"]\n';

let root: string;
let clock: HeldClock;
let metrics: Metrics;
let lines: string;
let opened: Knowledge | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pilotfish-knowledge-"));
  await mkdir(join(root, "classes"));
  clock = new HeldClock(0);
  metrics = new Metrics();
  lines = "";
});
afterEach(async () => {
  opened?.stop();
  assert.equal(clock.nextInMs(), undefined, "stop ends every watch");
  await rm(root, { recursive: true, force: true });
});

async function open(raw: RawServeOptions): Promise<Knowledge> {
  const log = createLogger("info", { write: (line) => void (lines += line) });
  const options = readServeOptions(raw, { POD_NAMESPACE: "own" });
  opened = await openKnowledge(options, { catalog, clock, log, metrics, cluster: undefined });
  return opened;
}

async function eventually(check: () => void | Promise<void>): Promise<void> {
  const deadlineMs = Date.now() + 5_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
      clock.advance(2_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

const put = (name: string, text: string): Promise<void> => writeFile(join(root, name), text);

test("one bad class does not block the others; its last good text stays, and the gauge tells", async () => {
  await put("classes/prod", GOOD);
  await put("classes/test", GOOD);
  const known = await open({ dev: true, classes: join(root, "classes") });
  assert.equal(known.classesReady(), true);
  await put("classes/prod", "[[outputs.file]]\n  fils = 1\n");
  await put("classes/more", GOOD);
  await eventually(() => assert.ok(known.classes().classes.has("more")));
  assert.equal(known.classes().classes.get("prod")?.text, GOOD);
  const page = await metrics.registry.metrics();
  assert.match(page, /class_valid\{class="prod"\} 0\n/);
  assert.match(page, /class_valid\{class="more"\} 1\n/);
  assert.match(lines, /"class":"prod".*last good text stays in use/);
  await rm(join(root, "classes/prod"));
  await eventually(async () => assert.doesNotMatch(await metrics.registry.metrics(), /class="prod"/));
});

test("settings are followed; broken ones are told with line and path, and the last good ones stay", async () => {
  await put("config.yaml", "image: registry/agent:1\n");
  const known = await open({ dev: true, config: join(root, "config.yaml") });
  assert.equal(known.settings().defaults.image, "registry/agent:1");
  assert.equal(known.settings().ownNamespace, "own");
  await put("config.yaml", "imag: registry/agent:2\n");
  await eventually(() => assert.match(lines, /settings in .*line 1.*imag.*the last good ones stay in use/));
  assert.equal(known.settings().defaults.image, "registry/agent:1");
  await put("config.yaml", "image: registry/agent:3\n");
  await eventually(() => assert.equal(known.settings().defaults.image, "registry/agent:3"));
});

test("in a cluster what is broken at first may still come, and until then we are not ready", async () => {
  await put("config.yaml", "imag: x\n");
  const known = await open({ config: join(root, "config.yaml"), classes: join(root, "late") });
  assert.equal(known.settingsReady(), false);
  assert.equal(known.classesReady(), false);
  assert.equal(known.classes().known, true, "a class that is not read yet is not taken as existing");
  await mkdir(join(root, "late"));
  await put("config.yaml", "image: x\n");
  await eventually(() => assert.deepEqual([known.settingsReady(), known.classesReady()], [true, true]));
});

test("with --dev it is an error of the command line", async () => {
  await assert.rejects(open({ dev: true, classes: join(root, "nowhere") }), {
    exitCode: 66,
    message: /classes in .*ENOENT/,
  });
});

test("a namespace that is not in the file has no labels; without a file nothing is known of any", async () => {
  await put("ns.yaml", "kind: Namespace\nmetadata: {name: shop, labels: {a: b}}\n");
  const known = await open({ dev: true, namespaces: join(root, "ns.yaml") });
  assert.equal(known.namespaces.get("shop")?.labels["a"], "b");
  assert.deepEqual(known.namespaces.get("x"), { labels: { "kubernetes.io/metadata.name": "x" }, annotations: {} });
  known.stop();
  assert.equal((await open({ dev: true })).namespaces.get("shop"), undefined);
});
