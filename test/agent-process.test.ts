// The bundled agent as a process: what it says and how it ends, with sockets on free ports.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "./support/ports.ts";
import { Program } from "./support/program.ts";
import { sendDatagrams, sendStream } from "./support/send.ts";

const directory = mkdtempSync(join(tmpdir(), "pilotfish-agent-"));
after(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;

function file(text: string, name = `agent-${(files += 1)}.conf`): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function datagram(port: number, message: string | Buffer): Promise<void> {
  return sendDatagrams(port, [message]);
}

function statsdConfig(port: number, more = ""): string {
  return `[agent]
interval = "60s"
flush_interval = "60s"
hostname = "h"
[[inputs.statsd]]
service_address = "127.0.0.1:${port}"
${more}
[[outputs.file]]
files = ["stdout"]
`;
}

test("SIGTERM: the open interval is gathered and flushed, exit code 0", async () => {
  const port = await freePort();
  const agent = new Program(["agent", "--config", file(statsdConfig(port))]);
  await agent.until(/Agent is running/);
  await datagram(port, "orders:2|c\norders:3|c\nload:0.5|g");
  assert.equal(await agent.stop(), 0);
  const lines = agent.stdout
    .trim()
    .split("\n")
    .map((line) => line.replace(/ \d+$/, ""))
    .toSorted();
  assert.deepEqual(lines, ["load,host=h,metric_type=gauge value=0.5", "orders,host=h,metric_type=counter value=5i"]);
});

test("an interval of more series than the buffer holds arrives whole: the output is waited for", async () => {
  const port = await freePort();
  const agent = new Program(["agent", "--config", file(statsdConfig(port, 'protocol = "tcp"'))]);
  await agent.until(/Agent is running/);
  await sendStream(port, Array.from({ length: 30_000 }, (_, i) => `series.${i}:1|c\n`).join(""));
  assert.equal(await agent.stop(), 0);
  assert.equal(agent.stdout.trim().split("\n").length, 30_000);
  assert.equal(agent.stderr.includes("overflow"), false);
});

test("a config with several mistakes: each with file, line, column, excerpt and remedy; exit code 78", async () => {
  const path = file(`[agent]
interval = "10 bananas"
[[inputs.statsd]]
servce_address = ":8125"
[[inputs.stasd]]
[[outputs.file]]
files = "stdout"
`);
  const agent = new Program(["agent", "--config", path]);
  assert.equal(await agent.exited, 78);
  for (const expected of [
    `${path}:2:12: error:`,
    `${path}:4:1: error: [inputs.statsd] configuration specified the fields ["servce_address"], but they were not used`,
    "did you mean service_address?",
    "undefined but requested input: stasd",
    "did you mean statsd?",
    `${path}:7:9: error: [outputs.file]`,
    '  files = "stdout"',
    "remedy:",
  ]) {
    assert.ok(agent.stderr.includes(expected), `${expected}\n--- in ---\n${agent.stderr}`);
  }
});

test("a port in use: the port and the option to change are named; exit code 69", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as { port: number };
  const agent = new Program(["agent", "--config", file(statsdConfig(port, 'protocol = "tcp"'))]);
  assert.equal(await agent.exited, 69);
  assert.match(agent.stderr, new RegExp(`${port}.*in use.*service_address`));
  await new Promise((resolve) => holder.close(resolve));
});

test("a log file or pid file that cannot be written: named with its remedy, exit code 69", async () => {
  const nowhere = join(directory, "no-such-folder", "file");
  const config = statsdConfig(await freePort());
  const log = new Program(["agent", "--config", file(config.replace("[agent]", `[agent]\nlogfile = "${nowhere}"`))]);
  assert.equal(await log.exited, 69);
  assert.match(
    log.stderr,
    /^pilotfish agent: cannot write the log: ENOENT.*no-such-folder.*; change logfile in \[agent\]\n$/,
  );
  const pid = new Program(["agent", "--config", file(config), "--pidfile", nowhere]);
  assert.equal(await pid.exited, 69);
  assert.match(pid.stderr, /pilotfish agent: cannot write the process id: ENOENT.*; change --pidfile\n$/);
});

