// Pods as the API server tells of them, and what the tests ask of them.

import assert from "node:assert/strict";
import { CLASSES_SECRET, CONTAINER_NAME, STATUS_ANNOTATION } from "../../webhook/inject/contract.ts";
import { ask, get, kubectl } from "../cluster/kubectl.ts";
import { namespace, type Texts } from "./objects.ts";
import { until } from "./poll.ts";

export interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: { readonly running?: { readonly startedAt: string } };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
}

interface Container {
  readonly name: string;
  readonly restartPolicy?: string;
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly annotations?: Texts };
  readonly spec: {
    readonly nodeName: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** What the application says of itself when it has said everything (application.ts). */
export interface Sent {
  readonly orders: number;
  readonly checkouts: number;
  readonly checkoutMs: number;
  readonly slowestMs: number;
  readonly fastestMs: number;
  readonly depth: number;
  readonly visitors: number;
  readonly udpLines: number;
  readonly udpSum: number;
  readonly tcpLines: number;
  readonly tcpSum: number;
  readonly failed: number;
  readonly waitedMs: number;
}

/** Creates all of them; the warnings that kubectl showed. */
export async function apply(...objects: readonly object[]): Promise<string> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const { ok, stderr } = await ask(["apply", "-f", "-"], list);
  assert.ok(ok, stderr);
  return stderr;
}

/** A namespace that is ready for pods; with the class in it, where it is labelled for injection. */
export async function makeNamespace(name: string, labels: Texts = {}, annotations: Texts = {}): Promise<void> {
  await apply(namespace(name, labels, annotations));
  const present = (kind: string, called: string) =>
    until(`${kind} ${called} in ${name}`, async () =>
      (await ask(["-n", name, "get", kind, called])).ok ? true : undefined,
    );
  // Without it the API server refuses pods.
  await present("serviceaccount", "default");
  if (Object.keys(labels).some((label) => label.endsWith("/injection"))) await present("secret", CLASSES_SECRET);
}

/** Not waited for: that would be most of a test's time. The run waits at its end. */
export async function dropNamespaces(...names: readonly string[]): Promise<void> {
  await kubectl(["delete", "namespace", "--wait=false", "--ignore-not-found", ...names]);
}

export async function podsOf(place: string, selector: string): Promise<readonly Pod[]> {
  return (await get<{ readonly items: readonly Pod[] }>("pods", "-n", place, "-l", selector)).items;
}

export function podCalled(place: string, name: string): Promise<Pod> {
  return get<Pod>("pod", name, "-n", place);
}

export async function rolledOut(place: string, workload: string): Promise<void> {
  await kubectl(["-n", place, "rollout", "status", workload, "--timeout=120s"]);
}

export async function ready(place: string, name: string): Promise<Pod> {
  await kubectl(["-n", place, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=120s"]);
  return podCalled(place, name);
}

/** "native", "classic" or "none". */
export function agentOf({ spec, metadata }: Pod): "native" | "classic" | "none" {
  const native = (spec.initContainers ?? []).filter(({ name }) => name === CONTAINER_NAME);
  const classic = spec.containers.filter(({ name }) => name === CONTAINER_NAME);
  const count = native.length + classic.length;
  assert.ok(count <= 1, `${metadata.name} has ${count} agents`);
  assert.equal(metadata.annotations?.[STATUS_ANNOTATION] !== undefined, count === 1, "status and agent go together");
  if (count === 0) return "none";
  if (classic.length === 1) return "classic";
  assert.equal(native[0]?.restartPolicy, "Always");
  return "native";
}

export function statusOf(pod: Pod, container: string): ContainerStatus {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const found = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  assert.ok(found, `${pod.metadata.name} has no status of ${container}`);
  return found;
}

/** Waits until the application has said everything. */
export function sentBy(place: string, name: string): Promise<Sent> {
  return until(`${name} has sent everything`, async () => {
    const { stdout } = await ask(["-n", place, "logs", name, "-c", "app"]);
    const line = stdout.split("\n").find((text) => text.startsWith("SENT "));
    return line === undefined ? undefined : (JSON.parse(line.slice(5)) as Sent);
  });
}
