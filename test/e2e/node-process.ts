// A container's process as its node sees it, by a pod that shares the node's process numbers: the agent's image has no shell,
// and a container's first process cannot be killed from inside. Works on any cluster that allows such a pod.

import { kubectl } from "../cluster/kubectl.ts";
import { IMAGES } from "./fixtures.ts";
import { apply, dropNamespaces, makeNamespace, statusOf, type Pod } from "./pods.ts";

const PLACE = "e2e-node";

/** Finds the one process whose control group is the container's, then does `act`; prints what `act` returns. */
const SCRIPT = `
const fs = require("node:fs");
const [id, act] = process.argv.slice(1);
const pid = fs.readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).map(Number).find((pid) => {
  try { return fs.readFileSync("/proc/" + pid + "/cgroup", "utf8").includes(id); } catch { return false; }
});
if (pid === undefined) throw new Error("no process of container " + id);
if (act === "kill") process.kill(pid, "SIGKILL");
process.stdout.write(act === "kill" ? String(pid) : fs.readFileSync("/proc/" + pid + "/status", "utf8"));
`;

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

/** Resident memory of the process in KiB: now, and the most it ever was. */
export async function memoryOf(pod: Pod, container: string): Promise<{ nowKiB: number; mostKiB: number }> {
  const status = await onNode(pod, container, "status");
  const kib = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return { nowKiB: kib("VmRSS"), mostKiB: kib("VmHWM") };
}

async function onNode(pod: Pod, container: string, act: "kill" | "status"): Promise<string> {
  const id = statusOf(pod, container).containerID?.replace(/^.*:\/\//, "") ?? "";
  const name = `${act}-${pod.metadata.uid.slice(0, 8)}-${id.slice(0, 8)}`;
  await apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: PLACE },
    spec: {
      nodeName: pod.spec.nodeName,
      hostPID: true,
      restartPolicy: "Never",
      containers: [
        {
          name: act,
          image: IMAGES.application,
          imagePullPolicy: "IfNotPresent",
          command: ["/nodejs/bin/node", "-e", SCRIPT, id, act],
          securityContext: { runAsUser: 0 },
        },
      ],
    },
  });
  await kubectl(["-n", PLACE, "wait", "--for=jsonpath={.status.phase}=Succeeded", `pod/${name}`, "--timeout=60s"]);
  const output = await kubectl(["-n", PLACE, "logs", name]);
  await kubectl(["-n", PLACE, "delete", "pod", name, "--wait=false"]);
  return output;
}
