// Rotation seen from both ends: real handshakes, verified against the bundle a client would have been given. The clock
// of TLS is the real one, so the held clock starts in the past: what is issued early is still valid today.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect, createServer } from "node:tls";
import { FileStore } from "./file-store.ts";
import { HeldClock } from "./held-clock.ts";
import { CertificateKeeper, type Current, type KeeperOptions } from "./keeper.ts";
import { MemoryStore } from "./memory-store.ts";
import type { CertificatePolicy } from "./rotation.ts";
import type { CertificateStore } from "./store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

const policy: CertificatePolicy = {
  commonName: "Test authority",
  dnsNames: ["localhost"],
  ipAddresses: ["127.0.0.1"],
  authorityLifeMs: 300 * DAY_MS,
  servingLifeMs: 280 * DAY_MS,
  backdateMs: 60 * MINUTE_MS,
  announceMs: 10 * MINUTE_MS,
  authorityBits: 2048,
  servingBits: 2048,
};

interface Bench {
  readonly clock: HeldClock;
  readonly keeper: CertificateKeeper;
  readonly changes: Current[];
  readonly problems: string[];
  /** Moves the clock and waits for what fell due. */
  readonly advance: (byMs: number) => Promise<void>;
  readonly now: () => Current;
}

function bench(store: CertificateStore, more: Partial<KeeperOptions> & { startMs?: number } = {}): Bench {
  const clock = new HeldClock(more.startMs ?? Date.now() - 250 * DAY_MS);
  const changes: Current[] = [];
  const problems: string[] = [];
  const keeper = new CertificateKeeper({
    store,
    policy,
    clock,
    refreshMs: DAY_MS,
    onChange: (current) => changes.push(current),
    onProblem: (message) => problems.push(message),
    ...more,
  });
  return {
    clock,
    keeper,
    changes,
    problems,
    async advance(byMs) {
      const endMs = clock.nowMs() + byMs;
      while (clock.nowMs() < endMs) {
        clock.advance(Math.min(clock.nextInMs() ?? byMs, endMs - clock.nowMs()));
        await keeper.check();
      }
    },
    now() {
      assert.ok(keeper.current !== undefined);
      return keeper.current;
    },
  };
}

/** Resolves with "trusted", or with why the client refused. */
async function handshake(served: Current, bundle: string): Promise<string> {
  const server = createServer({ cert: served.certificate, key: served.key });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: bundle });
    return await new Promise<string>((resolve) => {
      socket.once("secureConnect", () => resolve("trusted"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    }).finally(() => socket.destroy());
  } finally {
    server.close();
  }
}

const count = (bundle: string): number => bundle.split("-----BEGIN CERTIFICATE-----").length - 1;

test("what it serves is trusted by its bundle, and by no other", async () => {
  const [ours, other] = [bench(new MemoryStore()), bench(new MemoryStore())];
  await Promise.all([ours.keeper.start(), other.keeper.start()]);
  assert.equal(await handshake(ours.now(), ours.now().bundle), "trusted");
  assert.notEqual(await handshake(ours.now(), other.now().bundle), "trusted");
  assert.equal(count(ours.now().bundle), 1);
  ours.keeper.stop();
  assert.equal(ours.clock.nextInMs(), undefined, "no timer outlives stop");
});

test("the serving certificate is renewed at two thirds of its life, under the same authority", async () => {
  const b = bench(new MemoryStore(), { policy: { ...policy, servingLifeMs: 90 * DAY_MS } });
  await b.keeper.start();
  const first = b.now();
  await b.advance(59 * DAY_MS);
  assert.equal(b.changes.length, 1);
  await b.advance(2 * DAY_MS);
  assert.notEqual(b.now().certificate, first.certificate);
  assert.notEqual(b.now().key, first.key);
  assert.equal(b.now().bundle, first.bundle);
});

test("the authority is renewed in overlapping steps: every certificate is trusted by the bundle of before and of after", async () => {
  const b = bench(new MemoryStore());
  await b.keeper.start();
  const before = b.now();
  // The serving certificate falls due at 187 days, the authority at 200, both less a third of the hour they are backdated.
  await b.advance(199 * DAY_MS);
  const renewed = b.now();
  assert.equal(count(renewed.bundle), 1);
  await b.advance(DAY_MS - 20 * MINUTE_MS + 2000);
  const announced = b.now();
  assert.equal(count(announced.bundle), 2);
  assert.equal(announced.certificate, renewed.certificate);
  await b.advance(9 * MINUTE_MS);
  assert.equal(b.now(), announced, "not used before it was announced long enough");
  await b.advance(2 * MINUTE_MS);
  const activated = b.now();
  assert.notEqual(activated.certificate, announced.certificate);
  assert.equal(await handshake(before, announced.bundle), "trusted");
  assert.equal(await handshake(activated, announced.bundle), "trusted", "a client with the announced bundle");
  assert.equal(await handshake(announced, activated.bundle), "trusted", "a replica that has not switched yet");
  assert.equal(await handshake(activated, activated.bundle), "trusted");
  assert.notEqual(await handshake(activated, before.bundle), "trusted", "it really is another authority");
  // Everything the old authority signed ends with it, at 300 days.
  await b.advance(98 * DAY_MS);
  assert.equal(count(b.now().bundle), 2);
  await b.advance(2 * DAY_MS + 10 * MINUTE_MS);
  assert.equal(count(b.now().bundle), 1);
  assert.notEqual(await handshake(before, b.now().bundle), "trusted");
  assert.equal(await handshake(activated, b.now().bundle), "trusted");
  assert.deepEqual(b.problems, []);
});

