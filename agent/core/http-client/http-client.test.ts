import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { recordHttp } from "../../../test/support/http-recorder.ts";
import { optionsWith } from "../../../test/support/plugin-bench.ts";
import { testCertificates } from "../../../test/support/test-certificates.ts";
import { HttpClient, type HttpClientSettings } from "./http-client.ts";
import { httpClientOptions, httpClientSettings } from "./http-client-options.ts";
import { proxyEnvironment } from "./proxy.ts";
import { opensslCiphers } from "./tls-ciphers.ts";
import { loadTlsClient, tlsClientOptions } from "./tls-client.ts";
import { encodeQuery, hideCredentials, hideCredentialsIn, joinPath, withoutLogin } from "./url-text.ts";

const get = { method: "GET", path: "/x", headers: {} };

function client(t: TestContext, url: string, changes: Partial<HttpClientSettings> = {}): HttpClient {
  const signal = new AbortController().signal;
  const made = new HttpClient({ url: new URL(url), timeoutMs: 5000, signal, ...changes });
  t.after(() => made.close());
  return made;
}

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test("a kept connection that the server closed is replaced, once and in silence", async (t) => {
  let connections = 0;
  const port = await listen(
    t,
    createServer((socket) => {
      connections += 1;
      let requests = 0;
      socket.on("error", () => {});
      socket.on("data", () => {
        requests += 1;
        if (requests > 1) socket.destroy();
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    }),
  );
  const kept = client(t, `http://127.0.0.1:${port}`);
  assert.equal((await kept.request(get)).body.toString(), "ok");
  assert.equal((await kept.request(get)).body.toString(), "ok");
  assert.equal(connections, 2);
  // A new connection that is cut is a failure: it may have been the request.
  const cut = await listen(
    t,
    createServer((socket) => socket.destroy()),
  );
  await assert.rejects(client(t, `http://127.0.0.1:${cut}`).request(get), /GET http:.*(hang up|ECONNRESET)/);
});

test("an answer that is too long is cut", async (t) => {
  const server = await recordHttp(() => ({ status: 500, body: "x".repeat(100_000) }));
  t.after(() => server.close());
  const answer = await client(t, server.url, { maxBodyBytes: 10 }).request(get);
  assert.deepEqual([answer.status, answer.body.length, answer.truncated], [500, 10, true]);
  assert.equal(answer.statusLine, "500 Internal Server Error");
});

test("the deadline covers the body as well", async (t) => {
  const server = http.createServer((_request, response) => response.writeHead(200, { "content-length": 5 }).write("x"));
  const port = await listen(t, server);
  t.after(() => server.closeAllConnections());
  const slow = client(t, `http://127.0.0.1:${port}`, { timeoutMs: 50 });
  await assert.rejects(slow.request(get), /no answer within 50 ms; raise timeout/);
});

test("nothing stays behind at the signal, which outlives all requests", async (t) => {
  const server = await recordHttp((_request, count) => (count === 1 ? { status: 200 } : "cut"));
  t.after(() => server.close());
  const { signal } = new AbortController();
  const asking = client(t, server.url, { signal });
  await asking.request(get);
  await assert.rejects(asking.request(get));
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("the signal ends a request, and none begins after it", async (t) => {
  const stop = new AbortController();
  const server = await recordHttp(() => {
    stop.abort();
    return "hang";
  });
  t.after(() => server.close());
  const stopped = client(t, server.url, { signal: stop.signal });
  await assert.rejects(stopped.request(get), /the agent is stopping/);
  await assert.rejects(stopped.request(get), /the agent is stopping/);
  assert.equal(server.requests.length, 1);
});

test("all addresses of a name are tried, and all failures told", async (t) => {
  const server = createServer();
  const port = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(client(t, `http://localhost:${port}`).request(get), /ECONNREFUSED/);
});

test("http through a proxy: the whole URL is asked of it", async (t) => {
  const proxy = await recordHttp(() => ({ status: 200, body: "from the proxy" }));
  t.after(() => proxy.close());
  const answer = await client(t, "http://metrics.invalid/", { proxy: proxy.url }).request(get);
  assert.equal(answer.body.toString(), "from the proxy");
  assert.equal(proxy.requests[0]?.url, "http://metrics.invalid/x");
});

test("TLS: trusted, not trusted, another name, and through a proxy", async (t) => {
  const { authority, certificate, key } = await testCertificates({ dnsNames: ["metrics.invalid"] });
  const folder = await mkdtemp(join(tmpdir(), "pilotfish-tls-"));
  t.after(() => rm(folder, { recursive: true }));
  const tlsCa = join(folder, "ca.pem");
  await writeFile(tlsCa, authority);
  const server = https.createServer({ cert: certificate, key }, (_request, response) => response.end("safe"));
  const port = await listen(t, server);
  t.after(() => server.closeAllConnections());
  const ask = async (changes: Parameters<typeof optionsWith<typeof tlsClientOptions>>[1], proxy = "") => {
    const tls = await loadTlsClient(optionsWith(tlsClientOptions, changes));
    const host = proxy === "" ? "127.0.0.1" : "metrics.invalid";
    const answer = await client(t, `https://${host}:${port}`, { tls, proxy }).request(get);
    return answer.body.toString();
  };
  assert.equal(await ask({ tlsCa, tlsServerName: "metrics.invalid" }), "safe");
  assert.equal(await ask({ insecureSkipVerify: true }), "safe");
  await assert.rejects(ask({ tlsServerName: "metrics.invalid" }), /self-signed certificate|unable to verify/);
  await assert.rejects(ask({ tlsCa }), /does not match certificate/);
  await assert.rejects(ask({ tlsCa, tlsEnable: false, tlsServerName: "metrics.invalid" }), /certificate/);
  const proxy = http.createServer();
  proxy.on("connect", (request: http.IncomingMessage, socket) => {
    assert.equal(request.url, `metrics.invalid:${port}`);
    const behind = connect(port, "127.0.0.1", () => socket.write("HTTP/1.1 200 Connection Established\r\n\r\n"));
    behind.pipe(socket).pipe(behind);
  });
  const proxyPort = await listen(t, proxy);
  t.after(() => proxy.closeAllConnections());
  assert.equal(await ask({ tlsCa }, `http://127.0.0.1:${proxyPort}`), "safe");
});

const environment = { HTTP_PROXY: "http://p:1", https_proxy: "http://q:2", NO_PROXY: "x", PATH: "/bin" };
const proxies: readonly (readonly [string, string | undefined, object | undefined])[] = [
  ["http://m.invalid", undefined, undefined],
  ["http://m.invalid", "", undefined],
  ["http://m.invalid", "http://r:3", { HTTP_PROXY: "http://r:3", HTTPS_PROXY: "http://r:3" }],
  ["http://m.invalid", "system", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:2", NO_PROXY: "x" }],
  ["http://localhost:8086", "system", undefined],
  ["http://127.0.0.1:8086", "system", undefined],
  ["http://[::1]:8086", "system", undefined],
  ["unix:///run/x.sock", "system", undefined],
];
for (const [url, choice, expected] of proxies) {
  test(`the proxy for ${url} with "${choice}"`, () => {
    assert.deepEqual(proxyEnvironment(new URL(url), choice, environment), expected);
  });
}

test("no proxy in the environment is no proxy", () => {
  assert.equal(proxyEnvironment(new URL("http://m.invalid"), "system", { NO_PROXY: "x" }), undefined);
});

const hidden: readonly (readonly [text: string, inMessages: string, inTags: string])[] = [
  ["http://user:secret@host:1/x?y", "http://host:1/x?***", "http://host:1/x?y"],
  ["http://token@host/", "http://host/", "http://host/"],
  ["http://host/a@b", "http://host/a@b", "http://host/a@b"],
  ["http://host/?u=admin&p=secret", "http://host/?u=***&p=***", "http://host/?u=admin&p=secret"],
  ["http://u:p@host/?p=secret=1&secret#a", "http://host/?p=***&***", "http://host/?p=secret=1&secret#a"],
];
for (const [text, inMessages, inTags] of hidden) {
  test(`without credentials: ${text}`, () => {
    assert.equal(hideCredentials(new URL(text)), inMessages);
    assert.equal(hideCredentialsIn(text), inMessages);
    assert.equal(withoutLogin(text), inTags);
  });
}

for (const text of [
  "http://user:sec/secret@host",
  "http://user:p#secret@host:port",
  "user:secret@host",
  "//user:secret@host",
  "http:/user:secret@host",
  "http://ho st/?p=secret",
]) {
  test(`no URL, and no secret shown of it: ${text}`, () => {
    assert.doesNotMatch(hideCredentialsIn(text), /secret|user/);
    assert.match(hideCredentialsIn(text), /ho ?st/);
  });
}

test("a query as Go writes it", () => {
  assert.equal(encodeQuery({ rp: "a b/~*", db: "é&=+" }), "db=%C3%A9%26%3D%2B&rp=a+b%2F~%2A");
});

test("paths are joined with one slash", () => {
  for (const [base, path] of Object.entries({ "http://h": "/w", "http://h/": "/w", "http://h/a//b/": "/a/b/w" })) {
    assert.equal(joinPath(new URL(base), "w"), path);
  }
});

test("cipher suites by Go's names", () => {
  const names = [
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
  ];
  const expected = "ECDHE-ECDSA-CHACHA20-POLY1305:AES256-GCM-SHA384:TLS_AES_128_GCM_SHA256";
  assert.deepEqual(opensslCiphers(names), { ciphers: expected, unknown: [] });
  assert.deepEqual(opensslCiphers(["secure"]), { ciphers: undefined, unknown: [] });
  assert.deepEqual(opensslCiphers(["TLS_X"]).unknown, ["TLS_X"]);
  assert.equal(opensslCiphers(["all"]).ciphers, "ALL:@SECLEVEL=0");
});

test("the settings of the shared options; a timeout of 0 is the default, as upstream", () => {
  const options = optionsWith(httpClientOptions, { timeoutMs: 0, localAddress: "10.0.0.1", useSystemProxy: true });
  const expected = { timeoutMs: 5000, idleTimeoutMs: 0, tls: {}, localAddress: "10.0.0.1", proxy: "system" };
  assert.deepEqual(httpClientSettings(options, {}), expected);
});
