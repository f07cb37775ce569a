// The application behind real TLS, its authority verified: every answer a client can get, what is logged and counted.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { after, before, beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { catalog } from "../../agent/catalog.ts";
import { systemClock } from "../../certs/clock.ts";
import { CertificateKeeper } from "../../certs/keeper.ts";
import { MemoryStore } from "../../certs/memory-store.ts";
import { DEFAULT_POLICY } from "../../certs/rotation.ts";
import { admit, type Outcome } from "../admission/admit.ts";
import { uncheckedClasses } from "../classes/class-set.ts";
import { createLogger } from "../log/logger.ts";
import { defaultSettings } from "../settings/settings.ts";
import { createApp } from "./app.ts";
import { Metrics } from "./metrics.ts";
import { close, createHttps, listen, useCertificate } from "./open-server.ts";
import { Readiness } from "./readiness.ts";

const known = { namespace: () => undefined, classes: uncheckedClasses, settings: defaultSettings, catalog };
const realDecision = (body: unknown): Promise<Outcome> => admit(body, known);

const metrics = new Metrics();
const readiness = new Readiness();
const parts = {
  decide: realDecision,
  metrics,
  readiness,
  log: createLogger("info", { write: (line) => void lines.push(line) }),
  mostInFlight: 2,
};
const lines: string[] = [];
const keeper = new CertificateKeeper({
  store: new MemoryStore(),
  policy: { ...DEFAULT_POLICY, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], authorityBits: 2048 },
  clock: systemClock,
});
const observed: Outcome[] = [];
const app = createApp({
  ...parts,
  decide: (body) => parts.decide(body),
  observe: (outcome) => observed.push(outcome),
});
const server = createHttps(app, undefined);
const agent = new Agent({ keepAlive: true });
let port: number;

before(async () => {
  const address = await listen(server, { address: { host: "127.0.0.1", port: 0 }, option: "--listen" });
  port = Number(address.split(":")[1]);
  await keeper.start();
  keeper.stop();
  assert.ok(keeper.current !== undefined);
  useCertificate(server, keeper.current);
});
beforeEach(() => {
  lines.length = 0;
  observed.length = 0;
  parts.decide = realDecision;
});
after(async () => {
  agent.destroy();
  await close(server, 0);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const options = (method: string, path: string): RequestOptions => ({
  agent,
  host: "localhost",
  family: 4,
  port,
  path,
  method,
  ca: keeper.current?.bundle ?? "",
});

async function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = "",
): Promise<Answer> {
  const sent = request({ ...options(method, path), headers });
  sent.end(body);
  return received(sent);
}

async function received(sent: ReturnType<typeof request>): Promise<Answer> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

const JSON_TYPE = { "content-type": "application/json" };

function review(uid: string, pod: object = { metadata: { generateName: "web-7d9-" } }): string {
  const kind = { group: "", version: "v1", kind: "Pod" };
  const wanted = { uid, operation: "CREATE", kind, namespace: "shop", object: pod };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: wanted });
}

async function sample(name: string): Promise<number> {
  const line = (await metrics.registry.metrics()).split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1] ?? Number.NaN);
}

const big = Buffer.alloc(7 * 2 ** 20 + 1, " ");
const gzipped = Buffer.from("H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==", "base64");

