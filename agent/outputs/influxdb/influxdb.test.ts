// The plugin against a small HTTP server: requests as they arrive there, and every row of the table of answers.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { failureOf } from "../../../test/support/failure-of.ts";
import { optionsWith, pluginBench } from "../../../test/support/plugin-bench.ts";
import { freePort } from "../../../test/support/ports.ts";
import { recordHttp, type Answering, type RecordedRequest } from "../../../test/support/http-recorder.ts";
import { Metric } from "../../core/metric.ts";
import { PRODUCT_TOKEN } from "../../core/http-client/product-token.ts";
import type { WriteVerdict } from "../../core/write-error.ts";
import { influxdb } from "./index.ts";
import { InfluxdbOutput } from "./influxdb-output.ts";
import { openTargets } from "./open-targets.ts";

type Changes = Parameters<typeof optionsWith<typeof influxdb.options>>[1];

const cpu = (value: number, tags: Readonly<Record<string, string>> = {}) => {
  const metric = new Metric("cpu", 1n).setField("v", value);
  for (const [key, tag] of Object.entries(tags)) metric.setTag(key, tag);
  return metric;
};

const answering =
  (write: { readonly status: number; readonly body?: string }): Answering =>
  ({ url }) =>
    url.startsWith("/query") ? { status: 200, body: '{"results":[{}]}' } : write;

async function start(t: TestContext, answer: Answering, changes: Changes = {}) {
  const server = await recordHttp(answer);
  const bench = pluginBench();
  const output = influxdb.create(optionsWith(influxdb.options, { urls: [server.url], ...changes }), bench);
  t.after(async () => {
    await output.close?.();
    await server.close();
  });
  await output.connect?.();
  const writes = () => server.requests.filter(({ url }) => url.includes("/write"));
  const queries = () => server.requests.filter(({ url }) => url.includes("/query"));
  return { server, bench, output, writes, queries };
}

// status, body, verdict (undefined: accepted), what the message says. The batch holds four metrics.
const partial = (accepted: readonly number[], rejected: readonly number[]): WriteVerdict => ({
  kind: "partial",
  accepted,
  rejected,
});
const keep = { kind: "retry" } as const;
const drop = { kind: "drop" } as const;
const html = "<html><body>Bad\n Gateway</body></html>";
const error = (text: string) => JSON.stringify({ error: text });
const answers: readonly (readonly [number, string, WriteVerdict | undefined, RegExp])[] = [
  [204, "", undefined, /^/],
  [200, "", keep, /could not write any address: .*200 OK/],
  [200, error("x"), keep, /200 OK: x/],
  [201, "{}", keep, /201 Created/],
  [302, "", keep, /302 Found/],
  [400, "", drop, /Failed to write metric \(will be dropped: 400 Bad Request\)/],
  [400, error("bad timestamp"), drop, /will be dropped: 400 Bad Request\): bad timestamp/],
  [400, "[]", drop, /will be dropped: 400/],
  [400, error("unable to parse 'x': missing fields"), drop, /unable to parse 'x'/],
  [400, error("partial write: field type conflict: … dropped=1"), partial([0, 1, 2], [3]), /field type conflict/],
  [400, error("partial write: points beyond retention policy dropped=3"), partial([0], [1, 2, 3]), /beyond retention/],
  [400, error("partial write: points beyond retention policy dropped=4"), drop, /beyond retention/],
  [
    400,
    error("partial write: unable to parse 'a'\nunable to parse 'b' dropped=0"),
    partial([0, 1], [2, 3]),
    /parse 'a'/,
  ],
  [400, error("partial write: something"), drop, /something/],
  [401, error("authorization failed"), drop, /401 Unauthorized\): authorization failed; check username and password/],
  [403, error("not allowed"), drop, /give the user the right to write/],
  [404, "", drop, /check the path in urls/],
  [404, error("retention policy not found"), drop, /404 Not Found\): retention policy not found/],
  [413, error("Request Entity Too Large"), drop, /413 .*lower metric_batch_size/],
  [429, "", drop, /429 Too Many Requests\): lower the load; retry_client_errors = true/],
  [400, html, keep, /400 Bad Request: not an answer of InfluxDB: <html><body>Bad Gateway/],
  [404, html, keep, /not an answer of InfluxDB/],
  [502, html, keep, /502 Bad Gateway: not an answer/],
  [500, error("retention policy not found: x"), drop, /retention policy not found: x; create the retention policy/],
  [500, error("hinted handoff queue not empty"), undefined, /^/],
  [500, error("points beyond retention policy"), drop, /points beyond retention policy/],
  [500, error("partial write: field type conflict dropped=2"), partial([0, 1], [2, 3]), /discarding points/],
  [500, error("unable to parse 'x'"), drop, /unable to parse 'x'; discarding points/],
  [500, error("engine: cache-max-memory-size exceeded"), keep, /500 Internal Server Error: engine/],
  [500, "", keep, /500 Internal Server Error/],
  [503, "", keep, /503 Service Unavailable/],
];
for (const [status, body, verdict, message] of answers) {
  test(`answer ${status} ${body.slice(0, 60)}: ${verdict?.kind ?? "accepted"}`, async (t) => {
    const { output, writes, bench } = await start(t, answering({ status, body }));
    const batch = [cpu(1), cpu(2), cpu(3), cpu(4)];
    if (verdict === undefined) {
      await output.write(batch);
      assert.deepEqual(bench.lines, []);
    } else {
      const failure = await failureOf(output.write(batch));
      assert.match(failure.message, message);
      assert.deepEqual(sorted(failure.verdict), verdict);
    }
    assert.equal(writes().length, 1, "one request a write");
  });
}

