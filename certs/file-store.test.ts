import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { FileStore } from "./file-store.ts";
import { MemoryStore } from "./memory-store.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilotfish-certs-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

// One behaviour for every store.
for (const [name, make] of [
  ["memory", () => new MemoryStore()],
  ["file", () => new FileStore(join(directory, "deep", "er"))],
] as const) {
  test(`${name}: empty, saved, loaded, and only over the version that was read`, async () => {
    const store = make();
    assert.equal(await store.load(), undefined);
    assert.equal(await store.save({ a: "0" }, "never-was"), "conflict");
    assert.equal(await store.save({ a: "1" }, undefined), "saved");
    assert.equal(await store.save({ a: "2" }, undefined), "conflict");
    const first = await store.load();
    assert.deepEqual(first, { version: first?.version, entries: { a: "1" } });
    assert.equal(await store.save({ a: "2" }, first?.version), "saved");
    assert.equal(await store.save({ a: "3" }, first?.version), "conflict");
    const second = await store.load();
    assert.deepEqual(second, { version: second?.version, entries: { a: "2" } });
  });

  test(`${name}: of many who save at once over the same version, one wins`, async () => {
    const store = make();
    const results = await Promise.all(Array.from({ length: 8 }, (_, n) => store.save({ n: String(n) }, undefined)));
    assert.equal(results.filter((result) => result === "saved").length, 1);
  });
}

test("the file is for its owner only, and nothing is left beside it", async () => {
  const store = new FileStore(directory);
  await store.save({ key: "secret" }, undefined);
  assert.equal((await stat(join(directory, "certificates.json"))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory), ["certificates.json"]);
});

for (const [what, text] of [
  ["half-written", '{"tls.crt": "-----BEG'],
  ["empty", ""],
  ["a list", "[]"],
  ["with a number", '{"tls.crt": 1}'],
] as const) {
  test(`a file that is ${what} is damage, and can be saved over`, async () => {
    await writeFile(join(directory, "certificates.json"), text);
    const store = new FileStore(directory);
    const stored = await store.load();
    assert.ok(stored !== undefined && "damage" in stored);
    assert.equal(await store.save({ a: "1" }, stored.version), "saved");
    assert.deepEqual(JSON.parse(await readFile(join(directory, "certificates.json"), "utf8")), { a: "1" });
  });
}

test("a lock that is held is a conflict; one left by a dead process is not", async () => {
  const store = new FileStore(directory);
  const lock = join(directory, "certificates.json.lock");
  await writeFile(lock, "");
  assert.equal(await store.save({ a: "1" }, undefined), "conflict");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);
  assert.equal(await store.save({ a: "1" }, undefined), "saved");
});