for (const [what, method, path, headers, body, status, error] of [
  ["no JSON", "POST", "/mutate", JSON_TYPE, "{", 400, /not valid JSON/],
  ["a JSON text that is no object", "POST", "/mutate", JSON_TYPE, '"x"', 400, /JSON, but not an object/],
  ["null", "POST", "/mutate", JSON_TYPE, "null", 400, /JSON, but not an object/],
  ["a number", "POST", "/mutate", JSON_TYPE, "5", 400, /JSON, but not an object/],
  ["a list", "POST", "/mutate", JSON_TYPE, "[]", 400, /JSON, but not an object/],
  ["only blanks", "POST", "/mutate", JSON_TYPE, "  ", 400, /not valid JSON/],
  ["UTF-16 with a mark", "POST", "/mutate", JSON_TYPE, Buffer.from("\uFEFF{}", "utf16le"), 400, /not UTF-8/],
  ["UTF-16 without one", "POST", "/mutate", JSON_TYPE, Buffer.from("{}", "utf16le"), 400, /not UTF-8/],
  [
    "UTF-16 that says so",
    "POST",
    "/mutate",
    { "content-type": "application/json; charset=utf-16" },
    Buffer.from("{}", "utf16le"),
    400,
    /not UTF-8/,
  ],
  ["Latin-1", "POST", "/mutate", JSON_TYPE, Buffer.from('{"a":"\xe9"}', "latin1"), 400, /not UTF-8/],
  ["another object", "POST", "/mutate", JSON_TYPE, "{}", 422, /not an AdmissionReview/],
  [
    "a compressed object",
    "POST",
    "/mutate",
    { ...JSON_TYPE, "content-encoding": "gzip" },
    gzipped,
    422,
    /AdmissionReview/,
  ],
  ["an unknown compression", "POST", "/mutate", { ...JSON_TYPE, "content-encoding": "xz" }, "{}", 415, /encoding/],
  ["another charset", "POST", "/mutate", { "content-type": "application/json; charset=latin1" }, "{}", 415, /charset/],
  ["more than 7 MiB", "POST", "/mutate", JSON_TYPE, big, 413, /larger than 7 MiB/],
  ["an empty body", "POST", "/mutate", JSON_TYPE, "", 400, /empty/],
  ["nothing at all", "POST", "/mutate", {}, "", 400, /empty/],
  ["a form", "POST", "/mutate", { "content-type": "application/x-www-form-urlencoded" }, "a=1", 415, /content type/],
  ["no content type", "POST", "/mutate", {}, "{}", 415, /content type/],
  ["GET of /mutate", "GET", "/mutate", {}, "", 405, /method/],
  ["PUT of /mutate", "PUT", "/mutate", JSON_TYPE, "{}", 405, /method/],
  ["DELETE of /metrics", "DELETE", "/metrics", {}, "", 405, /DELETE \/metrics/],
  ["another path", "POST", "/", JSON_TYPE, "{}", 404, /nothing at this path/],
  ["another spelling", "POST", "/Mutate", JSON_TYPE, "{}", 404, /nothing at this path/],
  ["a path that cannot be decoded", "GET", "/%zz", {}, "", 404, /nothing at this path/],
] as const) {
  test(`${what} is answered with ${status} and a remedy`, async () => {
    const got = await send(method, path, { ...headers, "content-length": String(body.length) }, body);
    assert.equal(got.status, status);
    const told = JSON.parse(got.text) as { error: string; remedy: string };
    assert.match(told.error, error);
    assert.ok(told.remedy.length > 10);
    assert.deepEqual(Object.keys(told), ["error", "remedy"]);
    if (status === 405) assert.ok(got.headers["allow"]);
  });
}

test("a body in chunks has the same limit, and the same emptiness", async () => {
  const chunked = { ...JSON_TYPE, "transfer-encoding": "chunked" };
  const sent = request({ ...options("POST", "/mutate"), headers: chunked });
  sent.write("[");
  sent.end(big);
  assert.equal((await received(sent)).status, 413);
  assert.match((await send("POST", "/mutate", chunked)).text, /the body is empty/);
});

test("a body that claims to be too large is refused before it comes, and the connection is closed", async () => {
  const headers = { ...JSON_TYPE, "content-length": String(7 * 2 ** 20 + 1) };
  const rejected = 'pilotfish_webhook_bad_requests_total{status="413"}';
  const before = (await sample(rejected)) || 0;
  const sent = request({ ...options("POST", "/mutate"), agent: false, headers }).on("error", () => undefined);
  sent.write("{");
  // The deadline of this test: a server that waits for the body answers after half a minute.
  sent.setTimeout(10_000, () => sent.destroy(new Error("no answer")));
  const [socket] = (await once(sent, "socket")) as [TLSSocket];
  const closed = once(socket, "close");
  const got = await received(sent);
  assert.equal(got.status, 413);
  assert.match(got.text, /larger than 7 MiB/);
  assert.equal(got.headers["connection"], "close");
  await closed;
  assert.equal(await sample(rejected), before + 1);
  assert.match(lines.join(""), /"status":413/);
});

