// The webhook as a process of its own beside a cluster that has no nodes: with the rights of its ServiceAccount, and
// reached by the API server on loopback in place of the Service.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_NAMESPACE } from "../../webhook/inject/contract.ts";
import { eventually, get, kubectl } from "./kubectl.ts";

const home = join(import.meta.dirname, "../..");

export interface WebhookProcess {
  readonly port: string;
  /** All that it logged. */
  readonly log: () => string;
  /** The exit code after SIGTERM. */
  readonly stop: () => Promise<number | null>;
}

/** `directory` takes its kubeconfig. Classes and settings come from the cluster, as the manifests have it. */
export async function startWebhook(directory: string, options: readonly string[] = []): Promise<WebhookProcess> {
  const kubeconfig = join(directory, "webhook.kubeconfig");
  await writeFile(kubeconfig, await ownKubeconfig(), { mode: 0o600 });
  // Its certificate is for its Service; the API server comes by `localhost` here.
  const args = ["webhook", "--listen=127.0.0.1:0", "--drain-delay=0", ...options];
  const child = spawn(join(home, "bin/pilotfish"), [...args, "--service", "localhost"], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const port = await eventually("the webhook listens", async () => {
    if (child.exitCode !== null) throw new Error(`the webhook ended with ${child.exitCode}: ${log}`);
    return /listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1];
  });
  return { port, log: () => log, stop: () => stop(child) };
}

type Target = { readonly url: string } | { readonly service: object };

interface Configuration {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string; readonly service?: object } }[];
}

/** Where the API server finds the webhook on loopback. */
export function onLoopback(port: string): Target {
  return { url: `https://localhost:${port}/mutate` };
}

/** Where the manifests say that it is. */
export const asService: Target = {
  service: { name: "pilotfish", namespace: DEFAULT_NAMESPACE, path: "/mutate", port: 443 },
};

/** Sends the API server elsewhere; the caBundle stays as it is. */
export async function pointAt(target: Target): Promise<void> {
  const what = ["mutatingwebhookconfiguration", "pilotfish"];
  const { webhooks } = await get<Configuration>(...what);
  const patch = webhooks.map(({ clientConfig: { caBundle } }, index) => ({
    op: "replace",
    path: `/webhooks/${index}/clientConfig`,
    value: { ...target, caBundle },
  }));
  await kubectl(["patch", ...what, "--type=json", "-p", JSON.stringify(patch)]);
}

async function ownKubeconfig(): Promise<string> {
  const token = await kubectl(["-n", DEFAULT_NAMESPACE, "create", "token", "pilotfish"]);
  const view = JSON.parse(await kubectl(["config", "view", "--raw", "--minify", "-o", "json"])) as {
    readonly clusters: readonly unknown[];
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: view.clusters.map((entry) => ({ ...(entry as object), name: "cluster" })),
    users: [{ name: "webhook", user: { token: token.trim() } }],
    contexts: [{ name: "own", context: { cluster: "cluster", user: "webhook" } }],
    "current-context": "own",
  });
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  return child.exitCode;
}
