// What a start that fails says.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { testSurroundings } from "../test/support/surroundings.ts";
import { BUILT_IN_REMEDY } from "./built-in-config.ts";
import { catalog } from "./catalog.ts";
import { loadConfig } from "./config/load.ts";
import { EXIT } from "./exit-codes.ts";
import { run } from "./run.ts";

async function start(addresses: readonly string[], startRemedy: string) {
  const inputs = addresses.map((address) => `[[inputs.socket_listener]]\nservice_address = "${address}"\n`);
  const text = `${inputs.join("")}[[outputs.file]]\nfiles = ["stdout"]\n`;
  const { config, problems } = await loadConfig([{ name: "t.conf", text }], { catalog, env: {} });
  assert.ok(config !== undefined, JSON.stringify(problems));
  const { clock, log, lines, hostname } = testSurroundings();
  const loaded = { config, problems, text };
  const code = await run({
    first: config,
    firstText: text,
    load: async () => loaded,
    report: () => {},
    watch: undefined,
    awaitOutputs: false,
    startRemedy,
    shutdownMs: 1000,
    hostname,
    clock,
    log,
    signals: new EventEmitter(),
  });
  return { code, said: lines.join("") };
}

async function takenPort(): Promise<{ readonly port: number; readonly free: () => Promise<unknown> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, free: async () => server[Symbol.asyncDispose]() };
}

test("the same port twice in one config", async () => {
  const { port, free } = await takenPort();
  await free();
  const address = `tcp://127.0.0.1:${port}`;
  const { code, said } = await start([address, address], "");
  assert.equal(code, EXIT.unavailable);
  assert.match(
    said,
    /in use by another process or another input of this config; stop that one or change service_address$/m,
  );
});

test("a taken port with the built-in config: there is no file to change, so how to bring one is said", async () => {
  const { port, free } = await takenPort();
  const { code, said } = await start([`tcp://127.0.0.1:${port}`], BUILT_IN_REMEDY);
  await free();
  assert.equal(code, EXIT.unavailable);
  assert.match(said, /change service_address; no config was given, so write one .* pilotfish agent --config FILE/);
});
