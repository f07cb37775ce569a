// The end of a server: who is silent does not hold it up, who is being answered is not cut off.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get } from "node:https";
import { connect as connectTcp } from "node:net";
import { type TestContext, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import type { RequestListener, ServerResponse } from "node:http";
import { systemClock } from "../../certs/clock.ts";
import { CertificateKeeper } from "../../certs/keeper.ts";
import { MemoryStore } from "../../certs/memory-store.ts";
import { DEFAULT_POLICY } from "../../certs/rotation.ts";
import { type Certificate, close, createHttps, listen } from "./open-server.ts";

/** Far beyond what any of these may take: only a cut after it would be late. */
const GRACE_MS = 20_000;

let certificate: Certificate | undefined;

before(async () => {
  const policy = { ...DEFAULT_POLICY, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], authorityBits: 2048 };
  const keeper = new CertificateKeeper({
    store: new MemoryStore(),
    policy,
    clock: systemClock,
    onChange: () => undefined,
    onProblem: assert.fail,
  });
  await keeper.start();
  keeper.stop();
  certificate = keeper.current;
});

async function serve(t: TestContext, listener: RequestListener) {
  const server = createHttps(listener, certificate);
  t.after(() => server.closeAllConnections());
  const address = await listen(server, { address: { host: "127.0.0.1", port: 0 }, option: "--listen" });
  return { server, host: "127.0.0.1", port: Number(address.split(":")[1]), rejectUnauthorized: false };
}

async function timeOf(action: Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await action;
  return performance.now() - startMs;
}

test("a connection that never asks anything is ended early", async (t) => {
  const { server, ...where } = await serve(t, (_request, response) => response.end());
  const silent = connectTls(where).on("error", () => undefined);
  await once(silent, "secureConnect");
  assert.ok((await timeOf(close(server, GRACE_MS))) < GRACE_MS / 4);
});

test("so is one that never begins with TLS", async (t) => {
  const { server, ...where } = await serve(t, (_request, response) => response.end());
  const arrived = once(server, "connection");
  const silent = connectTcp(where).on("error", () => undefined);
  await Promise.all([once(silent, "connect"), arrived]);
  assert.ok((await timeOf(close(server, GRACE_MS))) < GRACE_MS / 4);
});

test("one that was used and is kept open is ended at once", async (t) => {
  const { server, ...where } = await serve(t, (_request, response) => response.end());
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const [response] = (await once(get({ ...where, agent }), "response")) as [NodeJS.ReadableStream];
  await once(response.resume(), "end");
  assert.ok((await timeOf(close(server, GRACE_MS))) < GRACE_MS / 4);
});

test("a request in flight is answered, however long after the others were ended", async (t) => {
  const waiting = Promise.withResolvers<ServerResponse>();
  const { server, ...where } = await serve(t, (_request, response) => waiting.resolve(response));
  const asked = get(where);
  const inFlight = await waiting.promise;
  const silent = connectTls(where).on("error", () => undefined);
  await once(silent, "secureConnect");
  const closed = close(server, GRACE_MS);
  await once(silent, "close");
  inFlight.end("late");
  const [response] = (await once(asked, "response")) as [NodeJS.ReadableStream];
  assert.equal(String(await once(response, "data")), "late");
  await closed;
});
