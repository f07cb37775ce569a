// The plugin against a small HTTP server: refusals, requests of several parts, addresses, what is refused at load.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { recordHttp, type Answering } from "../../../test/support/http-recorder.ts";
import { failureOf } from "../../../test/support/failure-of.ts";
import { optionsWith, pluginBench } from "../../../test/support/plugin-bench.ts";
import { PRODUCT_TOKEN } from "../../core/http-client/product-token.ts";
import { Metric } from "../../core/metric.ts";
import { wavefront } from "./index.ts";

type Changes = Parameters<typeof optionsWith<typeof wavefront.options>>[1];

/** A metric of `fields` lines, `name.f0` and so on. */
function metric(name: string, fields = 1): Metric {
  const made = new Metric(name, 1_000_000_000n).setTag("host", "h");
  for (let i = 0; i < fields; i++) made.setField(`f${i}`, BigInt(i));
  return made;
}

async function start(t: TestContext, answer: Answering, changes: Changes = {}) {
  const server = await recordHttp(answer);
  const bench = pluginBench();
  const output = wavefront.create(optionsWith(wavefront.options, { url: server.url, ...changes }), bench);
  t.after(async () => {
    await output.close?.();
    await server.close();
  });
  await output.connect?.();
  /** Names of the points in each request. */
  const sent = () => server.requests.map(({ body }) => [...body.matchAll(/^"([^"]+)"/gm)].map((match) => match[1]));
  return { server, bench, output, sent };
}

for (const status of [200, 202, 204]) {
  test(`answer ${status}: accepted`, async (t) => {
    const { output } = await start(t, () => ({ status }));
    await output.write([metric("m")]);
  });
}

const refusals: readonly (readonly [number, RegExp])[] = [
  [301, /status=301/],
  [400, /\(1 lines\)\. status=400 Bad Request: bad thing; look at the log of the proxy/],
  [401, /status=401 Unauthorized.*check token/],
  [406, /status=406 .*throttles/],
  [413, /status=413 .*lower http_maximum_batch_size/],
  [500, /status=500/],
  [503, /status=503/],
];
for (const [status, message] of refusals) {
  test(`answer ${status}: kept`, async (t) => {
    const { output } = await start(t, () => ({ status, body: "bad\nthing" }), { token: "t0ken" });
    const failure = await failureOf(output.write([metric("m")]));
    assert.deepEqual(failure.verdict, { kind: "retry" });
    assert.match(failure.message, message);
    assert.doesNotMatch(failure.message, /t0ken/);
  });
}

test("nobody listens, no answer in time: kept, without the token in the message", async (t) => {
  const gone = await start(t, () => ({ status: 200 }));
  await gone.server.close();
  assert.match((await failureOf(gone.output.write([metric("m")]))).message, /ECONNREFUSED/);
  const slow = await start(t, () => "hang", { timeoutMs: 50 });
  assert.match((await failureOf(slow.output.write([metric("m")]))).message, /no answer within 50 ms/);
});

test("a batch goes out in requests of http_maximum_batch_size lines", async (t) => {
  const { output, sent, server, bench } = await start(t, () => ({ status: 200 }), { httpMaximumBatchSize: 3 });
  await output.write([metric("a"), metric("b", 3), metric("c"), metric("d", 4)]);
  assert.deepEqual(sent(), [
    ["a.f0", "b.f0", "b.f1"],
    ["b.f2", "c.f0", "d.f0"],
    ["d.f1", "d.f2", "d.f3"],
  ]);
  assert.equal(new Set(server.requests.map(({ fromPort }) => fromPort)).size, 1, "one connection");
  assert.deepEqual(
    [...bench.statistics.sources()].map((source) => source.read()),
    [{ points_sent: 9, fields_skipped: 0 }],
  );
});

test("when a later request fails, nothing that was taken is sent again", async (t) => {
  let healthy = 1;
  const answer: Answering = (_request, count) => ({ status: count === healthy + 1 ? 503 : 200 });
  const { output, sent } = await start(t, answer, { httpMaximumBatchSize: 2 });
  const batch = [metric("a"), metric("b", 6), metric("c")];
  // The first request takes a and the first line of b.
  const first = await failureOf(output.write(batch));
  assert.deepEqual(first.verdict, { kind: "partial", accepted: [0], rejected: [] });
  // The next one takes two more of b, then it fails again: b is at the front now.
  healthy = 3;
  const rest = batch.slice(1);
  assert.deepEqual((await failureOf(output.write(rest))).verdict, { kind: "retry" });
  // Failing at once changes nothing about what is known of b.
  healthy = 4;
  assert.deepEqual((await failureOf(output.write(rest))).verdict, { kind: "retry" });
  healthy = 100;
  await output.write(rest);
  const taken = sent().filter((_, index) => ![1, 3, 4].includes(index));
  assert.deepEqual(taken.flat(), ["a.f0", "b.f0", "b.f1", "b.f2", "b.f3", "b.f4", "b.f5", "c.f0"]);
  // What is known of b ends with the write that succeeded.
  await output.write([batch[1] as Metric]);
  assert.equal(sent().slice(-3).flat().length, 6);
});

test("a metric without a number is accepted, nothing is sent, and its fields are counted", async (t) => {
  const { output, server, bench } = await start(t, () => ({ status: 200 }));
  await output.write([new Metric("m", 1n).setField("text", "x").setField("nan", NaN)]);
  assert.equal(server.requests.length, 0);
  assert.deepEqual(
    [...bench.statistics.sources()].map((source) => source.read()),
    [{ points_sent: 0, fields_skipped: 2 }],
  );
});

test("the token is sent, and one in the URL as well; the option wins", async (t) => {
  const { output, server } = await start(t, () => ({ status: 200 }), { token: "from-option" });
  await output.write([metric("m")]);
  const urls = { plain: server.url.replace("//", "//from-url@"), both: server.url.replace("//", "//user:word@") };
  for (const [url, token] of [
    [urls.plain, ""],
    [urls.both, ""],
    [urls.plain, "wins"],
  ] as const) {
    const other = wavefront.create(optionsWith(wavefront.options, { url, token }), pluginBench());
    await other.connect?.();
    await other.write([metric("m")]);
    await other.close?.();
  }
  const tokens = server.requests.map(({ headers }) => headers.authorization);
  assert.deepEqual(tokens, ["Bearer from-option", "Bearer from-url", "Bearer user:word", "Bearer wins"]);
  assert.equal(server.requests[0]?.headers["user-agent"], PRODUCT_TOKEN);
});

// The address is seen in the error of a connection that cannot be made: there is no proxy named so.
const addresses: readonly (readonly [Changes, RegExp])[] = [
  [{ url: "http://wavefront.invalid" }, /POST http:\/\/wavefront\.invalid:2878\//],
  [{ url: "https://wavefront.invalid" }, /POST https:\/\/wavefront\.invalid:2878\//],
  [{ url: "https://wavefront.invalid", token: "t" }, /POST https:\/\/wavefront\.invalid\//],
  [{ url: "https://t@wavefront.invalid" }, /POST https:\/\/wavefront\.invalid\//],
  [{ url: "http://wavefront.invalid:80" }, /POST http:\/\/wavefront\.invalid\//],
  [{ url: "http://wavefront.invalid:4878/x" }, /POST http:\/\/wavefront\.invalid:4878\/x/],
];
for (const [changes, place] of addresses) {
  test(`the address of ${JSON.stringify(changes)}`, async () => {
    const bench = pluginBench();
    const output = wavefront.create(optionsWith(wavefront.options, changes), bench);
    await output.connect?.();
    bench.abort();
    assert.match((await failureOf(output.write([metric("m")]))).message, place);
    await output.close?.();
  });
}

const refused: readonly (readonly [Changes, string, RegExp])[] = [
  [{ url: "tcp://x:1" }, "url", /not an http or https URL/],
  [{ url: "//secret@" }, "url", /^url "\/\/" is not/],
  [{ authCspApiToken: "x" }, "auth_csp_api_token", /not supported/],
  [
    { authCspClientCredentials: { appId: "a", appSecret: "b", orgId: "" } },
    "auth_csp_client_credentials",
    /not supported/,
  ],
  [{ token: "a\nb" }, "token", /line end/],
  [{ clientId: "x" }, "client_id", /not supported/],
  [{ cookieAuthUrl: "http://x" }, "cookie_auth_url", /not supported/],
  [{ httpProxyUrl: "x" }, "http_proxy_url", /not a URL/],
];
for (const [changes, key, message] of refused) {
  test(`refused at load: ${JSON.stringify(changes)}`, () => {
    const options = optionsWith(wavefront.options, { url: "http://proxy:2878", ...changes });
    const problems = wavefront.validate?.(options) ?? [];
    assert.deepEqual(
      problems.map((problem) => problem.key),
      [key],
    );
    assert.match(problems[0]?.message ?? "", message);
  });
}

test("an API token makes the login of Cloud Services irrelevant, as upstream", () => {
  const options = optionsWith(wavefront.options, { url: "http://x", token: "t", authCspApiToken: "y" });
  assert.deepEqual(wavefront.validate?.(options), []);
});
