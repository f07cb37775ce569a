// Run in a pod that sees the node's processes and control groups: finds the first process of a container, kills it, or tells
// what memory it takes. node-process.ts CONTAINER-ID kill|memory [FOLDER OF THE CONTROL GROUPS]

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [id = "", act = "", groups = "/sys/fs/cgroup"] = process.argv.slice(2);

/** The empty text for what is gone already, or is not there on this kernel. */
function read(...path: readonly string[]): string {
  try {
    return readFileSync(join(...path), "utf8");
  } catch {
    return "";
  }
}

/** The most that was ever counted against the container's limit; control groups of version 2, then of version 1. */
function peakBytes(folder: string): number {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    const peak = entry.name.includes(id)
      ? Number(read(path, "memory.peak") || read(path, "memory.max_usage_in_bytes"))
      : peakBytes(path);
    if (peak > 0) return peak;
  }
  return 0;
}

const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
const pid = pids.find((each) => id !== "" && read("/proc", each, "cgroup").includes(id));
if (pid === undefined) throw new Error(`no process of container "${id}"`);
if (act === "kill") process.kill(Number(pid), "SIGKILL");
else {
  const anonymous = /^RssAnon:\s+(\d+) kB/m.exec(read("/proc", pid, "status"))?.[1];
  const memory = { anonymousKiB: Number(anonymous), mostKiB: Math.round(peakBytes(groups) / 1024) };
  process.stdout.write(JSON.stringify(memory));
}
