// `make e2e`: a cluster, the images, Pilotfish in it, the tests one after the other, and everything away again. Arguments
// name tests (`node test/e2e/run.ts load classes`). E2E_KEEP=1 leaves Pilotfish installed for the next run.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { circumstances } from "./circumstances.ts";
import { claim, release } from "./claim.ts";
import { install, inTheWay, uninstall } from "./installation.ts";
import { loadImages } from "./load-images.ts";
import { type Outcome, summaryTable } from "./summary.ts";
import { openTarget, Unsuitable, type Target } from "./target.ts";

const SUFFIX = ".e2e.ts";
const beganMs = performance.now();
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interrupted.abort(new Error(signal)));

function say(text: string): void {
  process.stdout.write(`== ${text} (${Math.round((performance.now() - beganMs) / 1000)} s) ==\n`);
}

function chosenFiles(): readonly string[] {
  const names = process.argv.slice(2);
  const all = readdirSync(import.meta.dirname).filter((file) => file.endsWith(SUFFIX));
  const unknown = names.filter((name) => !all.includes(name + SUFFIX));
  if (unknown.length > 0) {
    throw new Error(`no test ${unknown.join(", ")}; there are ${all.map((file) => basename(file, SUFFIX)).join(", ")}`);
  }
  const chosen = names.length === 0 ? all.toSorted() : names.map((name) => name + SUFFIX);
  return chosen.map((file) => join(import.meta.dirname, file));
}

/** How it was at the first failures; the ones that follow are often only echoes. */
const MOST_CIRCUMSTANCES = 3;
const told: Promise<string>[] = [];

/** A leaf of the tree of tests; suites are only brackets around them. */
function runTests(files: readonly string[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const stream = run({ files: [...files], concurrency: 1, signal: interrupted.signal });
  const note = (passed: boolean) => (test: TestEnded) => {
    const { file, name, details, skip } = test;
    if (details.type === "suite" && passed) return;
    if (skip !== undefined) return;
    const seconds = details.duration_ms / 1000;
    if (!passed && told.length < MOST_CIRCUMSTANCES) {
      told.push(circumstances().then((text) => `== when "${name}" failed ==\n${text}\n`));
    }
    outcomes.push({ file: basename(file ?? "", SUFFIX), shows: name, seconds, passed });
  };
  stream.on("test:pass", note(true)).on("test:fail", note(false));
  return new Promise((resolve, reject) => {
    const shown = stream.compose(new spec());
    shown.on("data", (chunk: Buffer) => process.stdout.write(chunk));
    shown.once("end", () => resolve(outcomes)).once("error", reject);
  });
}

interface TestEnded {
  readonly name: string;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly details: { readonly duration_ms: number; readonly type?: string | undefined };
}

async function inCluster(target: Target, files: readonly string[]): Promise<boolean> {
  const obstacle = await inTheWay();
  if (obstacle !== undefined) throw new Error(obstacle);
  await claim();
  try {
    say("building and loading images");
    await loadImages(target);
    say("installing Pilotfish");
    await install();
    say(`running ${files.length} files of tests`);
    const outcomes = await runTests(files);
    for (const text of await Promise.all(told)) process.stdout.write(text);
    say("ran");
    process.stdout.write(`${summaryTable(outcomes)}\n`);
    return outcomes.length > 0 && outcomes.every(({ passed }) => passed) && !interrupted.signal.aborted;
  } finally {
    if (!process.env["E2E_KEEP"]) {
      say("uninstalling Pilotfish");
      await uninstall();
    }
    await release();
  }
}

async function main(): Promise<number> {
  const files = chosenFiles();
  say("looking for a cluster");
  let target: Target;
  try {
    target = await openTarget();
  } catch (error) {
    if (!(error instanceof Unsuitable) || process.env["E2E_REQUIRED"]) throw error;
    process.stdout.write(
      `SKIPPED: ${error.message}. Or set KUBECONFIG to a cluster to throw away; see test/e2e/README.md\n`,
    );
    return 0;
  }
  try {
    say(`testing ${target.what}`);
    return (await inCluster(target, files)) ? 0 : 1;
  } finally {
    await target.close();
    say("done");
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const messages: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) messages.push(each.message.trim());
  process.stderr.write(`make e2e: ${messages.join(": ") || String(error)}\n`);
  process.exitCode = 1;
}
