// One run at a time in a cluster: two would install, scale and remove the same Pilotfish under each other.

import { hostname } from "node:os";
import { ask } from "../cluster/kubectl.ts";
import { OURS } from "./fixtures.ts";

const NAMESPACE = "e2e-claim";

/** Rejects when another run holds the cluster, or one was killed and still seems to. */
export async function claim(): Promise<void> {
  const holder = `pid ${process.pid} on ${hostname()}`;
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE, labels: { [OURS]: "true" }, annotations: { holder } },
  };
  const { ok, stderr } = await ask(["create", "-f", "-"], JSON.stringify(namespace));
  if (ok) return;
  if (!stderr.includes("AlreadyExists")) throw new Error(stderr);
  const { stdout } = await ask(["get", "namespace", NAMESPACE, "-o", "jsonpath={.metadata.annotations.holder}"]);
  const remedy = `wait for it, or if it is gone: kubectl delete namespace ${NAMESPACE}`;
  throw new Error(`another run of make e2e (${stdout}) uses this cluster; ${remedy}`);
}

export async function release(): Promise<void> {
  await ask(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=60s"]);
}
