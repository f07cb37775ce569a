import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect, type ConnectionOptions } from "node:tls";
import { testCertificates } from "../../../test/support/test-certificates.ts";
import { startListener, until, type TestListener } from "./test-listener.ts";

let folder = "";
let own = { authority: "", certificate: "", key: "" };
/** Of an authority that the listener does not know. */
let foreign = own;
let toml = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "socket-listener-tls-"));
  [own, foreign] = await Promise.all([
    testCertificates({ dnsNames: ["agent.invalid"] }),
    testCertificates({ dnsNames: ["agent.invalid"] }),
  ]);
  const files = { "ca.pem": own.authority, "cert.pem": own.certificate, "key.pem": own.key };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  toml = `service_address = "tcp4://127.0.0.1:0"
    tls_cert = "${folder}/cert.pem"
    tls_key = "${folder}/key.pem"`;
});
after(() => rm(folder, { recursive: true }));

/** Sends and resolves when the connection is gone, whichever side ended it. */
function send(listener: TestListener, text: string, options: ConnectionOptions = {}): Promise<unknown> {
  const socket = connect({
    host: "127.0.0.1",
    port: listener.port,
    ca: own.authority,
    servername: "agent.invalid",
    ...options,
  });
  socket.on("error", () => {});
  socket.end(text);
  socket.resume();
  return new Promise((resolve) => socket.once("close", resolve));
}

test("tls: reads lines", async () => {
  const listener = await startListener(toml);
  await send(listener, "a v=1 1\nb v=1 2");
  await until(
    () => listener.count("connections_active") === 0,
    () => "the connection stays open",
  );
  await listener.stop();
  assert.equal(listener.lines(), "a v=1 1\nb v=1 2\n");
});

test("tls: a client without TLS is refused, counted and logged", async () => {
  const listener = await startListener(toml);
  const socket = connectPlain(listener.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("a v=1 1\n");
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  assert.equal(listener.count("connections_refused"), 1);
  await listener.stop();
  assert.equal(listener.lines(), "");
  assert.match(listener.log(), /E! Error in plugin: TLS handshake failed: /);
});

test("tls: with tls_allowed_cacerts only clients of those authorities are heard", async () => {
  const listener = await startListener(`${toml}\ntls_allowed_cacerts = ["${folder}/ca.pem"]`);
  await send(listener, "without v=1 1\n");
  await send(listener, "foreign v=1 1\n", { cert: foreign.certificate, key: foreign.key });
  await until(
    () => listener.count("connections_refused") === 2,
    () => `${listener.count("connections_refused")} refused`,
  );
  await listener.stop();
  assert.equal(listener.lines(), "");
});

test("tls: stop does not wait for a peer that never says hello", async () => {
  const listener = await startListener(toml);
  const socket = connectPlain(listener.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  await until(
    () => listener.count("connections_active") === 1,
    () => "not accepted",
  );
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await listener.stop();
  await closed;
});

test("tls: a missing certificate is named, with the option to change", async () => {
  const missing = toml.replace("cert.pem", "none.pem");
  await assert.rejects(startListener(missing), /cannot read \S+none\.pem: ENOENT: .*; check tls_cert$/);
});