function sorted(verdict: WriteVerdict): WriteVerdict {
  if (verdict.kind !== "partial") return verdict;
  return { ...verdict, accepted: inOrder(verdict.accepted), rejected: inOrder(verdict.rejected) };
}

const inOrder = (indexes: readonly number[]) => indexes.toSorted((a, b) => a - b);

for (const status of [401, 403, 429, 400]) {
  test(`retry_client_errors: ${status} is ${status === 400 ? "still dropped" : "kept"}`, async (t) => {
    const { output } = await start(t, answering({ status }), { retryClientErrors: true });
    assert.equal((await failureOf(output.write([cpu(1)]))).verdict.kind, status === 400 ? "drop" : "retry");
  });
}

test("the request: path, query, headers, body, one connection for all", async (t) => {
  const { output, server } = await start(t, answering({ status: 204 }), {
    database: 'my\n"db"',
    retentionPolicy: "a/b c~*",
    writeConsistency: "quorum",
    username: "user",
    password: "s3cret",
    httpHeaders: new Map([
      ["Host", "influx.example"],
      ["X-Team", "blue"],
    ]),
  });
  await output.write([cpu(1), cpu(2)]);
  await output.write([cpu(3)]);
  const [query, first, second] = server.requests as [RecordedRequest, RecordedRequest, RecordedRequest];
  assert.equal(`${query.method} ${query.url}`, "POST /query");
  assert.equal(query.headers["content-type"], "application/x-www-form-urlencoded");
  assert.equal(new URLSearchParams(query.body).get("q"), 'CREATE DATABASE "my\\n\\"db\\""');
  assert.equal(first.url, "/write?consistency=quorum&db=my%0A%22db%22&rp=a%2Fb+c~%2A");
  assert.equal(first.body, "cpu v=1 1\ncpu v=2 1\n");
  assert.equal(second.body, "cpu v=3 1\n");
  for (const { headers } of [query, first]) {
    assert.equal(headers.host, "influx.example");
    assert.equal(headers["x-team"], "blue");
    assert.equal(headers["user-agent"], PRODUCT_TOKEN);
    assert.equal(headers.authorization, `Basic ${Buffer.from("user:s3cret").toString("base64")}`);
  }
  assert.equal(first.headers["content-type"], "text/plain; charset=utf-8");
  assert.equal(first.headers["content-encoding"], "gzip");
  assert.equal(new Set(server.requests.map(({ fromPort }) => fromPort)).size, 1);
});

