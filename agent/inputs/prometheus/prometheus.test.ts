// The way to the pages, against real HTTP servers: what is asked, what an answer means, what is never said.

import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { recordHttp, type Answering, type HttpRecorder } from "../../../test/support/http-recorder.ts";
import { freePort } from "../../../test/support/ports.ts";
import { testCertificates } from "../../../test/support/test-certificates.ts";
import { comparable, TestPrometheus } from "./test-pages.ts";

const directory = mkdtempSync(join(tmpdir(), "pilotfish-prometheus-"));
after(() => rmSync(directory, { recursive: true, force: true }));

interface Scrape {
  readonly server: HttpRecorder;
  readonly input: TestPrometheus;
  /** Comparable; the server is called http://server. */
  readonly lines: string;
}

/** One collection from one server; `toml` may use SERVER for `http://127.0.0.1:port` and HOST for `127.0.0.1:port`. */
async function scrape(answer: Answering, toml: string, times = 1): Promise<Scrape> {
  const server = await recordHttp(answer);
  const filled = toml.replaceAll("SERVER", server.url).replaceAll("HOST", server.url.slice("http://".length));
  const input = new TestPrometheus(filled);
  let lines: readonly string[] = [];
  try {
    for (let i = 0; i < times; i++) lines = await input.gather();
  } finally {
    await input.input.stop?.();
    await server.close();
  }
  return { server, input, lines: comparable(lines, input.nowNs, server.url) };
}

const page = () => ({ status: 200, body: "a 1\n" });

for (const [url, path, tag] of [
  ["SERVER", "/metrics", "http://server/metrics"],
  ["SERVER/", "/", "http://server/"],
  ["SERVER?x=1", "/metrics?x=1", "http://server/metrics?x\\=1"],
  ["SERVER/a/b?c=d&e=f", "/a/b?c=d&e=f", "http://server/a/b?c\\=d&e\\=f"],
  ["SERVER/a#b", "/a", "http://server/a#b"],
  ["http://user:secret@HOST/x", "/x", "http://server/x"],
] as const) {
  test(`${url} asks for ${path} and is called ${tag}`, async () => {
    const { server, lines } = await scrape(page, `urls = ["${url}"]`);
    assert.deepEqual(
      server.requests.map(({ url }) => url),
      [path],
    );
    assert.equal(lines, `a,url=${tag} value=1 now`);
  });
}

test("pages behind unix sockets", async (t) => {
  const path = join(directory, "app.sock");
  const server = await recordHttp(page, { path });
  t.after(() => server.close());
  const urls = [`unix://${path}`, `unix://${path}?path=/mine%3Fx%3D1`];
  const input = new TestPrometheus(`urls = ${JSON.stringify(urls)}`);
  const lines = await input.gather();
  await input.input.stop?.();
  assert.deepEqual(input.errors, []);
  assert.deepEqual(server.requests.map(({ url, headers }) => `${headers.host} ${url}`).toSorted(), [
    "localhost /metrics",
    "localhost /mine?x=1",
  ]);
  assert.deepEqual(lines.map((line) => line.replace(/ .*/, "")).toSorted(), [
    `a,url=unix://${path}`,
    `a,url=unix://${path}?path\\=/mine%3Fx%3D1`,
  ]);
});

test("the request: no protobuf, no OpenMetrics, no compression, the config's headers", async () => {
  const toml = `urls = ["SERVER/m"]\nhttp_headers = { "X-Own" = "yes", Host = "my.host", "User-Agent" = "me" }`;
  const { server } = await scrape(page, toml);
  const { headers } = server.requests[0] ?? assert.fail("no request");
  assert.deepEqual(headers, {
    accept: "text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    "accept-encoding": "identity",
    connection: "keep-alive",
    host: "my.host",
    "user-agent": "me",
    "x-own": "yes",
  });
});