test("after a sleep longer than any certificate, it starts anew", async () => {
  const store = new MemoryStore();
  const old = bench(store);
  await old.keeper.start();
  old.keeper.stop();
  const b = bench(store, { startMs: old.clock.nowMs() + 900 * DAY_MS });
  await b.keeper.start();
  assert.ok(b.now().certificateEndsMs > b.clock.nowMs());
  assert.equal(count(b.now().bundle), 1);
});

test("two keepers of one store serve the same, from the first moment and after each rotation", async () => {
  const store = new MemoryStore();
  const [one, two] = [bench(store), bench(store)];
  await Promise.all([one.keeper.start(), two.keeper.start()]);
  assert.deepEqual(one.now(), two.now());
  const first = one.now();
  for (let day = 0; day < 202; day++) {
    one.clock.advance(DAY_MS);
    two.clock.advance(DAY_MS);
    await Promise.all([one.keeper.check(), two.keeper.check()]);
  }
  await two.keeper.check();
  await one.keeper.check();
  assert.deepEqual(one.now(), two.now());
  assert.notEqual(one.now().certificate, first.certificate);
  assert.equal(count(one.now().bundle), 2);
});

test("new names in the policy mean a new certificate, not a new authority", async () => {
  const store = new MemoryStore();
  const old = bench(store);
  await old.keeper.start();
  const b = bench(store, { policy: { ...policy, dnsNames: ["localhost", "pilotfish.example.svc"] } });
  await b.keeper.start();
  assert.equal(b.now().bundle, old.now().bundle);
  assert.equal(new X509Certificate(b.now().certificate).checkHost("pilotfish.example.svc"), "pilotfish.example.svc");
});

for (const [what, damage] of [
  ["lacks a key", { "tls.key": "" }],
  ["holds an authority of another generation", "authority"],
  ["has no readable state", { "state.json": "{" }],
] as const) {
  test(`a store that ${what} is reported, and replaced by what is in use`, async () => {
    const store = new MemoryStore();
    const b = bench(store);
    await b.keeper.start();
    const good = b.now();
    const stored = await store.load();
    assert.ok(stored !== undefined && "entries" in stored);
    await store.save(
      { ...stored.entries, ...(damage === "authority" ? await foreignAuthority() : damage) },
      stored.version,
    );
    await b.keeper.check();
    assert.equal(b.now(), good);
    assert.match(b.problems.join(), /damaged \(.*\) and are replaced by those in use.*put a backup/);
    const fresh = bench(store);
    await fresh.keeper.start();
    assert.deepEqual(fresh.now(), good);
    assert.deepEqual(fresh.problems, []);
  });
}

async function foreignAuthority(): Promise<Record<string, string>> {
  const store = new MemoryStore();
  await bench(store).keeper.start();
  const stored = await store.load();
  assert.ok(stored !== undefined && "entries" in stored);
  return {
    "authority.crt": stored.entries["authority.crt"] ?? "",
    "authority.key": stored.entries["authority.key"] ?? "",
  };
}

test("a half-written file is reported with the remedy and replaced; the next start finds it whole", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pilotfish-keeper-"));
  try {
    await writeFile(join(directory, "certificates.json"), '{"tls.crt": "-----BEG');
    const b = bench(new FileStore(directory));
    await b.keeper.start();
    assert.match(
      b.problems.join(),
      /certificates\.json are damaged \(it is not JSON.*newly made ones; clients must be given the new bundle.*put a backup/,
    );
    assert.equal(await handshake(b.now(), b.now().bundle), "trusted");
    const next = bench(new FileStore(directory));
    await next.keeper.start();
    assert.deepEqual([next.now(), next.problems], [b.now(), []]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test("a store that exists but holds nothing yet is filled without a word", async () => {
  const store = new MemoryStore();
  await store.save({}, undefined);
  const b = bench(store);
  await b.keeper.start();
  assert.deepEqual(b.problems, []);
  const stored = await store.load();
  assert.ok(stored !== undefined && "entries" in stored && stored.entries["tls.crt"] === b.now().certificate);
});

test("a store that cannot be reached is tried again, more and more slowly, and the certificate in use stays", async () => {
  const memory = new MemoryStore();
  let reachable = false;
  const store: CertificateStore = {
    place: "Secret test",
    load: () => (reachable ? memory.load() : Promise.reject(new Error("connection refused"))),
    save: (entries, expected) => memory.save(entries, expected),
  };
  const b = bench(store);
  await b.keeper.start();
  assert.equal(b.keeper.current, undefined);
  const delays: unknown[] = [];
  for (let n = 0; n < 3; n++) {
    delays.push(b.clock.nextInMs());
    b.clock.advance(b.clock.nextInMs() ?? 0);
    await b.keeper.check();
  }
  assert.deepEqual(delays, [1000, 2000, 4000]);
  reachable = true;
  await b.keeper.check();
  const good = b.now();
  reachable = false;
  await b.keeper.check();
  assert.equal(b.now(), good);
  assert.match(b.problems.at(-1) ?? "", /Secret test .*the present one stays in use/);
});
