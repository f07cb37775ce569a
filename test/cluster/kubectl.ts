// kubectl as a function: the tests' only way to a cluster, so that they see what users see, warnings included.

import { spawn } from "node:child_process";

export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** Runs `kubectl` (or what KUBECTL names) with the cluster of KUBECONFIG; never rejects on a refusal. */
export async function ask(args: readonly string[], stdin = ""): Promise<Answer> {
  const child = spawn(process.env["KUBECTL"] ?? "kubectl", args, { stdio: "pipe" });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  return { ok: code === 0, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** The same, for what has to succeed. */
export async function kubectl(args: readonly string[], stdin = ""): Promise<string> {
  const { ok, stdout, stderr } = await ask(args, stdin);
  if (!ok) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

export async function get<T = Json>(...what: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl(["get", ...what, "-o", "json"])) as T;
}

/** Asks again until there is an answer; what is the last thing it said when time is up. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  deadlineMs = 30_000,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > endMs) throw new Error(`${what}: not within ${deadlineMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
