// Starting and ending by pid: what was started ends, a stranger who has the number now does not.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

interface Shell {
  readonly state: string;
  readonly run: (script: string) => { readonly status: number | null; readonly stdout: string };
}

function shell(t: TestContext): Shell {
  const state = mkdtempSync(join(tmpdir(), "pilotfish-"));
  t.after(() => rmSync(state, { recursive: true, force: true }));
  const begin = `set -eu; state='${state}'; logs='${state}'; fail() { echo "$1 $2"; exit 1; }; . '${join(import.meta.dirname, "processes.sh")}'`;
  const run = (script: string) => spawnSync("sh", ["-c", `${begin}\n${script}`], { encoding: "utf8" });
  return { state, run };
}

test("start, pid_of, stop", (t) => {
  const { state, run } = shell(t);
  const started = run("start sleeper sleep 60; pid_of sleeper");
  assert.equal(started.status, 0);
  const pid = Number(started.stdout);
  process.kill(pid, 0);
  assert.equal(run("start sleeper sleep 60; pid_of sleeper").stdout, started.stdout, "what runs is not started again");
  assert.equal(run("stop sleeper").status, 0);
  assert.notEqual(run("pid_of sleeper").status, 0);
  assert.throws(() => readFileSync(join(state, "sleeper.pid")), { code: "ENOENT" });
});

test("what ignores a request to end is killed", (t) => {
  const { run } = shell(t);
  run(
    `start stubborn sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'; wait_for stubborn grep ready "$logs/stubborn.log"`,
  );
  assert.equal(run("stop stubborn 1; pid_of stubborn || echo gone").stdout, "gone\n");
});

for (const [what, second] of [
  ["another start", "1"],
  ["no start at all", ""],
] as const) {
  test(`a pid file with ${what} names a stranger`, async (t) => {
    const { state, run } = shell(t);
    const stranger = spawn("sleep", ["60"]);
    const ended = new Promise((resolve) => stranger.once("exit", resolve));
    t.after(() => stranger.kill() && ended);
    writeFileSync(join(state, "kubelet.pid"), `${stranger.pid}\n${second}${second && "\n"}`);
    assert.notEqual(run("pid_of kubelet").status, 0);
    assert.equal(run("stop kubelet").status, 0);
    assert.equal(stranger.exitCode ?? stranger.signalCode, null);
    process.kill(stranger.pid ?? 0, 0);
  });
}

test("waiting ends when what is waited for has ended", (t) => {
  const { run } = shell(t);
  const { status, stdout } = run("start brief true; wait_for brief false");
  assert.deepEqual([status, stdout], [1, "brief ended\n"]);
});

test("a log is one of all starts of a cluster", (t) => {
  const { state, run } = shell(t);
  run("start brief echo one; while pid_of brief; do :; done; start brief echo two; while pid_of brief; do :; done");
  assert.equal(readFileSync(join(state, "brief.log"), "utf8"), "one\ntwo\n");
});
