// A container's process as its node sees it, by a pod that shares the node's process numbers: the agent's image has no shell,
// and a container's first process cannot be killed from inside. Works on any cluster that allows such a pod.

import { kubectl } from "../cluster/kubectl.ts";
import { IMAGES } from "./fixtures.ts";
import { apply, dropNamespaces, makeNamespace, statusOf, type Pod } from "./pods.ts";

const PLACE = "e2e-node";

/** Where the helper's pod sees the node's control groups. */
const GROUPS = "/node-groups";

export async function openNode(): Promise<void> {
  await makeNamespace(PLACE, { "pod-security.kubernetes.io/enforce": "privileged" });
}

export function closeNode(): Promise<void> {
  return dropNamespaces(PLACE);
}

/** Kills without a warning, as the kernel does when memory is short. */
export async function kill(pod: Pod, container: string): Promise<void> {
  await onNode(pod, container, "kill");
}

export interface Memory {
  /** What the process has for itself, now. */
  readonly anonymousKiB: number;
  /** The most that was ever counted against the container's limit, cached files among it; 0 where the kernel does not say. */
  readonly mostKiB: number;
}

export async function memoryOf(pod: Pod, container: string): Promise<Memory> {
  return JSON.parse(await onNode(pod, container, "memory")) as Memory;
}

async function onNode(pod: Pod, container: string, act: "kill" | "memory"): Promise<string> {
  const id = statusOf(pod, container).containerID?.replace(/^.*:\/\//, "") ?? "";
  const name = `${act}-${pod.metadata.uid.slice(0, 8)}-${id.slice(0, 8)}`;
  await apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: PLACE },
    spec: {
      nodeName: pod.spec.nodeName,
      hostPID: true,
      volumes: [{ name: "groups", hostPath: { path: "/sys/fs/cgroup" } }],
      restartPolicy: "Never",
      containers: [
        {
          name: act,
          image: IMAGES.application,
          imagePullPolicy: "IfNotPresent",
          command: ["/nodejs/bin/node", "/application/node-process.ts", id, act, GROUPS],
          securityContext: { runAsUser: 0 },
          volumeMounts: [{ name: "groups", mountPath: GROUPS, readOnly: true }],
        },
      ],
    },
  });
  await kubectl(["-n", PLACE, "wait", "--for=jsonpath={.status.phase}=Succeeded", `pod/${name}`, "--timeout=60s"]);
  const output = await kubectl(["-n", PLACE, "logs", name]);
  await kubectl(["-n", PLACE, "delete", "pod", name, "--wait=false"]);
  return output;
}