test("identity encoding, a path in the URL, consistency one is not sent, unsigned and no timestamps", async (t) => {
  const server = await recordHttp(answering({ status: 204 }));
  const changes = {
    urls: [`${server.url}/base/`],
    contentEncoding: "identity",
    writeConsistency: "one",
    omitTimestamp: true,
    skipDatabaseCreation: true,
    userAgent: "mine",
  } as const;
  const output = influxdb.create(optionsWith(influxdb.options, changes), pluginBench());
  t.after(async () => {
    await output.close?.();
    await server.close();
  });
  await output.connect?.();
  await output.write([cpu(1)]);
  const [only] = server.requests as [RecordedRequest];
  assert.equal(only.url, "/base/write?db=telegraf");
  assert.equal(only.headers["content-encoding"], undefined);
  assert.equal(only.headers["user-agent"], "mine");
  assert.equal(only.body, "cpu v=1\n");
});

test("a missing database is created, and the batch is kept for the next flush", async (t) => {
  let created = false;
  const { output, queries } = await start(t, ({ url }, count) => {
    if (!url.startsWith("/query"))
      return created ? { status: 204 } : { status: 404, body: error("database not found: x") };
    created = count > 1;
    return { status: created ? 200 : 503 };
  });
  const failure = await failureOf(output.write([cpu(1)]));
  assert.equal(failure.message, "database created; retry write");
  assert.equal(failure.verdict.kind, "retry");
  await output.write([cpu(1)]);
  assert.equal(queries().length, 2);
});

const missing: Answering = ({ url }) =>
  url.startsWith("/query")
    ? { status: 200, body: '{"results":[{"error":"no permission"}]}' }
    : { status: 404, body: error("database not found") };

test("a database that cannot be created, or must not be: dropped", async (t) => {
  const forbidden = await start(t, missing);
  const failure = await failureOf(forbidden.output.write([cpu(1)]));
  assert.deepEqual(failure.verdict, drop);
  assert.match(failure.message, /database "telegraf" not found and failed to recreate: 200 OK: no permission/);
  assert.match(forbidden.bench.lines.join(""), /W! .*database "telegraf" creation failed: 200 OK: no permission/);
  const skipped = await start(t, missing, { skipDatabaseCreation: true });
  assert.deepEqual((await failureOf(skipped.output.write([cpu(1)]))).verdict, drop);
  assert.equal(skipped.queries().length, 0);
});

test("no such database here, no answer there: kept", async (t) => {
  const gone = await recordHttp(() => ({ status: 503 }));
  await gone.close();
  const server = await recordHttp(missing);
  const changes = { urls: [server.url, gone.url], skipDatabaseCreation: true };
  const output = influxdb.create(optionsWith(influxdb.options, changes), pluginBench());
  t.after(async () => {
    await output.close?.();
    await server.close();
  });
  await output.connect?.();
  const failure = await failureOf(output.write([cpu(1)]));
  assert.deepEqual(failure.verdict, keep);
  assert.match(failure.message, /could not write any address: .*ECONNREFUSED/);
});

const refuses: Answering = ({ url, body }) => {
  if (url.startsWith("/query")) return { status: body.includes("bad") ? 403 : 200 };
  return url.includes("db=bad") ? { status: 404, body: error("database not found") } : { status: 204 };
};

test("of groups, one whose database cannot be had goes, and one that was written is not kept", async (t) => {
  const { output, queries } = await start(t, refuses, { databaseTag: "db" });
  const batch = [cpu(1, { db: "bad" }), cpu(2, { db: "good" })];
  const failure = await failureOf(output.write(batch));
  assert.deepEqual(failure.verdict, partial([1], [0]));
  const askedFor = () => queries().filter(({ body }) => body.includes("bad")).length;
  const before = askedFor();
  await failureOf(output.write(batch));
  assert.equal(askedFor() - before, 1, "forbidden once: not asked before the write, only because of the answer");
});

