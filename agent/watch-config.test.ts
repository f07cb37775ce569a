// --watch-config notify on real files; only the timers are ours.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { HeldClock } from "../test/support/held-clock.ts";
import { watchConfig } from "./watch-config.ts";

function watched(t: TestContext, { exists }: { readonly exists: boolean }) {
  const root = mkdtempSync(join(tmpdir(), "pilotfish-watch-"));
  const directory = join(root, "class.d");
  const file = join(directory, "class.conf");
  if (exists) mkdirSync(directory);
  const clock = new HeldClock();
  const seen: string[] = [];
  const text = () => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "missing";
    }
  };
  const settings = {
    mode: "notify",
    intervalMs: 1000,
    directories: [directory],
    read: async () => text(),
    clock,
  } as const;
  const stop = watchConfig(settings, text(), async () => void seen.push(text()));
  t.after(() => {
    stop();
    assert.equal(clock.pendingTimers, 0);
    rmSync(root, { recursive: true, force: true });
  });
  return { root, directory, write: (content: string) => writeFileSync(file, content), seen, clock };
}

/** Time passes until that text was seen. */
async function until({ seen, clock }: { readonly seen: readonly string[]; readonly clock: HeldClock }, text: string) {
  const end = Date.now() + 10_000;
  while (seen.at(-1) !== text) {
    assert.ok(Date.now() < end, `saw ${seen.join()}, not ${text}`);
    await clock.advance(50);
  }
}

test("a directory that is removed and made anew is watched again", async (t) => {
  const watching = watched(t, { exists: true });
  watching.write("one");
  await until(watching, "one");
  for (const round of ["a", "b"]) {
    rmSync(watching.directory, { recursive: true });
    await until(watching, "missing");
    mkdirSync(watching.directory);
    watching.write(`back ${round}`);
    await until(watching, `back ${round}`);
    watching.write(`changed ${round}`);
    await until(watching, `changed ${round}`);
  }
});

test("a directory that is replaced by another is watched again", async (t) => {
  const watching = watched(t, { exists: true });
  renameSync(watching.directory, join(watching.root, "old"));
  mkdirSync(watching.directory);
  watching.write("new");
  await until(watching, "new");
  watching.write("newer");
  await until(watching, "newer");
});

test("a directory that comes later is found", async (t) => {
  const watching = watched(t, { exists: false });
  await watching.clock.advance(5000);
  mkdirSync(watching.directory);
  watching.write("late");
  await until(watching, "late");
  watching.write("later");
  await until(watching, "later");
});
