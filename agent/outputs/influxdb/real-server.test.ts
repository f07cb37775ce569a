// The plugin against a real influxd: what arrives there, and what the real answers mean. Skipped when it is not installed.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { INFLUXD_MISSING, startInfluxd, type Influxd } from "../../../test/support/influxd.ts";
import { optionsWith, pluginBench } from "../../../test/support/plugin-bench.ts";
import { Metric, Unsigned } from "../../core/metric.ts";
import { WriteError } from "../../core/write-error.ts";
import { influxdb } from "./index.ts";

const server = await startInfluxd({ http: "max-body-size = 20000" });
const running = server as Influxd;
const skip = server === undefined ? INFLUXD_MISSING : false;
after(() => server?.stop());

const nowNs = BigInt(Date.now()) * 1_000_000n;

type Changes = Parameters<typeof optionsWith<typeof influxdb.options>>[1];
async function connect(changes: Changes = {}) {
  const bench = pluginBench();
  const output = influxdb.create(optionsWith(influxdb.options, { urls: [running.url], ...changes }), bench);
  await output.connect?.();
  return { output, bench };
}

async function verdictOf(write: Promise<void>): Promise<{ readonly verdict: unknown; readonly message: string }> {
  try {
    await write;
  } catch (error) {
    assert.ok(error instanceof WriteError, String(error));
    return error;
  }
  return { verdict: "accepted", message: "" };
}

test("creates the database and writes every kind of field; all comes back", { skip }, async () => {
  const { output, bench } = await connect({ database: "kinds" });
  const metric = new Metric("all kinds, here", nowNs)
    .setTag("a b", 'x="y", z')
    .setField("int", -9_007_199_254_740_993n)
    .setField("uint", new Unsigned(2n ** 64n - 1n))
    .setField("float", 1.5e-9)
    .setField("text", 'say "hi" \\ é')
    .setField("bool", true);
  await output.write([metric]);
  await output.close?.();
  assert.deepEqual(bench.lines, []);
  assert.ok((await running.query("show databases")).some(({ name }) => name === "kinds"));
  const keys = await running.query("show field keys", "kinds");
  assert.deepEqual(Object.fromEntries(keys.map(({ fieldKey, fieldType }) => [fieldKey, fieldType])), {
    int: "integer",
    uint: "integer",
    float: "float",
    text: "string",
    bool: "boolean",
  });
  const [row] = await running.query('select * from "all kinds, here"', "kinds");
  assert.equal(row?.["a b"], 'x="y", z');
  assert.equal(row?.["text"], 'say "hi" \\ é');
  assert.equal(row?.["float"], 1.5e-9);
  assert.equal(row?.["bool"], true);
  // Integers beyond 2^53 lose digits in JSON, not in the database.
  const exact = await running.query('select "int" + 9007199254740000 as rest from "all kinds, here"', "kinds");
  assert.equal(exact[0]?.["rest"], -993);
});

const batch = (from: number) =>
  Array.from({ length: 100 }, (_, i) => new Metric("m", nowNs + BigInt(from + i)).setField("n", BigInt(from + i)));

test("an outage keeps the batch; afterwards nothing is missing and nothing is there twice", { skip }, async () => {
  const { output } = await connect({ database: "outage" });
  await output.write(batch(0));
  await running.down();
  const kept = batch(100);
  const failure = await verdictOf(output.write(kept));
  assert.deepEqual(failure.verdict, { kind: "retry" });
  assert.match(failure.message, /ECONNREFUSED/);
  await running.up();
  await output.write(kept);
  await output.close?.();
  const [sums] = await running.query("select count(n), sum(n) from m", "outage");
  assert.equal(sums?.["count"], 200);
  assert.equal(sums?.["sum"], (199 * 200) / 2);
});

test("a database dropped behind our back is created again", { skip }, async () => {
  const { output } = await connect({ database: "dropped" });
  await running.query('drop database "dropped"');
  const one = [new Metric("m", nowNs).setField("n", 1n)];
  assert.equal((await verdictOf(output.write(one))).message, "database created; retry write");
  await output.write(one);
  await output.close?.();
  assert.equal((await running.query("select count(n) from m", "dropped"))[0]?.["count"], 1);
});

test(
  "a field that changes its type: the other points are written, and the count of lost ones is right",
  { skip },
  async () => {
    const { output } = await connect({ database: "conflict" });
    await output.write([new Metric("a", nowNs).setField("v", 1n)]);
    const mixed = [
      new Metric("a", nowNs + 1n).setField("v", "text"),
      new Metric("b", nowNs).setField("v", 2n),
      new Metric("c", nowNs).setField("v", 3n),
    ];
    const { verdict, message } = await verdictOf(output.write(mixed));
    assert.match(message, /partial write: field type conflict/);
    assert.deepEqual(verdict, { kind: "partial", accepted: [0, 1], rejected: [2] });
    await output.close?.();
    const rows = await running.query("select count(v) from a, b, c", "conflict");
    assert.equal(rows.length, 3);
  },
);

test("points older than the retention policy, and a policy that is not there", { skip }, async () => {
  const { output } = await connect({ database: "short", retentionPolicy: "hour" });
  const one = new Metric("m", nowNs).setField("n", 1n);
  const missing = await verdictOf(output.write([one]));
  assert.deepEqual(missing.verdict, { kind: "drop" });
  assert.match(missing.message, /retention policy not found/);
  await running.query('create retention policy "hour" on "short" duration 1h replication 1');
  const old = new Metric("m", nowNs - 100n * 3_600_000_000_000n).setField("n", 1n);
  const { verdict, message } = await verdictOf(output.write([old, one]));
  assert.match(message, /points beyond retention policy dropped=1/);
  assert.deepEqual(verdict, { kind: "partial", accepted: [0], rejected: [1] });
  await output.close?.();
  assert.equal((await running.query("select count(n) from hour.m", "short"))[0]?.["count"], 1);
});

test("a body that is too big is dropped, and the message says what to lower", { skip }, async () => {
  const { output } = await connect({ database: "big", contentEncoding: "identity" });
  const big = Array.from({ length: 30 }, (_, i) =>
    new Metric("m", nowNs + BigInt(i)).setField("text", "x".repeat(1000)),
  );
  const { verdict, message } = await verdictOf(output.write(big));
  assert.deepEqual(verdict, { kind: "drop" });
  assert.match(message, /413 Request Entity Too Large.*lower metric_batch_size/);
  await output.close?.();
});

test("groups of two databases named by a tag", { skip }, async () => {
  const { output } = await connect({ databaseTag: "team", excludeDatabaseTag: true });
  await output.write(
    ["red", "blue", "red"].map((team, i) => new Metric("m", nowNs + BigInt(i)).setTag("team", team).setField("n", 1n)),
  );
  await output.close?.();
  assert.equal((await running.query("select count(n) from m", "red"))[0]?.["count"], 2);
  assert.equal((await running.query("select count(n) from m", "blue"))[0]?.["count"], 1);
  assert.deepEqual(await running.query("show tag keys", "red"), []);
});