test("a database created between two groups keeps only what is not written yet", async (t) => {
  let there = true;
  const vanishes: Answering = ({ url }) => {
    if (url.startsWith("/query")) return { status: 200 };
    return url.includes("db=b") && !there ? { status: 404, body: error("database not found") } : { status: 204 };
  };
  const { output } = await start(t, vanishes, { databaseTag: "db" });
  const batch = [cpu(1, { db: "a" }), cpu(2, { db: "b" }), cpu(3, { db: "c" })];
  await output.write(batch);
  there = false;
  const failure = await failureOf(output.write(batch));
  assert.equal(failure.message, "database created; retry write");
  assert.deepEqual(failure.verdict, partial([0], []));
});

test("groups by database and retention policy tags; a retry leaves out what was accepted", async (t) => {
  const { output, writes, queries } = await start(
    t,
    ({ url }) => (url.includes("db=b") ? { status: 503 } : { status: url.startsWith("/query") ? 200 : 204 }),
    { databaseTag: "db", excludeDatabaseTag: true, retentionPolicyTag: "rp" },
  );
  const batch = [
    cpu(1, { db: "a" }),
    cpu(2, { db: "b" }),
    cpu(3),
    cpu(4, { db: "a", rp: "week" }),
    cpu(5, { db: "a" }),
  ];
  const failure = await failureOf(output.write(batch));
  assert.deepEqual(failure.verdict, partial([0, 4], []));
  assert.deepEqual(
    writes().map(({ url, body }) => [url, body]),
    [
      ["/write?db=a", "cpu v=1 1\ncpu v=5 1\n"],
      ["/write?db=b", "cpu v=2 1\n"],
    ],
  );
  assert.deepEqual(
    queries().map(({ body }) => new URLSearchParams(body).get("q")),
    ["telegraf", "a", "b"].map((name) => `CREATE DATABASE "${name}"`),
  );
  assert.equal(batch[0]?.tag("db"), "a", "the shared metric keeps its tag");
  const rest = [batch[2], batch[3]] as Metric[];
  await output.write(rest);
  assert.deepEqual(
    writes()
      .slice(2)
      .map(({ url, body }) => [url, body]),
    [
      ["/write?db=telegraf", "cpu v=3 1\n"],
      ["/write?db=a&rp=week", "cpu,rp=week v=4 1\n"],
    ],
  );
  assert.equal(queries().length, 3, "no database is created twice");
});

