import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { HeldClock } from "../../certs/held-clock.ts";
import { directoryStamp, fileStamp, readDirectory } from "./read-directory.ts";
import { Watched } from "./watched.ts";

let root: string;
let clock: HeldClock;
let problems: string[];
let changes: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pilotfish-watched-"));
  clock = new HeldClock(0);
  problems = [];
  changes = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const shown = (files: ReadonlyMap<string, string>): string => [...files].map((entry) => entry.join("=")).join(" ");

function watch(directory: string): Watched<string> {
  return new Watched({
    name: "the classes",
    clock,
    stamp: () => directoryStamp(directory),
    read: async () => {
      const text = shown(await readDirectory(directory));
      if (text.includes("BAD")) throw new Error("a BAD class");
      return text;
    },
    onChange: (value) => changes.push(value),
    onProblem: (message) => problems.push(message),
  });
}

/** As the kubelet does: a new directory, then one rename that makes `..data` point at it. */
async function mountGeneration(directory: string, generation: string, files: Record<string, string>): Promise<void> {
  await mkdir(join(directory, generation), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, generation, name), text);
    await symlink(join("..data", name), join(directory, name)).catch(() => undefined);
  }
  await symlink(generation, join(directory, "..data_tmp"));
  await rename(join(directory, "..data_tmp"), join(directory, "..data"));
}

test("a mounted Secret is followed through its symbolic link", async () => {
  const directory = join(root, "mounted");
  await mountGeneration(directory, "..2026_1", { prod: "one", test: "two" });
  const watched = watch(directory);
  await watched.start();
  assert.equal(watched.value, "prod=one test=two");
  await mountGeneration(directory, "..2026_2", { prod: "new", test: "two" });
  clock.advance(2_000);
  await watched.look();
  assert.equal(watched.value, "prod=new test=two");
  watched.stop();
});

test("a plain directory is followed; dot files and directories are left out", async () => {
  await writeFile(join(root, "prod"), "one");
  await writeFile(join(root, ".prod.swp"), "half");
  await mkdir(join(root, "old"));
  const watched = watch(root);
  await watched.start();
  assert.equal(watched.value, "prod=one");
  await watched.look();
  assert.deepEqual(changes, ["prod=one"], "no change, no call");
  await writeFile(join(root, "prod"), "two");
  await writeFile(join(root, "test"), "three");
  await watched.look();
  await rm(join(root, "prod"));
  await watched.look();
  assert.deepEqual(changes, ["prod=one", "prod=two test=three", "test=three"]);
  watched.stop();
});

test("the last good value stays while the newest is bad, which is told once", async () => {
  await writeFile(join(root, "prod"), "one");
  const watched = watch(root);
  await watched.start();
  await writeFile(join(root, "prod"), "BAD");
  await watched.look();
  await watched.look();
  assert.equal(watched.value, "prod=one");
  assert.deepEqual(problems, ["the classes cannot be used: a BAD class; the last good ones stay in use"]);
  await writeFile(join(root, "prod"), "two");
  await watched.look();
  assert.equal(watched.value, "prod=two");
  assert.equal(watched.problem, "");
});

test("what is missing at first is picked up when it comes", async () => {
  const late = join(root, "late");
  const watched = watch(late);
  await watched.start();
  assert.equal(watched.value, undefined);
  assert.match(problems.join(), /the classes cannot be used: ENOENT.*there are none yet/);
  await mkdir(late);
  await writeFile(join(late, "prod"), "one");
  clock.advance(2_000);
  await watched.look();
  assert.equal(watched.value, "prod=one");
});

test("it looks every two seconds until it is stopped", async () => {
  const watched = watch(root);
  await watched.start();
  assert.equal(clock.nextInMs(), 2_000);
  watched.stop();
  assert.equal(clock.nextInMs(), undefined);
});

test("a look that ends after stop does not start the timer again", async () => {
  const watched = watch(root);
  await watched.start();
  clock.advance(2_000);
  watched.stop();
  await watched.look();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(clock.nextInMs(), undefined);
});

test("a file's stamp changes with its content even when its length and second do not", async () => {
  const path = join(root, "config.yaml");
  await writeFile(path, "a: 1");
  const before = await fileStamp(path);
  assert.equal(await fileStamp(path), before);
  await utimes(path, 1, 1.001);
  assert.notEqual(await fileStamp(path), before);
});

test("a file far too large for a class is refused by name", async () => {
  await writeFile(join(root, "dump"), Buffer.alloc(4 * 2 ** 20 + 1));
  await assert.rejects(readDirectory(root), /dump has 4194305 bytes/);
});