test("one connection is kept from collection to collection", async () => {
  const { server } = await scrape(page, `urls = ["SERVER/m"]`, 3);
  assert.equal(new Set(server.requests.map(({ fromPort }) => fromPort)).size, 1);
  assert.equal(server.requests.length, 3);
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const tokenFile = join(directory, "token");
writeFileSync(tokenFile, "from-file\n");

for (const [name, toml, authorization] of [
  ["no login", `urls = ["SERVER"]`, undefined],
  ["user and password", `urls = ["SERVER"]\nusername = "u"\npassword = "p"`, basic("u:p")],
  ["a user alone", `urls = ["SERVER"]\nusername = "u"`, basic("u:")],
  ["the URL's", `urls = ["http://u%40x:p%20y@HOST"]`, basic("u@x:p y")],
  ["options before the URL's", `urls = ["http://a:b@HOST"]\nusername = "u"\npassword = "p"`, basic("u:p")],
  ["a token before user and password", `urls = ["SERVER"]\nusername = "u"\nbearer_token_string = "t"`, "Bearer t"],
  [
    "a token's file before the token, without its line end",
    `urls = ["SERVER"]\nbearer_token_string = "t"\nbearer_token = "${tokenFile}"`,
    "Bearer from-file",
  ],
  ["a header before all", `urls = ["SERVER"]\nbearer_token_string = "t"\nhttp_headers = {Authorization = "x"}`, "x"],
] as const) {
  test(`login: ${name}`, async () => {
    const { server } = await scrape(page, toml);
    assert.equal(server.requests[0]?.headers.authorization, authorization);
  });
}

test("a token's file that is not there is this collection's error, and the next one's success", async (t) => {
  const path = join(directory, "late-token");
  const server = await recordHttp(page);
  t.after(() => server.close());
  const input = new TestPrometheus(`urls = ["${server.url}"]\nbearer_token = "${path}"`);
  assert.deepEqual(await input.gather(), []);
  assert.match(input.errors.join(), /cannot read bearer_token ".*late-token": .*ENOENT.*mount the file/);
  writeFileSync(path, "now");
  assert.equal((await input.gather()).length, 1);
  await input.input.stop?.();
});

for (const [name, answer, expected] of [
  ["404", { status: 404 }, /^"http:\S+\/metrics\?p=\*\*\*" returned HTTP status "404 Not Found"$/],
  ["204", { status: 204 }, /returned HTTP status "204 No Content"/],
  ["503 with a page", { status: 503, body: "a 1\n" }, /returned HTTP status "503 Service Unavailable"/],
  ["a redirect without a place", { status: 302 }, /returned HTTP status "302 Found"/],
  [
    "half a page",
    { status: 200, body: "a 1\nb" },
    /error reading metrics for "\S+": line 2: the page ends within a line/,
  ],
  [
    "compressed",
    { status: 200, headers: { "content-encoding": "gzip" }, body: "x" },
    /content-encoding "gzip"; remove/,
  ],
  [
    "protobuf",
    { status: 200, headers: { "content-type": "application/vnd.google.protobuf; encoding=delimited" }, body: "x" },
    /the page is protobuf \(application\/vnd\.google\.protobuf\), which this version does not read/,
  ],
  ["cut", "cut", /^GET http:\S+\/metrics\?p=\*\*\*: (socket hang up|read ECONNRESET)$/],
  ["no answer", "hang", /^GET http:\S+\/metrics\?p=\*\*\*: no answer within 200 ms; raise timeout$/],
] as const) {
  test(`an answer that is no page: ${name}`, async () => {
    const { input, lines } = await scrape(
      () => answer,
      `urls = ["http://u:secret@HOST/metrics?p=secret"]\ntimeout = "200ms"`,
    );
    assert.equal(lines, "");
    assert.equal(input.errors.length, 1);
    assert.match(input.errors[0] ?? "", expected);
    assert.doesNotMatch(input.errors.join() + input.log.join(), /secret/);
  });
}

test("the tag has the query, what is logged about a long page has not", async () => {
  const urls = `urls = ["http://u:secret@HOST/x?p=q"]\n`;
  const { lines } = await scrape(() => ({ status: 200, body: "a 1\n" }), urls);
  assert.match(lines, /url=http:\/\/server\/x\?p\\?=q/);
  const { input } = await scrape(() => ({ status: 200, body: "a 1\nb 2\n" }), `${urls}content_length_limit = 4`);
  assert.match(input.log.join(), /skipping http:\S+\/x\?p=\*\*\*: /);
});

test("a page that fails does not hold up the others", async () => {
  const port = await freePort();
  const toml = `urls = ["http://127.0.0.1:${port}/gone", "SERVER/good", "SERVER/bad", "SERVER/good"]`;
  const { server, input, lines } = await scrape(({ url }) => (url === "/bad" ? { status: 500 } : page()), toml);
  assert.equal(lines, "a,url=http://server/good value=1 now");
  assert.equal(server.requests.length, 2);
  assert.equal(input.errors.length, 2);
});

test("redirects are followed with the login, but to another host without it", async (t) => {
  const elsewhere = await recordHttp(page);
  t.after(() => elsewhere.close());
  const away = elsewhere.url.replace("127.0.0.1", "localhost");
  const answer: Answering = ({ url }) => {
    if (url === "/away") return { status: 307, headers: { location: `${away}/there?x=1` } };
    return url === "/near/" ? page() : { status: 301, headers: { location: "/near/" } };
  };
  const toml = `urls = ["SERVER/near", "SERVER/away"]\nusername = "u"\npassword = "p"`;
  const { server, input } = await scrape(answer, toml);
  assert.deepEqual(input.errors, []);
  assert.deepEqual(server.requests.map(({ url, headers }) => `${url} ${headers.authorization}`).toSorted(), [
    "/away Basic dTpw",
    "/near Basic dTpw",
    "/near/ Basic dTpw",
  ]);
  assert.deepEqual(
    elsewhere.requests.map(({ url, headers }) => `${url} ${headers.authorization}`),
    ["/there?x=1 undefined"],
  );
});

test("redirects in a circle end", async () => {
  const { server, input } = await scrape(() => ({ status: 302, headers: { location: "/a" } }), `urls = ["SERVER/a"]`);
  assert.equal(server.requests.length, 11);
  assert.match(input.errors[0] ?? "", /returned HTTP status "302 Found"/);
});

const longOrShort: Answering = ({ url }) => ({ status: 200, body: url === "/long" ? "a 1\nbb 2\n" : "a 1\nb 2\n" });

test("a page above content_length_limit is passed over and counted; one of that length is read", async () => {
  const toml = `urls = ["SERVER/long", "SERVER/short"]\ncontent_length_limit = 8\nenable_request_metrics = true`;
  const { server, input, lines } = await scrape(longOrShort, toml);
  assert.deepEqual(input.errors, []);
  assert.match(input.log.join(), /I! skipping http:\S+\/long: content length exceeded maximum body size \(8\)/);
  const [request, short, ...metrics] = lines
    .replace(/response_time=[\d.e-]+/g, "response_time=T")
    .split("\n")
    .toReversed();
  assert.equal(short, "prometheus_request,url=http://server/long response_time=T now");
  assert.equal(request, "prometheus_request,url=http://server/short content_length=8i,response_time=T now");
  assert.equal(metrics.length, 2);
  assert.equal(server.requests.length, 2);
});

test("self-statistics per target, gone after stop", async (t) => {
  const server = await recordHttp(({ url }) =>
    url === "/bad" ? { status: 500 } : { status: 200, body: url === "/long" ? "a 1\nb 2\n" : "a 1\n" },
  );
  t.after(() => server.close());
  const input = new TestPrometheus(
    `urls = ["${server.url.replace("//", "//u:secret@")}/good", "${server.url}/bad", "${server.url}/long"]
     content_length_limit = 4`,
  );
  await input.gather();
  await input.gather();
  const of = (path: string, status: number, counts: readonly number[]): string[] => [
    `internal_prometheus url=${server.url}/${path} connection_status=${status} pages_too_long=${counts[0]}`,
    `internal_prometheus url=${server.url}/${path} status=success gathers_total=${counts[1]}`,
    `internal_prometheus url=${server.url}/${path} status=failure gathers_total=${counts[2]}`,
  ];
  const expected = [...of("good", 1, [0, 2, 0]), ...of("bad", 0, [0, 0, 2]), ...of("long", 1, [2, 2, 0])];
  assert.deepEqual(statisticsOf(input), expected);
  await input.input.stop?.();
  assert.deepEqual(statisticsOf(input), []);
});

function pairs(object: Readonly<Record<string, unknown>>): string {
  return Object.entries(object)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(" ");
}

function statisticsOf({ statistics }: TestPrometheus): string[] {
  return [...statistics.sources()].map((each) => `${each.measurement} ${pairs(each.tags)} ${pairs(each.read())}`);
}

test("prometheus_request is called as the URL is written, and comes for failures too", async () => {
  const toml = `urls = ["http://u:secret@HOST"]\nenable_request_metrics = true\nurl_tag = "page"`;
  const { lines } = await scrape(() => ({ status: 500 }), toml);
  assert.match(lines, /^prometheus_request,page=http:\/\/server response_time=[\d.e-]+ now$/);
});

test("a page without end is left at the limit, and its connection with it", async (t) => {
  let sentBytes = 0;
  const chunk = Buffer.alloc(65_536, "a 1\n");
  const closed = Promise.withResolvers<void>();
  const server = http.createServer((_, response) => {
    response.once("close", () => closed.resolve());
    const more = (): void => {
      while (!response.destroyed) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) break;
      }
    };
    response.on("drain", more);
    more();
  });
  server.listen(0, "127.0.0.1");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const input = new TestPrometheus(`urls = ["http://127.0.0.1:${port}"]\ncontent_length_limit = "1MB"`);
  assert.deepEqual(await input.gather(), []);
  await closed.promise;
  await input.input.stop?.();
  assert.ok(sentBytes < 32 * 1_048_576, `${sentBytes} bytes were sent`);
  assert.match(input.log.join(), /content length exceeded maximum body size \(1000000\)/);
});