test("the URLs are shuffled for every write, and the next one takes over", async (t) => {
  const good = await recordHttp(answering({ status: 204 }));
  const bad = await recordHttp(answering({ status: 503 }));
  const bench = pluginBench();
  const options = optionsWith(influxdb.options, { urls: [bad.url, good.url], skipDatabaseCreation: true });
  // Of two, the second is swapped with the first below a half, with itself above.
  const throws = [0.1, 0.9, 0.4, 0.6];
  const output = new InfluxdbOutput({
    openTargets: () => openTargets(options, bench, () => {}),
    routing: options,
    skipDatabaseCreation: true,
    random: () => throws.shift() ?? assert.fail("one throw a write"),
    log: bench.log,
    onClose: () => {},
  });
  t.after(async () => {
    await output.close();
    await good.close();
    await bad.close();
  });
  await output.connect();
  const seen: string[] = [];
  for (let round = 0; round < 4; round++) {
    const before = bad.requests.length;
    await output.write([cpu(round)]);
    seen.push(bad.requests.length > before ? "bad first" : "good first");
  }
  assert.deepEqual(seen, ["good first", "bad first", "good first", "bad first"]);
  assert.equal(good.requests.length, 4);
  assert.equal(
    bench.lines.filter((line) => /E! When writing to \[http:.*503 Service Unavailable/.test(line)).length,
    2,
  );
});

test("nobody listens, no answer in time, a cut connection, the agent stops: kept", async (t) => {
  const gone = await start(t, () => ({ status: 204 }), { skipDatabaseCreation: true });
  await gone.server.close();
  assert.match((await failureOf(gone.output.write([cpu(1)]))).message, /could not write any address: .*ECONNREFUSED/);
  const slow = await start(t, () => "hang", { skipDatabaseCreation: true, timeoutMs: 50 });
  const late = await failureOf(slow.output.write([cpu(1)]));
  assert.match(late.message, /no answer within 50 ms; raise timeout/);
  assert.equal(late.verdict.kind, "retry");
  const cut = await start(t, () => "cut", { skipDatabaseCreation: true });
  assert.match((await failureOf(cut.output.write([cpu(1)]))).message, /socket hang up/);
  const stopped = await start(t, () => "hang", { skipDatabaseCreation: true });
  const pending = failureOf(stopped.output.write([cpu(1)]));
  stopped.bench.abort();
  assert.match((await pending).message, /the agent is stopping/);
});

test("no password in any message or log line", async (t) => {
  const server = await recordHttp(() => ({ status: 503 }));
  const bench = pluginBench();
  const url = server.url.replace("//", "//anna:hunter2@");
  const output = influxdb.create(optionsWith(influxdb.options, { urls: [url] }), bench);
  t.after(() => output.close?.());
  await output.connect?.();
  const answered = await failureOf(output.write([cpu(1)]));
  await server.close();
  const refused = await failureOf(output.write([cpu(1)]));
  for (const text of [answered.message, refused.message, ...bench.lines]) {
    assert.doesNotMatch(text, /hunter2|anna/);
    assert.match(text, /127\.0\.0\.1/);
  }
  assert.equal(server.requests[0]?.headers.authorization, `Basic ${Buffer.from("anna:hunter2").toString("base64")}`);
});

test("HTTP over a Unix socket", { skip: process.platform === "win32" }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "pilotfish-influx-"));
  const path = join(folder, "influx.sock");
  const server = await recordHttp(answering({ status: 204 }), { path });
  const output = influxdb.create(optionsWith(influxdb.options, { urls: [`unix://${path}`] }), pluginBench());
  t.after(async () => {
    await output.close?.();
    await server.close();
    await rm(folder, { recursive: true });
  });
  await output.connect?.();
  await output.write([cpu(1)]);
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ["/query", "/write?db=telegraf"],
  );
  assert.equal(server.requests[1]?.headers.host, "127.0.0.1");
});

test("UDP: a line a datagram, long lines split by fields, what fits nowhere rejected", async (t) => {
  const receiver = createSocket("udp4");
  receiver.bind(0, "127.0.0.1");
  await once(receiver, "listening");
  const received: string[] = [];
  const four = Promise.withResolvers<void>();
  receiver.on("message", (bytes) => {
    received.push(bytes.toString());
    if (received.length === 4) four.resolve();
  });
  const urls = [`udp://127.0.0.1:${receiver.address().port}`];
  const output = influxdb.create(optionsWith(influxdb.options, { urls, udpPayloadBytes: 34 }), pluginBench());
  t.after(async () => {
    await output.close?.();
    receiver.close();
  });
  await output.connect?.();
  const long = new Metric("cpu", 1_519_194_109_000_000_042n).setField("abc", 123n).setField("def", 456n);
  const two = new Metric("log", 1n).setField("text", "a\nb");
  const hopeless = new Metric("cpu", 1n).setField("text", "x".repeat(40));
  const failure = await failureOf(output.write([long, hopeless, two, cpu(1)]));
  assert.deepEqual(failure.verdict, partial([0, 2, 3], [1]));
  await four.promise;
  assert.deepEqual(received, [
    "cpu abc=123i 1519194109000000042\n",
    "cpu def=456i 1519194109000000042\n",
    'log text="a\nb" 1\n',
    "cpu v=1 1\n",
  ]);
});

