// The promise of it all: two replicas, one Secret, one webhook configuration, from installation through the change of the
// authority. At every step the API server, with the caBundle it has, can talk to both replicas. Handshakes are real, so
// the held clocks start in the past (see certs/keeper.test.ts).

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { connect, createServer, type Server } from "node:tls";
import { HeldClock } from "../../certs/held-clock.ts";
import { CertificateKeeper, type Current } from "../../certs/keeper.ts";
import { DEFAULT_POLICY } from "../../certs/rotation.ts";
import { CaBundle } from "./ca-bundle.ts";
import { eventually, FakeApiServer, hastyClock } from "./fake-api-server.ts";
import { SecretStore } from "./secret-store.ts";

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

interface Replica {
  readonly clock: HeldClock;
  readonly keeper: CertificateKeeper;
  readonly bundle: CaBundle;
  readonly server: Server;
  readonly served: Set<string>;
}

let api: FakeApiServer;
let replicas: Replica[];
const problems: string[] = [];

beforeEach(async () => {
  api = new FakeApiServer();
  await api.start();
  const webhooks = [{ name: "pod.pilotfish.dev", clientConfig: {} }];
  api.put(CONFIGURATIONS, { metadata: { name: "pilotfish" }, webhooks });
  problems.length = 0;
  replicas = await Promise.all([replica(), replica()]);
});
afterEach(async () => {
  for (const { keeper, bundle, server } of replicas) {
    keeper.stop();
    bundle.stop();
    server.close();
  }
  await api.stop();
});

async function replica(): Promise<Replica> {
  const clock = new HeldClock(Date.now() - 250 * DAY_MS);
  const server = createServer();
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const served = new Set<string>();
  const keeper = new CertificateKeeper({
    store: new SecretStore(api.config, "pilotfish-system"),
    policy: {
      ...DEFAULT_POLICY,
      dnsNames: ["localhost"],
      ipAddresses: [],
      authorityLifeMs: 300 * DAY_MS,
      servingLifeMs: 280 * DAY_MS,
      authorityBits: 2048,
    },
    clock,
    refreshMs: 5 * MINUTE_MS,
    onProblem,
    onChange(current: Current) {
      server.setSecureContext({ cert: current.certificate, key: current.key });
      if (trusted() !== "" && !isTrusted(current.certificate)) problems.push("switched before it was trusted");
      served.add(current.certificate);
      bundle.want(current.bundle);
    },
  });
  const refresh = (): Promise<void> => keeper.check();
  const bundle = new CaBundle({
    config: api.config,
    clock: hastyClock,
    name: "pilotfish",
    refresh,
    onWrite: () => undefined,
    onProblem,
  });
  bundle.start();
  return { clock, keeper, bundle, server, served };
}

/** What the API server has been told. */
function trusted(): string {
  const webhooks = (api.get(CONFIGURATIONS, "pilotfish")?.["webhooks"] ?? []) as {
    clientConfig: { caBundle?: string };
  }[];
  return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? "", "base64").toString();
}

const onProblem = (message: string): void => void problems.push(message);

function isTrusted(pem: string): boolean {
  const certificate = new X509Certificate(pem);
  const authorities = trusted().split(/(?<=-----END CERTIFICATE-----\n)/);
  return authorities.some((authority) => certificate.verify(new X509Certificate(authority).publicKey));
}

const count = (bundle: string): number => bundle.split("BEGIN").length - 1;

async function talks({ server }: Replica): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: trusted() });
  try {
    await once(socket, "secureConnect");
  } finally {
    socket.destroy();
  }
}

async function everyoneTalks(): Promise<void> {
  for (const one of replicas) await talks(one);
}

/** Time passes for one replica only: the other is behind, as in life. */
async function pass(one: Replica, ms: number): Promise<void> {
  one.clock.advance(ms);
  await one.keeper.check();
  await eventually(() => assert.ok(one.bundle.inPlace));
}

test("two replicas change the authority together and are trusted all the way", async () => {
  await Promise.all(replicas.map(({ keeper }) => keeper.check()));
  await eventually(() => assert.ok(replicas.every(({ bundle }) => bundle.inPlace)));
  await everyoneTalks();
  const seen: number[] = [];
  // To just before the authority falls due, then in steps that are shorter than the announcement, then to its end.
  const steps = [
    199 * DAY_MS,
    ...Array.from({ length: 400 }, () => 4 * MINUTE_MS),
    ...Array.from({ length: 5 }, () => 20 * DAY_MS),
  ];
  for (const [index, ms] of steps.entries()) {
    // They take turns in being the first to notice.
    const order = index % 2 === 0 ? replicas : replicas.toReversed();
    for (const one of order) {
      await pass(one, ms);
      if (index === 0 || index > 340) await everyoneTalks();
      if (seen.at(-1) !== count(trusted())) seen.push(count(trusted()));
    }
  }
  assert.deepEqual(seen, [1, 2, 1], "one authority, two, one: never a step back");
  const [one, two] = replicas;
  assert.deepEqual(one?.served, two?.served, "both showed the same certificates");
  assert.equal(one?.served.size, 3, "the first, its renewal, and the one of the new authority");
  assert.deepEqual(problems, []);
});

test("a Secret that is deleted, or a caBundle that is emptied, changes nothing for the API server", async () => {
  await Promise.all(replicas.map(({ keeper }) => keeper.check()));
  await eventually(() => assert.ok(replicas.every(({ bundle }) => bundle.inPlace)));
  const before = trusted();
  api.delete("/api/v1/namespaces/pilotfish-system/secrets", "pilotfish-certificates");
  await Promise.all(replicas.map(({ keeper }) => keeper.check()));
  api.put(CONFIGURATIONS, {
    metadata: { name: "pilotfish" },
    webhooks: [{ name: "pod.pilotfish.dev", clientConfig: {} }],
  });
  await eventually(() => assert.equal(trusted(), before));
  await everyoneTalks();
  assert.ok(api.get("/api/v1/namespaces/pilotfish-system/secrets", "pilotfish-certificates"));
});