test("a big page comes in slices that wait for room", async () => {
  const body = Array.from({ length: 5000 }, (_, i) => `a{i="${i}"} ${i}\n`).join("");
  const { input, lines } = await scrape(() => ({ status: 200, body }), `urls = ["SERVER"]`);
  assert.equal(lines.split("\n").length, 5000);
  assert.equal(input.waits, 2);
});

test("https: the authority that is named is believed, others are not", async (t) => {
  const made = await testCertificates({ ipAddresses: ["127.0.0.1"] });
  const authority = join(directory, "ca.pem");
  writeFileSync(authority, made.authority);
  const server = https.createServer({ cert: made.certificate, key: made.key }, (_, response) => response.end("a 1\n"));
  server.listen(0, "127.0.0.1");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const urls = `urls = ["https://127.0.0.1:${(server.address() as AddressInfo).port}/m"]\n`;
  const results: string[] = [];
  for (const toml of ["", `tls_ca = "${authority}"`, "insecure_skip_verify = true"]) {
    const input = new TestPrometheus(urls + toml);
    const lines = await input.gather();
    results.push(`${lines.length} ${/certificate/.test(input.errors.join())}`);
    await input.input.stop?.();
  }
  assert.deepEqual(results, ["0 true", "1 false", "1 false"]);
});

test("stopping ends what is under way, and nothing is emitted afterwards", async (t) => {
  const arrived = Promise.withResolvers<void>();
  const server = await recordHttp(() => {
    arrived.resolve();
    return "hang";
  });
  t.after(() => server.close());
  const input = new TestPrometheus(`urls = ["${server.url}"]`);
  const gathering = input.gather();
  await arrived.promise;
  input.abort.abort();
  assert.deepEqual(await gathering, []);
  assert.deepEqual(input.errors, []);
  await input.input.stop?.();
});