test("bytes written are counted, and the count goes when the output closes", async () => {
  const server = await recordHttp(answering({ status: 204 }));
  const bench = pluginBench();
  const changes = { urls: [server.url], contentEncoding: "identity" } as const;
  const output = influxdb.create(optionsWith(influxdb.options, changes), bench);
  await output.connect?.();
  await output.write([cpu(1)]);
  assert.deepEqual(
    [...bench.statistics.sources()].map((source) => source.read()),
    [{ bytes_written: 10 }],
  );
  await output.close?.();
  assert.equal([...bench.statistics.sources()].length, 0);
  await server.close();
});

const refused: readonly (readonly [Changes, string, RegExp])[] = [
  [{ urls: ["ftp://x"] }, "urls", /unsupported scheme "ftp"/],
  [{ urls: ["http://me:hunter2@:x"] }, "urls", /error parsing url "http:\/\/:x"/],
  [{ urls: ["udp://127.0.0.1"] }, "urls", /no host or no port/],
  [{ localAddress: "a b" }, "local_address", /not an address/],
  [{ httpProxy: "nonsense" }, "http_proxy", /not a URL/],
  [{ httpHeaders: new Map([["X", "a\nb"]]) }, "http_headers", /not a header/],
  [{ tlsCert: "x" }, "tls_cert", /without tls_key/],
  [{ tlsCipherSuites: ["TLS_NONE"] }, "tls_cipher_suites", /not a cipher suite/],
  [{ tlsRenegotiationMethod: "once" }, "tls_renegotiation_method", /not supported/],
];
for (const [changes, key, message] of refused) {
  test(`refused at load: ${JSON.stringify(changes)}`, () => {
    const problems = influxdb.validate?.(optionsWith(influxdb.options, changes)) ?? [];
    assert.deepEqual(
      problems.map((problem) => problem.key),
      [key],
    );
    assert.match(problems[0]?.message ?? "", message);
  });
}

const allowed: readonly Changes[] = [
  {},
  { urls: ["unix:///run/influxdb.sock", "https://[::1]:8086/x", "udp6://[::1]:8089"] },
  { localAddress: "10.0.0.7:4000" },
  { localAddress: "::1" },
  {
    tlsCipherSuites: [
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_RSA_WITH_AES_128_CBC_SHA",
      "TLS_AES_128_GCM_SHA256",
    ],
  },
];
for (const changes of allowed) {
  test(`accepted at load: ${JSON.stringify(changes)}`, () => {
    assert.deepEqual(influxdb.validate?.(optionsWith(influxdb.options, changes)), []);
  });
}

test("a TLS file that is not there is named with its option", async () => {
  const options = optionsWith(influxdb.options, { tlsCa: join(tmpdir(), "pilotfish-no-such-ca.pem") });
  const output = influxdb.create(options, pluginBench());
  await assert.rejects(async () => output.connect?.(), /cannot read tls_ca ".*no-such-ca.pem": ENOENT.*change tls_ca/);
});

for (const scheme of ["http", "udp"]) {
  test(`a login in the URL's query is not logged: ${scheme}`, async () => {
    const bench = pluginBench();
    const url = `${scheme}://127.0.0.1:${await freePort()}/?u=admin&p=hunter2`;
    const output = influxdb.create(optionsWith(influxdb.options, { urls: [url] }), bench);
    await output.connect?.();
    await output.write([cpu(1)]).catch((error: unknown) => bench.lines.push(String(error)));
    await output.write([cpu(1)]).catch((error: unknown) => bench.lines.push(String(error)));
    await output.close?.();
    assert.match(bench.lines.join("\n"), /\?u=\*\*\*&p=\*\*\*/);
    assert.doesNotMatch(bench.lines.join("\n"), /hunter2|admin/);
  });
}

test("a login in the query of a wrong URL is not in the message", () => {
  const problems = influxdb.validate?.(optionsWith(influxdb.options, { urls: ["http://h:x/?p=hunter2", "a:b@h:x"] }));
  assert.equal(problems?.length, 2);
  assert.doesNotMatch(JSON.stringify(problems), /hunter2|b@/);
});
