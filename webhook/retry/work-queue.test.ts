import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { HeldClock } from "../../certs/held-clock.ts";
import { WorkQueue } from "./work-queue.ts";

let clock: HeldClock;
let queue: WorkQueue;
let lengths: number[];
let failures: string[];
/** Each started piece of work waits here until the test ends it. */
let started: { readonly key: string; readonly end: (result: number | Error | undefined) => void }[];
beforeEach(() => {
  clock = new HeldClock(0);
  lengths = [];
  failures = [];
  started = [];
  queue = new WorkQueue({
    clock,
    atOnce: 2,
    work: (key) =>
      new Promise((resolve, reject) => {
        const end = (result: number | Error | undefined): void =>
          result instanceof Error ? reject(result) : resolve(result);
        started.push({ key, end });
      }),
    onFailure: (key) => failures.push(key),
    onLength: (length) => lengths.push(length),
  });
});

const keys = (): string => started.map(({ key }) => key).join("");
async function end(index: number, result?: number | Error): Promise<void> {
  started[index]?.end(result);
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

test("a few at a time, in order, each once however often it is added", async () => {
  for (const key of "abcdcdcd") queue.add(key);
  assert.equal(keys(), "ab");
  assert.equal(queue.length, 4);
  await end(1);
  assert.equal(keys(), "abc");
  await end(0);
  await end(2);
  await end(3);
  assert.equal(keys(), "abcd");
  assert.equal(lengths.at(-1), 0);
});

test("what changes while it is worked on is looked at once more, not at the same time", async () => {
  queue.add("a");
  queue.add("a");
  queue.add("a");
  assert.equal(keys(), "a");
  assert.equal(queue.length, 1);
  await end(0);
  assert.equal(keys(), "aa");
  await end(1);
  assert.equal(keys(), "aa");
  assert.equal(queue.length, 0);
});

test("a failure is tried again after a pause that doubles, with a random part, up to half a minute", async () => {
  queue.add("a");
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 9; attempt += 1) {
    await end(attempt, new Error("no"));
    pauses.push(clock.nextInMs() ?? 0);
    assert.equal(queue.length, 1);
    clock.advance(pauses.at(-1) ?? 0);
    assert.equal(started.length, attempt + 2);
  }
  for (const [attempt, pause] of pauses.entries()) {
    const fullMs = Math.min(500 * 2 ** attempt, 30_000);
    assert.ok(pause >= fullMs / 2 && pause <= fullMs, `${pause} after ${attempt}`);
  }
  await end(9);
  queue.add("a");
  await end(10, new Error("no"));
  assert.ok((clock.nextInMs() ?? 0) <= 500, "a success begins anew");
  assert.equal(failures.join(""), "a".repeat(10));
});

test("work may ask to be done again later; a change does not wait for that", async () => {
  queue.add("a");
  await end(0, 1000);
  assert.equal(clock.nextInMs(), 1000);
  queue.add("a");
  assert.equal(keys(), "aa");
  assert.equal(clock.nextInMs(), undefined);
  await end(1, 1000);
  clock.advance(1000);
  assert.equal(keys(), "aaa");
});

test("idle: when all that was added is done; a pause is not waited for", async () => {
  let idle = false;
  await queue.idle();
  for (const key of "abc") queue.add(key);
  void queue.idle().then(() => (idle = true));
  await end(0, new Error("no"));
  await end(1);
  assert.equal(idle, false);
  await end(2);
  assert.equal(idle, true);
  assert.equal(queue.length, 1);
});

test("stop: nothing more is begun", async () => {
  for (const key of "abc") queue.add(key);
  await end(0, new Error("no"));
  queue.stop();
  await end(1, new Error("no"));
  queue.add("d");
  assert.equal(keys(), "abc");
  assert.equal(clock.nextInMs(), undefined);
  assert.equal(failures.join(""), "a");
});