test("exactly 7 MiB is read", async () => {
  const text = review("u-big").padEnd(7 * 2 ** 20, " ");
  assert.equal((await send("POST", "/mutate", JSON_TYPE, text)).status, 200);
});

test("a pod is answered, counted and logged once; nothing of its spec reaches the log", async () => {
  const pod = {
    metadata: {
      generateName: "web-7d9-",
      ownerReferences: [{ kind: "ReplicaSet", name: "web-7d9", controller: true }],
    },
    spec: { containers: [{ name: "app", env: [{ name: "PASSWORD", value: "hunter2" }] }] },
  };
  const before = await sample("pilotfish_webhook_admission_duration_seconds_count");
  const got = await send("POST", "/mutate", JSON_TYPE, review("u-1", pod));
  assert.equal(got.status, 200);
  const { response } = JSON.parse(got.text) as { response: { uid: string; allowed: boolean } };
  assert.equal(response.uid, "u-1");
  assert.equal(response.allowed, true);
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  assert.equal(line["uid"], "u-1");
  assert.equal(line["namespace"], "shop");
  assert.equal(line["pod"], "web-7d9-*");
  assert.equal(line["owner"], "ReplicaSet/web-7d9");
  assert.equal(line["dryRun"], false);
  assert.ok(typeof line["milliseconds"] === "number" && typeof line["reason"] === "string");
  assert.doesNotMatch(lines.join(""), /hunter2|PASSWORD|containers/);
  assert.ok((await sample(`pilotfish_webhook_admissions_total{reason="${line["reason"]}"}`)) >= 1);
  assert.equal(await sample("pilotfish_webhook_admission_duration_seconds_count"), before + 1);
});

test("the second call for a pod is counted, and logged at level debug only", async () => {
  const counted = 'pilotfish_webhook_admissions_total{reason="already_injected"}';
  const before = await sample(counted);
  const pod = { metadata: { name: "web" }, spec: { containers: [{ name: "app" }, { name: "pilotfish-agent" }] } };
  assert.match((await send("POST", "/mutate", JSON_TYPE, review("u-again", pod))).text, /already_injected/);
  assert.equal(await sample(counted), before + 1);
  assert.deepEqual(lines, []);
  parts.log.level = "debug";
  await send("POST", "/mutate", JSON_TYPE, review("u-again", pod));
  parts.log.level = "info";
  assert.match(lines.join(""), /"level":"debug".*"reason":"already_injected"/);
});

test("a decision that throws lets the pod pass and tells the client nothing of it", async () => {
  parts.decide = () => Promise.reject(new Error("inner detail"));
  const got = await send("POST", "/mutate", JSON_TYPE, review("u-2"));
  assert.equal(got.status, 200);
  assert.match(got.text, /"allowed":true.*internal_error/);
  assert.doesNotMatch(got.text, /inner detail/);
  assert.match(lines.join(""), /inner detail/);
  const without = await send("POST", "/mutate", JSON_TYPE, "{}");
  assert.equal(without.status, 500);
  assert.doesNotMatch(without.text, /inner detail|at .*\.ts/);
});

test("beyond the limit of requests in flight pods pass unchanged, and say so", async () => {
  const waiting = [1, 2].map(() => {
    const sent = request({ ...options("POST", "/mutate"), headers: { ...JSON_TYPE, "content-length": "2" } });
    sent.write("{");
    return sent;
  });
  const deadline = Date.now() + 5000;
  while ((await sample("pilotfish_webhook_requests_in_flight")) < 2) {
    assert.ok(Date.now() < deadline);
    await setImmediate();
  }
  const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-7d9", uid: "u1" };
  const pod = { metadata: { generateName: "web-7d9-", ownerReferences: [{ ...controller, controller: true }] } };
  const got = await send("POST", "/mutate", JSON_TYPE, review("u-3", pod));
  assert.match(got.text, /"uid":"u-3","allowed":true.*overloaded/);
  const [{ reason, ...outcome } = assert.fail()] = observed;
  assert.deepEqual(
    [reason, outcome.pod.owner, outcome.pod.controller],
    ["overloaded", "ReplicaSet/web-7d9", controller],
  );
  for (const sent of waiting) sent.end("}");
  assert.deepEqual(
    (await Promise.all(waiting.map(received))).map(({ status }) => status),
    [422, 422],
  );
});

