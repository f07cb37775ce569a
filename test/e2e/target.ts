// The cluster that the tests run against: the one that KUBECONFIG names, else the local one (test/cluster), which is started
// when it does not run and then ended again.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { ask } from "../cluster/kubectl.ts";

const home = join(import.meta.dirname, "../..");
const scripts = join(home, "test/cluster");

export interface Target {
  readonly what: string;
  /** Not the user's own: images are built here and put into it. */
  readonly local: boolean;
  close(): Promise<void>;
}

/** This machine cannot have a cluster; the text says what is missing. */
export class Unsuitable extends Error {}

/** cluster-up.sh: a tool or a right is missing (see its `refuse`). */
const UNSUITABLE_CODES: readonly (number | null)[] = [69, 77];

export async function openTarget(): Promise<Target> {
  if (process.env["KUBECONFIG"]) {
    const { ok, stderr } = await ask(["version"]).catch((error: unknown) => ({ ok: false, stderr: String(error) }));
    if (!ok) throw new Error(`the cluster of KUBECONFIG=${process.env["KUBECONFIG"]} does not answer: ${stderr}`);
    return { what: `the cluster of KUBECONFIG=${process.env["KUBECONFIG"]}`, local: false, close: async () => {} };
  }
  if (process.platform !== "linux") throw new Unsuitable(`a local cluster needs Linux, this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw new Unsuitable("a local cluster needs root");
  const status = await run("cluster-status.sh", { quiet: true });
  const wasUp = status.code === 0;
  // Also when it is up: it says where its kubeconfig is.
  const { code, output } = await run("cluster-up.sh", { quiet: wasUp });
  if (UNSUITABLE_CODES.includes(code)) throw new Unsuitable(output.trim().split("\n").slice(-2).join(" "));
  if (code !== 0) {
    if (!wasUp) await run("cluster-down.sh");
    throw new Error(`the local cluster did not start:\n${output}`);
  }
  for (const [, name = "", value = ""] of output.matchAll(/^export (KUBECONFIG|KUBECTL)=(.*)$/gm))
    process.env[name] = value;
  return {
    what: wasUp ? "the local cluster, which was up already" : "the local cluster, started for this run",
    local: true,
    close: async () => {
      if (!wasUp) await run("cluster-down.sh");
    },
  };
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A script of test/cluster, seen by the user unless `quiet`. */
function run(script: string, { quiet = false } = {}): Promise<Ended> {
  return runProgram(join(scripts, script), [], { quiet });
}

/** Both outputs in one text. */
export function runProgram(
  program: string,
  args: readonly string[],
  { quiet = false, env = {} }: { readonly quiet?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A group of its own: Ctrl-C reaches us, and we end what has to be ended.
    const child = spawn(program, args, {
      cwd: home,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (!quiet) process.stdout.write(chunk);
      });
    }
    child.once("error", reject).once("close", (code) => resolve({ code, output }));
  });
}
