// The program as users start it: exit codes, what it prints, signals. Run from its sources, not through the bundle.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile, mkdir } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { get as getPlain } from "node:http";
import { Agent, request } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

const MAIN = join(import.meta.dirname, "main.ts");

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilotfish-main-"));
  await mkdir(join(directory, "classes"));
  await writeFile(join(directory, "classes", "default"), '[[outputs.file]]\n  files = ["stdout"]\n');
  const namespaces = ["kind: Namespace", "metadata: {name: shop, labels: {pilotfish.dev/injection: enabled}}", ""];
  await writeFile(join(directory, "namespaces.yaml"), namespaces.join("\n"));
});
after(() => rm(directory, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

const running: ChildProcess[] = [];
function start(...args: string[]): Started {
  return startNode(MAIN, ...args);
}
function startNode(...args: string[]): Started {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: "" } });
  running.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, ended: once(child, "close").then(([code]) => code as number | null) };
}

let agent: Agent;
beforeEach(() => {
  agent = new Agent({ keepAlive: true });
});
afterEach(() => {
  agent.destroy();
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

async function until<T>(what: string, check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadlineMs = Date.now() + 20_000;
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    if (Date.now() > deadlineMs) throw new Error(`waited too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Webhook extends Started {
  readonly port: number;
  readonly ca: string;
  readonly caOut: string;
}

async function startWebhook(...more: string[]): Promise<Webhook> {
  const caOut = join(directory, `ca-${running.length}-${Date.now()}.pem`);
  const files = ["--classes", join(directory, "classes"), "--namespaces", join(directory, "namespaces.yaml")];
  const started = start("webhook", "--dev", "--listen", "127.0.0.1:0", "--ca-out", caOut, ...files, ...more);
  const ca = await until("the authority is written", () => {
    if (started.child.exitCode !== null) throw new Error(started.output());
    return readFile(caOut, "utf8").catch(() => undefined);
  });
  // Whoever waits for the file may connect at once; the address is printed right after.
  const match = await until(
    "it tells its address",
    () => /on https:\/\/127\.0\.0\.1:(\d+)/.exec(started.output()) ?? undefined,
  );
  return { ...started, ca, caOut, port: Number(match[1]) };
}

function post({ port, ca }: Webhook, length: number): ReturnType<typeof request> {
  const headers = { "content-type": "application/json", "content-length": String(length) };
  return request({ agent, port, ca, headers, host: "127.0.0.1", path: "/mutate", method: "POST" });
}

async function bodyOf(sent: ReturnType<typeof getPlain>): Promise<string> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}

const review = (namespace: string): string =>
  JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u-1",
      operation: "CREATE",
      kind: { group: "", version: "v1", kind: "Pod" },
      namespace,
      object: { metadata: { name: "web" }, spec: { containers: [{ name: "app", image: "nginx" }] } },
    },
  });

test("webhook --dev: a pod of a labelled namespace gets the agent, one of another does not", async () => {
  const webhook = await startWebhook();
  for (const [namespace, reason] of [
    ["shop", "injected"],
    ["elsewhere", "not_selected"],
  ] as const) {
    const text = review(namespace);
    const sent = post(webhook, text.length);
    sent.end(text);
    const { response } = JSON.parse(await bodyOf(sent)) as { response: { auditAnnotations: { reason: string } } };
    assert.equal(response.auditAnnotations.reason, reason);
  }
  assert.equal((await stat(webhook.caOut)).mode & 0o777, 0o644);
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("SIGTERM: the request in flight is answered, then it ends with 0", async () => {
  const webhook = await startWebhook();
  const text = review("shop");
  const sent = post(webhook, text.length);
  sent.write(text.slice(0, 20));
  await until("the first half has arrived", async () => {
    const probe = request({ port: webhook.port, ca: webhook.ca, host: "127.0.0.1", path: "/metrics", agent: false });
    probe.end();
    return /requests_in_flight 1/.test(await bodyOf(probe)) || undefined;
  });
  webhook.child.kill("SIGTERM");
  await until("it takes no more connections", async () => {
    const probe = request({ port: webhook.port, ca: webhook.ca, host: "127.0.0.1", path: "/readyz", agent: false });
    probe.end();
    return bodyOf(probe).then(
      () => undefined,
      () => true,
    );
  });
  assert.equal(webhook.child.exitCode, null, "it waits");
  sent.end(text.slice(20));
  assert.match(await bodyOf(sent), /"allowed":true/);
  assert.equal(await webhook.ended, 0);
});

test("with a drain delay it is not ready but serves; a second signal ends it at once", async () => {
  const webhook = await startWebhook("--drain-delay", "600", "--metrics-listen", "127.0.0.1:0");
  const metrics = await until(
    "the plain port is told",
    () => /"metrics":"127\.0\.0\.1:(\d+)"/.exec(webhook.output())?.[1],
  );
  const ready = (): Promise<string> => bodyOf(getPlain(`http://127.0.0.1:${metrics}/readyz`, { agent: false }));
  assert.match(await ready(), /"ready":true/);
  webhook.child.kill("SIGTERM");
  await until("it is not ready", async () => ((await ready()).includes("shutting down") ? true : undefined));
  const text = review("shop");
  const sent = post(webhook, text.length);
  sent.end(text);
  assert.match(await bodyOf(sent), /"allowed":true/);
  webhook.child.kill("SIGTERM");
  assert.equal(await webhook.ended, 1);
});

test("SIGHUP is ignored, and says so", async () => {
  const webhook = await startWebhook();
  webhook.child.kill("SIGHUP");
  await until("it says so", () => /"level":"info".*SIGHUP ignored/.exec(webhook.output()) ?? undefined);
  const text = review("shop");
  const sent = post(webhook, text.length);
  sent.end(text);
  assert.match(await bodyOf(sent), /"allowed":true/);
  webhook.child.kill("SIGTERM");
  assert.equal(await webhook.ended, 0);
});

/** Sends the signal while the command's own code is about to be loaded. */
const EARLY = `import { registerHooks } from "node:module";
registerHooks({ resolve(name, context, next) {
  if (/run-(webhook|inject)/.test(name)) process.kill(process.pid, "SIGNAL");
  return next(name, context);
} });`;

for (const [command, signal, ended] of [
  ["webhook", "SIGTERM", 0],
  ["webhook", "SIGINT", 0],
  ["inject", "SIGTERM", null],
  ["inject", "SIGINT", null],
] as const) {
  test(`${command}: ${signal} while it is loaded ${ended === 0 ? "ends it with 0" : "kills it, as ever"}`, async () => {
    const early = `data:text/javascript,${encodeURIComponent(EARLY.replace("SIGNAL", signal))}`;
    const args = command === "webhook" ? ["--dev", "--listen", "127.0.0.1:0"] : ["-f", MAIN];
    const started = startNode("--import", early, MAIN, command, ...args);
    assert.equal(await started.ended, ended, started.output());
  });
}

test("an error that nobody handled is told, and ends it with 70", async () => {
  const code = EARLY.replace(
    'process.kill(process.pid, "SIGNAL")',
    'setImmediate(() => Promise.reject(new Error("a bug")))',
  );
  const started = startNode(
    "--import",
    `data:text/javascript,${encodeURIComponent(code)}`,
    MAIN,
    "webhook",
    "--dev",
    "--listen",
    "127.0.0.1:0",
  );
  assert.equal(await started.ended, 70, started.output());
  assert.match(started.output(), /^pilotfish: Error: a bug/m);
});

test("--certificates keeps the authority over a restart", async () => {
  const kept = ["--certificates", join(directory, "certificates")];
  const first = await startWebhook(...kept);
  first.child.kill("SIGTERM");
  await first.ended;
  const second = await startWebhook(...kept);
  assert.equal(second.ca, first.ca);
});

test("a port in use is named, with the option, and ends it with 69", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  for (const option of ["--listen", "--metrics-listen"]) {
    const started = start("webhook", "--dev", "--listen", "127.0.0.1:0", option, `127.0.0.1:${port}`);
    assert.equal(await started.ended, 69);
    assert.match(started.output(), new RegExp(`${option}\\): port ${port} is in use`));
  }
  holder.close();
});

for (const [what, option, text, code, says] of [
  ["settings that are not there", "--config", undefined, 66, /ENOENT/],
  ["settings with a problem", "--config", "imagee: x\n", 78, /did you mean image\?/],
  ["settings that are not YAML", "--config", "a: [\n", 78, /settings/],
  ["namespaces that are not YAML", "--namespaces", "a: [\n", 78, /it is not YAML/],
] as const) {
  test(`${what}: exit code ${code}, for webhook and inject alike`, async () => {
    const path = join(directory, `${code}-${what.replaceAll(" ", "-")}.yaml`);
    if (text !== undefined) await writeFile(path, text);
    const webhook = start("webhook", "--dev", "--listen", "127.0.0.1:0", option, path);
    assert.equal(await webhook.ended, code);
    assert.match(webhook.output(), says);
    if (option !== "--config") return;
    const inject = start("inject", "-f", MAIN, option, path);
    assert.equal(await inject.ended, code);
  });
}

for (const [what, args, code, says] of [
  ["no command", [], 64, /Usage: pilotfish/],
  ["an unknown command", ["webhok"], 64, /unknown command 'webhok'[^]*Did you mean webhook\?/],
  ["an unknown option", ["webhook", "--listn", ":1"], 64, /unknown option '--listn'[^]*Did you mean --listen\?/],
  ["an address that is none", ["webhook", "--dev", "--listen", "8443"], 64, /--listen: "8443" is not host:port/],
  ["a delay that is none", ["webhook", "--dev", "--drain-delay", "soon"], 64, /--drain-delay: "soon" is not a number/],
  ["a log level that is none", ["webhook", "--dev", "--log-level", "loud"], 64, /--log-level: "loud" is none of trace/],
  [
    "classes that are not there",
    ["webhook", "--dev", "--listen", "127.0.0.1:0", "--classes", "/nowhere/at/all"],
    66,
    /ENOENT/,
  ],
  [
    "a --ca-out that cannot be",
    ["webhook", "--dev", "--listen", "127.0.0.1:0", "--ca-out", "/nowhere/ca"],
    73,
    /--ca-out.*ENOENT/,
  ],
  ["no cluster", ["webhook", "--listen", "127.0.0.1:0"], 69, /no cluster here. Use --dev/],
  ["--version", ["--version"], 0, /^\d+\.\d+\.\d+\n$/],
  ["help", ["help", "webhook"], 0, /--ca-out <file>/],
] as const) {
  test(`${what}: exit code ${code} and a message`, async () => {
    const started = start(...args);
    assert.equal(await started.ended, code);
    assert.match(started.output(), says);
  });
}
