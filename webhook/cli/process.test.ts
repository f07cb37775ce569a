// The command as people start it: a process, its streams and its exit code, on every kind of workload.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const KINDS =
  "pod deployment statefulset daemonset replicaset replicationcontroller job cronjob list multi-document".split(" ");

function read(file: string): string {
  return readFileSync(new URL(`goldens/${file}`, import.meta.url), "utf8");
}

function pilotfish(input: string, ...flags: readonly string[]) {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return spawnSync(process.execPath, [main, "inject", ...flags], { input, encoding: "utf8", timeout: 60_000 });
}

test("every kind of workload in one stream", () => {
  const input = KINDS.map((kind) => read(`${kind}/input.yaml`)).join("---\n");
  const { stdout, stderr, status } = pilotfish(
    input,
    "-f",
    "-",
    "--namespace-label",
    "pilotfish.dev/injection=enabled",
  );
  assert.equal(status, 0, stderr);
  // The last one brings its own namespace; with the flag its other pod is selected as well.
  const alike = KINDS.slice(0, -1);
  assert.ok(stdout.startsWith(alike.map((kind) => read(`${kind}/injected.yaml`)).join("---\n")));
  assert.ok(stderr.startsWith(alike.map((kind) => read(`${kind}/report.txt`)).join("")));
});

function inputOf(kind: string): string {
  return fileURLToPath(new URL(`goldens/${kind}/input.yaml`, import.meta.url));
}

test("-f several times, and with several files: all of them, in order", () => {
  const flags = ["--namespace-label", "pilotfish.dev/injection=enabled"];
  const { stdout, status } = pilotfish("", "-f", inputOf("pod"), "-f", inputOf("job"), inputOf("cronjob"), ...flags);
  assert.equal(status, 0);
  assert.equal(stdout, ["pod", "job", "cronjob"].map((kind) => read(`${kind}/injected.yaml`)).join("---\n"));
});

test("unusable input is an exit code and a sentence", () => {
  const { stdout, stderr, status } = pilotfish("a: [", "-f", "-");
  assert.equal(status, 65);
  assert.equal(stdout, "");
  assert.match(stderr, /^pilotfish inject: - is neither YAML nor JSON: line 1: /);
});