test("readiness lists what is missing, and is gone for good when draining", async () => {
  let certificates = false;
  let namespaces = false;
  readiness.require("certificates", () => certificates);
  readiness.require("namespaces", () => namespaces);
  const ask = async (): Promise<[number, string]> => {
    const { status, text } = await send("GET", "/readyz");
    return [status, (JSON.parse(text) as { missing: string[] }).missing.join()];
  };
  assert.deepEqual(await ask(), [503, "certificates,namespaces"]);
  certificates = true;
  assert.deepEqual(await ask(), [503, "namespaces"]);
  namespaces = true;
  assert.deepEqual(await ask(), [200, ""]);
  assert.equal((await send("GET", "/healthz")).status, 200);
});

test("the metrics page has every reason from the start, and no default names", async () => {
  const { text, headers } = await send("GET", "/metrics");
  assert.match(String(headers["content-type"]), /^text\/plain.*version=0\.0\.4/);
  assert.match(text, /^pilotfish_webhook_admissions_total\{reason="class_not_allowed"\} 0$/m);
  for (const name of text.matchAll(/^# TYPE (\S+)/gm)) assert.match(name[1] ?? "", /^pilotfish_webhook_/);
});

test("a new certificate is shown to new connections while the old ones go on", async () => {
  const held = new Agent({ keepAlive: true, maxSockets: 1 });
  const via = async (which: Agent): Promise<string> => {
    const sent = request({ ...options("GET", "/healthz"), agent: which, ca: bundle });
    let serial = "";
    sent.once("socket", (socket) => {
      const tls = socket as TLSSocket;
      const note = (): void => void (serial = tls.getPeerCertificate().serialNumber);
      if (tls.connecting) tls.once("secureConnect", note);
      else note();
    });
    sent.end();
    await received(sent);
    return serial;
  };
  const other = new CertificateKeeper({
    store: new MemoryStore(),
    policy: { ...DEFAULT_POLICY, dnsNames: ["localhost"], ipAddresses: [], authorityBits: 2048 },
    clock: systemClock,
  });
  await other.start();
  other.stop();
  assert.ok(other.current !== undefined && keeper.current !== undefined);
  const bundle = keeper.current.bundle + other.current.bundle;
  const first = await via(held);
  useCertificate(server, other.current);
  const fresh = new Agent();
  assert.equal(await via(held), first, "the open connection was not dropped");
  assert.notEqual(await via(fresh), first);
  useCertificate(server, keeper.current);
  held.destroy();
  fresh.destroy();
});

async function negotiated(more: object): Promise<string> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    servername: "localhost",
    ca: keeper.current?.bundle ?? "",
    ...more,
  });
  try {
    await once(socket, "secureConnect");
    return `${socket.getProtocol()} ${String(socket.alpnProtocol)}`;
  } catch {
    return "refused";
  } finally {
    socket.destroy();
  }
}

test("older TLS and HTTP/2 are not spoken", async () => {
  assert.equal(await negotiated({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }), "refused");
  assert.equal(await negotiated({ maxVersion: "TLSv1.2" }), "TLSv1.2 false");
  assert.equal(await negotiated({ ALPNProtocols: ["h2", "http/1.1"] }), "TLSv1.3 http/1.1");
});

test("while draining it still answers, and asks its clients to connect elsewhere", async () => {
  readiness.drain();
  const ready = await send("GET", "/readyz");
  assert.equal(ready.status, 503);
  assert.match(ready.text, /shutting down/);
  const got = await send("POST", "/mutate", JSON_TYPE, review("u-4"));
  assert.equal(got.status, 200);
  assert.equal(got.headers["connection"], "close");
});