test("a destination that never answers: it listens all the same, and SIGTERM ends it in time and says what is lost", async () => {
  const silent = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
  const port = await freePort();
  const output = `[[outputs.influxdb]]\nurls = ["${url}"]\ntimeout = "60s"\n`;
  const path = file(statsdConfig(port).replace(/\[\[outputs[^]*$/, output));
  const agent = new Program(["agent", "--config", path, "--shutdown-timeout", "300ms"]);
  await agent.until(/UDP listening/);
  await datagram(port, "kept:1|c");
  assert.equal(await agent.stop("SIGTERM", 10_000), 0);
  assert.match(agent.stderr, /SIGTERM received before the agent was up/);
  assert.match(agent.stderr, /1 metrics could not be delivered and are lost/);
  silent.close();
});

test("SIGHUP with a broken config: the agent goes on with the last good one, and says why", async () => {
  const port = await freePort();
  const path = file(statsdConfig(port));
  const agent = new Program(["agent", "--config", path]);
  await agent.until(/Agent is running/);
  writeFileSync(path, "[[inputs.statsd]\n");
  agent.signal("SIGHUP");
  await agent.until(/goes on with the last good one/);
  assert.match(agent.stderr, new RegExp(`${path}:1:`));
  await datagram(port, "still:1|c");
  assert.equal(await agent.stop(), 0);
  assert.match(agent.stdout, /^still,.*value=1i/);
});

test("--watch-config: a class that arrives later is picked up, and nothing that came before is lost", async () => {
  const port = await freePort();
  const inputs = statsdConfig(port)
    .replace(/\[\[outputs[^]*$/, "")
    .replaceAll('"60s"', '"1s"');
  const classes = join(directory, "class.d");
  const args = ["--config", file(inputs), "--config-directory", classes, "--await-outputs"];
  const agent = new Program(["agent", ...args, "--watch-config", "poll", "--watch-interval", "50ms"]);
  await agent.until(/Agent is running/);
  await datagram(port, "early:1|c");
  // As the kubelet does it: the file behind a link that is replaced in one step.
  mkdirSync(join(classes, "..1"), { recursive: true });
  writeFileSync(join(classes, "..1", "class.conf"), '[[outputs.file]]\nfiles = ["stdout"]\n');
  symlinkSync("..1", join(classes, "..data"));
  symlinkSync("..data/class.conf", join(classes, "class.conf"));
  await agent.until(/reloaded/);
  await agent.until(/^early,.* value=1i/m);
  mkdirSync(join(classes, "..2"));
  writeFileSync(join(classes, "..2", "class.conf"), '[[outputs.file]]\nfiles = ["stdout"]\nname_prefix = "p_"\n');
  symlinkSync("..2", join(classes, "..tmp"));
  renameSync(join(classes, "..tmp"), join(classes, "..data"));
  await agent.until(/reloaded[^]*reloaded/);
  await datagram(port, "late:1|c");
  assert.equal(await agent.stop(), 0);
  assert.match(agent.stdout, /^p_late,.* value=1i/m);
  assert.equal(agent.stderr.includes("Agent is running"), true);
});

test("--test prints with > and ends; --once writes to the outputs and ends", async () => {
  const config = file(statsdConfig(await freePort()));
  const port = await freePort();
  const waiting = new Program(["agent", "--config", file(statsdConfig(port)), "--test-wait", "2"]);
  await waiting.until(/UDP listening/);
  await datagram(port, "orders:4|c");
  assert.equal(await waiting.exited, 0);
  assert.match(waiting.stdout, /^> orders,host=h,metric_type=counter value=4i \d{19}$/m);
  assert.equal(await new Program(["agent", "--config", config, "--once"]).exited, 0);
});

test("hostile input is survived, counted and logged at a bounded rate, and good lines beside it arrive", async () => {
  const [statsd, udp, tcp] = [await freePort(), await freePort(), await freePort()];
  const lines = `[[inputs.socket_listener]]
service_address = "udp://127.0.0.1:${udp}"
[[inputs.socket_listener]]
service_address = "tcp://127.0.0.1:${tcp}"
[[inputs.statsd]]
service_address = "127.0.0.1:${statsd}"
datadog_extensions = true`;
  const config = statsdConfig(await freePort(), lines);
  const agent = new Program(["agent", "--config", file(config)]);
  await agent.until(/Agent is running/);
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  for (let i = 0; i < 300; i++) {
    await datagram(statsd, Buffer.concat([noise(40), Buffer.from("\ngood:1|c\n"), noise(40)]));
    await datagram(udp, Buffer.concat([noise(40), Buffer.from("\nfine n=1i 1\n"), noise(40)]));
  }
  await datagram(statsd, Buffer.concat([Buffer.from("x:"), Buffer.alloc(60_000, "9"), Buffer.from("|c\ngood:1|c")]));
  await datagram(udp, Buffer.concat([Buffer.alloc(60_000, "a"), Buffer.from("\nfine n=1i 1")]));
  await sendStream(tcp, Buffer.concat([Buffer.alloc(70_000, "b"), Buffer.from("\n")])).catch(() => undefined);
  assert.equal(await agent.stop(), 0);
  assert.match(agent.stdout, /^good,host=h,metric_type=counter value=301i/m);
  assert.equal(agent.stdout.split("\n").filter((line) => line.startsWith("fine,")).length, 301);
  assert.ok(agent.stderr.split("\n").length < 120, `${agent.stderr.split("\n").length} log lines`);
});

test("the version is that of package.json; unknown flags and commands name what was probably meant", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const shown = new Program(["agent", "--version"]);
  assert.equal(await shown.exited, 0);
  assert.equal(shown.stdout, `Pilotfish ${version}\n`);
  const flag = new Program(["agent", "--confg", "x"]);
  assert.equal(await flag.exited, 64);
  assert.match(flag.stderr, /unknown flag --confg; did you mean --config\?/);
  const command = new Program(["agent", "confg", "check"]);
  assert.equal(await command.exited, 64);
  assert.match(command.stderr, /did you mean "config check"\?/);
});

test("config check: sound, and not sound", async () => {
  const good = new Program(["agent", "config", "check", "--config", file(statsdConfig(8125))]);
  assert.equal(await good.exited, 0);
  assert.match(good.stdout, /The config is sound: 1 inputs, 1 outputs/);
  const bad = new Program(["agent", "config", "check", "--config", file("[[outputs.nothing]]")]);
  assert.equal(await bad.exited, 78);
  assert.match(bad.stderr, /undefined but requested output: nothing/);
});
