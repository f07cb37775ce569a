// Pilotfish in the cluster, as a user puts it there: `kubectl apply -k manifests/base`, then the classes. And out again,
// with everything that the tests made.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { CLASSES_SECRET, DEFAULT_NAMESPACE, SETTINGS_CONFIG_MAP, SETTINGS_KEY } from "../../webhook/inject/contract.ts";
import { ask, kubectl } from "../cluster/kubectl.ts";
import { CLASSES, IMAGES, INFLUXDB_NAMESPACE, OURS, SETTINGS } from "./fixtures.ts";
import { INFLUXDB_OBJECTS } from "./influxdb.ts";
import { barePod } from "./objects.ts";
import { agentOf, apply, dropNamespaces, makeNamespace, type Pod, rolledOut } from "./pods.ts";
import { until } from "./poll.ts";

const base = join(import.meta.dirname, "../../manifests/base");
const workload = "deployment/pilotfish";

/** Somebody else's installation must not be changed and then removed: what is wrong, or undefined. */
export async function inTheWay(): Promise<string | undefined> {
  const { ok, stdout } = await ask([
    "get",
    "namespace",
    DEFAULT_NAMESPACE,
    "-o",
    `jsonpath={.metadata.labels.${OURS}}`,
  ]);
  if (!ok || stdout === "true") return undefined;
  return `this cluster has a namespace ${DEFAULT_NAMESPACE} that the tests did not make; they would change and remove it`;
}

export async function install(): Promise<void> {
  // What an earlier run measured must not be taken for this one's.
  await ask([
    "-n",
    INFLUXDB_NAMESPACE,
    "delete",
    "deployment",
    "influxdb",
    "--ignore-not-found",
    "--cascade=foreground",
  ]);
  await applyManifests();
  await kubectl(["label", "namespace", DEFAULT_NAMESPACE, `${OURS}=true`]);
  await apply(
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: CLASSES_SECRET, namespace: DEFAULT_NAMESPACE },
      stringData: CLASSES,
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: SETTINGS_CONFIG_MAP, namespace: DEFAULT_NAMESPACE },
      data: { [SETTINGS_KEY]: SETTINGS },
    },
    ...INFLUXDB_OBJECTS,
  );
  await rolledOut(DEFAULT_NAMESPACE, workload);
  await rolledOut(INFLUXDB_NAMESPACE, "deployment/influxdb");
  await answersWith("default");
}

async function applyManifests(): Promise<void> {
  const [name = "", tag = ""] = IMAGES.webhook.split(/:(?=[^/]*$)/);
  if (name === "pilotfish-webhook") {
    await kubectl(["apply", "-k", base]);
    return;
  }
  // The images are elsewhere: an overlay, as a user would write it.
  const overlay = await mkdtemp(join(tmpdir(), "pilotfish-overlay-"));
  const images = [{ name: "pilotfish-webhook", newName: name, newTag: tag }];
  const kustomization = { resources: [relative(overlay, base)], images };
  await writeFile(join(overlay, "kustomization.yaml"), JSON.stringify(kustomization));
  await kubectl(["apply", "-k", overlay]);
  await rm(overlay, { recursive: true });
}

/** Every replica of the webhook is asked now and then: several answers in a row, each with an agent of this class. */
export async function answersWith(className: string): Promise<void> {
  const place = "e2e-canary";
  await makeNamespace(place);
  const annotations = { "pilotfish.dev/inject": "true", "pilotfish.dev/class": className };
  const canary = JSON.stringify(barePod({ name: "canary", namespace: place }, { annotations }));
  let inARow = 0;
  await until(`pods get an agent of the class ${className}`, async () => {
    const { ok, stdout, stderr } = await ask(["create", "-f", "-", "--dry-run=server", "-o", "json"], canary);
    if (!ok) throw new Error(stderr);
    inARow = agentOf(JSON.parse(stdout) as Pod) === "none" ? 0 : inARow + 1;
    return inARow >= 4 ? true : undefined;
  });
  await dropNamespaces(place);
}

/** Everything that install() and the tests made. */
export async function uninstall(): Promise<void> {
  await ask(["delete", "-k", base, "--ignore-not-found", "--wait=false"]);
  await ask(["delete", "namespace", "-l", OURS, "--ignore-not-found", "--timeout=180s"]);
  const left = await ask(["get", "namespace,mutatingwebhookconfiguration,clusterrole", "-o", "name"]);
  const ours = left.stdout.split("\n").filter((name) => /\/(e2e-|pilotfish)/.test(name));
  if (ours.length > 0) throw new Error(`still there: ${ours.join(", ")}`);
}

export async function scaleWebhook(replicas: number): Promise<void> {
  await kubectl(["-n", DEFAULT_NAMESPACE, "scale", workload, `--replicas=${replicas}`]);
}

export function webhookIsUp(): Promise<void> {
  return rolledOut(DEFAULT_NAMESPACE, workload);
}
