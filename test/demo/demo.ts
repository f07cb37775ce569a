// `make demo`: the main job, end to end, without a cluster. A pod goes in, metrics come out; exit code 0 only if
// everything that was sent has arrived.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import jsonPatch from "fast-json-patch";
import { stringify } from "yaml";
import { Program } from "../support/program.ts";
import { EXPECTATIONS, playApplication } from "./application.ts";
import { findDestination, type Destination, type Point } from "./destination.ts";
import { lineDiff } from "./diff.ts";
import { seatContainer, type Container, type Pod, type Seat } from "./kubelet.ts";
import { NAMESPACES, POD, reviewOf } from "./pod.ts";

const CONTAINER = "pilotfish-agent";
const PORTS = { statsd: 8125, lineUdp: 8092, lineTcp: 8094 };

interface Answer {
  readonly response: { readonly allowed: boolean; readonly patch?: string; readonly warnings?: readonly string[] };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function title(text: string): void {
  say(`\n== ${text} ==`);
}

/** What has to be closed in the end, the last opened first. */
type Open = (() => Promise<unknown>)[];

async function main(open: Open): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "pilotfish-demo-"));
  open.push(async () => rmSync(directory, { recursive: true, force: true }));
  title("1. Where the metrics will go");
  const destination = await findDestination(directory);
  open.push(() => destination.close());
  say(destination.what);

  title("2. A pod of an ordinary Deployment asks to be admitted");
  const pod = await admitPod(directory, destination, open);

  title("3. The injected container starts, as the kubelet would start it");
  const agent = await startAgent(directory, { pod, destination, open });

  title("4. The application talks to localhost: 8125, 8092 and 8094");
  const showing = showArrivals(destination, agent);
  await playApplication(PORTS);
  say("(the application has said everything; the agent is asked to stop, its last interval still counts)");
  await pause(2500);
  await agent.stop();
  await showing;
  return summarize(await destination.points());
}

async function closeAll(open: Open): Promise<void> {
  for (let close = open.pop(); close !== undefined; close = open.pop()) await close().catch(() => undefined);
}

async function admitPod(directory: string, destination: Destination, open: Open): Promise<Pod> {
  const at = (name: string) => join(directory, name);
  mkdirSync(at("classes"));
  writeFileSync(at("classes/demo"), destination.classToml);
  writeFileSync(at("namespaces.yaml"), NAMESPACES);
  writeFileSync(at("config.yaml"), "defaults:\n  class: demo\n");
  const files = ["--classes", at("classes"), "--namespaces", at("namespaces.yaml"), "--config", at("config.yaml")];
  const args = ["webhook", "--dev", "--listen", "127.0.0.1:0", "--ca-out", at("ca.pem"), ...files];
  say(`bin/pilotfish ${args.join(" ")}`);
  const webhook = new Program(args);
  open.push(() => webhook.stop());
  const [, url] = await webhook.until(/listening on (https:\/\/127\.0\.0\.1:\d+)/);
  const answer = await postReview(`${url}/mutate`, readFileSync(at("ca.pem")));
  say(`POST ${url}/mutate over TLS, verified against ca.pem: allowed ${answer.response.allowed}`);
  for (const warning of answer.response.warnings ?? []) say(`warning: ${warning}`);
  if (answer.response.patch === undefined) throw new Error(`the pod was not injected: ${JSON.stringify(answer)}`);
  const patch = JSON.parse(Buffer.from(answer.response.patch, "base64").toString()) as jsonPatch.Operation[];
  const injected = jsonPatch.applyPatch(structuredClone(POD), patch).newDocument as unknown as Pod;
  const shown = { lineWidth: 0 };
  say(lineDiff(stringify(POD, shown), stringify(injected, shown)).join("\n"));
  title("The generated config (annotation pilotfish.dev/config, mounted by the downward API)");
  say(injected.metadata.annotations["pilotfish.dev/config"] ?? "");
  return injected;
}

function postReview(url: string, ca: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const call = request(url, { method: "POST", ca, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(text) as Answer);
        else reject(new Error(`the webhook answered ${answer.statusCode}: ${text}`));
      });
    });
    call.on("error", reject);
    call.end(JSON.stringify(reviewOf(POD)));
  });
}

interface Seating {
  readonly pod: Pod;
  readonly destination: Destination;
  readonly open: Open;
}

async function startAgent(directory: string, { pod, destination, open }: Seating): Promise<Program> {
  const all: readonly Container[] = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const container = all.find(({ name }) => name === CONTAINER);
  if (container === undefined) throw new Error(`the injected pod has no container ${CONTAINER}`);
  const seat: Seat = seatContainer(pod, container, {
    directory: join(directory, "etc"),
    secrets: { demo: destination.classToml },
    fields: {
      "metadata.name": "shop-web-7d4b9c6f5-x2x9k",
      "metadata.namespace": "shop",
      "spec.nodeName": hostname(),
      "status.podIP": "127.0.0.1",
      "status.hostIP": "127.0.0.1",
    },
  });
  const agent = new Program(seat.args, { env: seat.env });
  open.push(() => agent.stop());
  try {
    await agent.until(/Agent is running/);
  } catch (error) {
    const hint = "The demo needs the agent's own ports 8125, 8092 and 8094: stop what listens there and run it again.";
    throw new Error(`${hint}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  say(`environment: ${JSON.stringify(seat.env)}`);
  say(`pilotfish ${seat.args.join(" ")}`);
  return agent;
}

/** Prints one example of each measurement as it arrives, until the agent has stopped. */
async function showArrivals(destination: Destination, agent: Program): Promise<void> {
  const shown = new Set<string>();
  const look = async () => {
    for (const point of await destination.points()) {
      if (shown.has(point.measurement)) continue;
      shown.add(point.measurement);
      say(`arrived: ${point.measurement} ${JSON.stringify(point.fields)}`);
    }
  };
  while (agent.running) {
    await look();
    await pause(200);
  }
  await look();
}

function summarize(points: readonly Point[]): boolean {
  title("5. Sent and arrived");
  const rows = EXPECTATIONS.map(({ what, measurement, sent, arrived }) => {
    const got = arrived(points.filter((point) => point.measurement === measurement));
    return { what, sent, got, equal: sent === got };
  });
  const tagged = points.filter(({ fields }) => fields["namespace"] === "shop" && fields["team"] === "shop").length;
  rows.push({
    what: "points tagged with the pod's namespace",
    sent: points.length,
    got: tagged,
    equal: tagged === points.length && tagged > 0,
  });
  say(`${"what".padEnd(40)}${"sent".padStart(10)}${"arrived".padStart(10)}  equal`);
  for (const { what, sent, got, equal } of rows) {
    say(`${what.padEnd(40)}${String(sent).padStart(10)}${String(got).padStart(10)}  ${equal ? "yes" : "NO"}`);
  }
  return rows.every(({ equal }) => equal);
}

const open: Open = [];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    say(`\n${signal}: ending what was started`);
    void closeAll(open).then(() => process.exit(1));
  });
}

try {
  const equal = await main(open);
  say(equal ? "\nEverything that was sent has arrived." : "\nNOT everything that was sent has arrived.");
  process.exitCode = equal ? 0 : 1;
} catch (error) {
  say(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await closeAll(open);
}
