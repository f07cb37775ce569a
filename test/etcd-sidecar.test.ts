// The sidecar of etcd: its config as people deploy it, a recorded page of a real etcd, and a server that takes line
// protocol. Only etcd's port differs from the file, because tests listen on free ones.

import assert from "node:assert/strict";
import * as http from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { recordHttp } from "./support/http-recorder.ts";
import { Program } from "./support/program.ts";

const RECORDED = new URL("../agent/inputs/prometheus/testcases/real-etcd-text/", import.meta.url);
const directory = mkdtempSync(join(tmpdir(), "pilotfish-etcd-"));
after(() => rmSync(directory, { recursive: true, force: true }));

/** `name,tag=…,tag=… field=…,field=…` in a form without order. The page has no commas or spaces in values. */
function unordered(line: string, moreTags: readonly string[] = []): string {
  const [key = "", fields = ""] = line.split(" ");
  const [name = "", ...tags] = key.split(",");
  const own = tags.filter((tag) => !tag.startsWith("url="));
  return [name, ...[...own, ...moreTags].toSorted(), " ", ...fields.split(",").toSorted()].join(",");
}

test("etcd-sidecar.conf runs: what Telegraf makes of etcd's page arrives, under the pod's name and environment", async () => {
  const page = readFileSync(new URL("page", RECORDED));
  const asked: string[] = [];
  const etcd = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(page);
  });
  // The config says localhost, which may be either family.
  etcd.listen(0, "localhost");
  await new Promise((resolve) => etcd.once("listening", resolve));
  const { port } = etcd.address() as AddressInfo;
  const influx = await recordHttp(() => ({ status: 204 }));

  const text = readFileSync(fileURLToPath(new URL("scenarios/etcd-sidecar.conf", import.meta.url)), "utf8");
  const path = join(directory, "etcd-sidecar.conf");
  writeFileSync(path, text.replace("localhost:2379", `localhost:${port}`));
  const env = {
    ENV: "test",
    HOSTNAME: "etcd-0",
    MONITOR_HOST: influx.url,
    MONITOR_USERNAME: "user",
    MONITOR_PASSWORD: "secret-word",
  };
  const agent = new Program(["agent", "--once", "--config", path], { env });
  assert.equal(await agent.exited, 0, agent.stderr);
  etcd.closeAllConnections();
  etcd.close();
  await influx.close();

  assert.deepEqual(asked, ["GET /metrics"]);
  const writes = influx.requests.filter(({ url }) => url.startsWith("/write"));
  assert.deepEqual([...new Set(writes.map(({ url }) => url))], ["/write?consistency=any&db=mydb"]);
  const login = `Basic ${Buffer.from("user:secret-word").toString("base64")}`;
  assert.ok(writes.every(({ headers }) => headers.authorization === login));
  assert.equal((agent.stdout + agent.stderr).includes("secret-word"), false);

  const expected = readFileSync(new URL("expected.out", RECORDED), "utf8");
  const [, version1 = ""] = /^# metric_version 1\n(.*)\n# metric_version 2\n/s.exec(expected) ?? [];
  const wanted = version1.split("\n").map((line) => unordered(line, ["env=test", "host=etcd-0"]));
  const received = writes.flatMap(({ body }) => body.trim().split("\n"));
  assert.ok(wanted.length > 100);
  assert.deepEqual(received.map((line) => unordered(line)).toSorted(), wanted.toSorted());
  assert.ok(received.every((line) => line.includes(`,url=http://localhost:${port}/metrics`)));
});
