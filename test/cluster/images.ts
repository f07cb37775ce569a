// The built images as a kubelet would run them: numeric user, read-only root, no capability, 50 MiB for the agent. Run by
// `make test-images` after `make images`; CONTAINER_TOOL is docker or podman (containers.conf here helps podman).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import {
  AGENT_ARGUMENTS,
  CLASS_DIRECTORY,
  CLASS_FILE,
  CONFIG_FILE,
  MOUNT_PATH,
  NAMESPACE_LABEL,
  PORTS,
  USER_ID,
  VERSION,
} from "../../webhook/inject/contract.ts";
import { eventually } from "./kubectl.ts";

const tool = process.env["CONTAINER_TOOL"] ?? "podman";
const prefix = process.env["IMAGE_PREFIX"] ?? "";
const tag = process.env["IMAGE_TAG"] ?? VERSION;
const agent = `${prefix}pilotfish-agent:${tag}`;
const webhook = `${prefix}pilotfish-webhook:${tag}`;
const container = `pilotfish-images-${process.pid}`;
const confined = [
  "--read-only",
  "--cap-drop=all",
  "--security-opt=no-new-privileges",
  "--network=none",
  "--memory=50m",
] as const;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

async function runTool(...args: readonly string[]): Promise<Ended> {
  const child = spawn(tool, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  return { code, output };
}

after(() => runTool("rm", "--force", container));

const calls: readonly [what: string, image: string, options: readonly string[], args: readonly string[]][] = [
  ["the agent's image", agent, [], ["--version"]],
  ["the agent's image, told `agent` as an injected pod does", agent, [], ["agent", "--version"]],
  ["pilotfish in the agent's image", agent, ["--entrypoint=pilotfish"], ["agent", "--version"]],
  ["telegraf in the agent's image", agent, ["--entrypoint=telegraf"], ["--version"]],
  ["the webhook's image", webhook, [], ["--version"]],
  ["pilotfish in the webhook's image", webhook, ["--entrypoint=pilotfish"], ["--version"]],
];
for (const [what, image, options, args] of calls) {
  test(`${what} answers with its version`, async () => {
    const { code, output } = await runTool("run", "--rm", ...confined, ...options, image, ...args);
    assert.equal(code, 0, output);
    assert.ok(output.includes(VERSION), output);
  });
}

for (const image of [agent, webhook]) {
  test(`${image} runs as user ${USER_ID} and holds no shell`, async () => {
    const { output } = await runTool("image", "inspect", "--format={{.Config.User}}", image);
    assert.equal(output.trim(), `${USER_ID}:${USER_ID}`);
    const shell = await runTool("run", "--rm", ...confined, "--entrypoint=/bin/sh", image, "-c", "exit 0");
    assert.notEqual(shell.code, 0);
  });
}

test("without a config the agent listens, prints what it hears, and ends in order", async () => {
  const started = await runTool("run", "--detach", `--name=${container}`, ...confined, agent);
  assert.equal(started.code, 0, started.output);
  const said = async (what: RegExp) => {
    const { output } = await runTool("logs", container);
    return what.test(output) ? output : undefined;
  };
  await eventually("the agent runs", () => said(/Agent is running/));
  const send = `
    const udp = require("dgram").createSocket("udp4");
    udp.send("web.hits:3|c", ${PORTS.statsd}, "127.0.0.1", () =>
      udp.send("udp_line v=1i", ${PORTS.lineUdp}, "127.0.0.1", () => udp.close()));
    require("net").connect(${PORTS.lineTcp}, "127.0.0.1").end("tcp_line v=2i\\n");`;
  const sent = await runTool("exec", container, "/nodejs/bin/node", "-e", send);
  assert.equal(sent.code, 0, sent.output);
  for (const line of [/^udp_line v=1i \d+$/m, /^tcp_line v=2i \d+$/m, /^web_hits,metric_type=counter value=3i \d+$/m]) {
    await eventually(String(line), () => said(line));
  }
  const { code, output } = await runTool("stop", "--time=15", container);
  assert.equal(code, 0, output);
  assert.equal((await runTool("inspect", "--format={{.State.ExitCode}}", container)).output.trim(), "0");
});

test("in an injected pod it listens at once, and delivers when its class arrives", async (t) => {
  const volume = await mkdtemp(join(tmpdir(), "pilotfish-"));
  const seated = `${container}-seated`;
  t.after(async () => {
    await runTool("rm", "--force", seated);
    await rm(volume, { recursive: true, force: true });
  });
  await chmod(volume, 0o755);
  const own = '[global_tags]\npod_name = "$POD_NAME"\n[agent]\ninterval = "$INTERVAL"\nflush_interval = "$INTERVAL"\n';
  const config = `${own}[[inputs.socket_listener]]\nservice_address = "udp://localhost:${PORTS.lineUdp}"\n`;
  await project(volume, { [CONFIG_FILE]: config });
  const env = ["--env=POD_NAME=web-1", "--env=INTERVAL=1s", `--volume=${volume}:${MOUNT_PATH}:ro`];
  const started = await runTool("run", "--detach", `--name=${seated}`, ...confined, ...env, agent, ...AGENT_ARGUMENTS);
  assert.equal(started.code, 0, started.output);
  const said = async (what: RegExp) => {
    const { output } = await runTool("logs", seated);
    return what.test(output) ? output : undefined;
  };
  await eventually("the agent listens", () => said(/Listening on udp/));
  const send = `const udp = require("dgram").createSocket("udp4");
    udp.send("early v=1i", ${PORTS.lineUdp}, "127.0.0.1", () => udp.close());`;
  await runTool("exec", seated, "/nodejs/bin/node", "-e", send);

  const classText = '[[outputs.file]]\nfiles = ["stdout"]\n';
  await project(volume, { [CONFIG_FILE]: config, [`${CLASS_DIRECTORY}/${CLASS_FILE}`]: classText });
  await eventually("what came before the class", () => said(/^early,.*pod_name=web-1 v=1i \d+$/m));
});

/** Lays files out as a kubelet does: behind one link that changes all of them at once. */
async function project(volume: string, files: Readonly<Record<string, string>>): Promise<void> {
  const version = `..${Date.now()}`;
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(volume, version, path)), { recursive: true });
    await writeFile(join(volume, version, path), text);
  }
  await symlink(version, join(volume, "..new"));
  await rename(join(volume, "..new"), join(volume, "..data"));
  for (const path of new Set(Object.keys(files).map((file) => file.split("/")[0] ?? file))) {
    await symlink(join("..data", path), join(volume, path)).catch(ignoreExisting);
  }
}

test("the webhook's image injects files too", async () => {
  const examples = join(import.meta.dirname, "../../manifests/examples");
  const args = ["inject", "--filename=/in/application.yaml", "--namespace-label", `${NAMESPACE_LABEL}=enabled`];
  const { code, output } = await runTool("run", "--rm", ...confined, `--volume=${examples}:/in:ro`, webhook, ...args);
  assert.equal(code, 0, output);
  assert.match(output, /name: pilotfish-agent/);
});

test("with the arguments of an injected pod and no file mounted the agent says what is missing", async () => {
  const { code, output } = await runTool("run", "--rm", ...confined, agent, ...AGENT_ARGUMENTS);
  assert.notEqual(code, 0);
  assert.match(output, /\/etc\/pilotfish\/pilotfish\.conf/);
});

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
