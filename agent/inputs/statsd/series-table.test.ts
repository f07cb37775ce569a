// What survives an interval, and what is given back. The meaning of values is tested by testcases/.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SetMembers } from "./set-members.ts";
import { TestStatsd } from "./test-statsd.ts";

function oneOfEach(i: number): string {
  return `c${i}:1|c\ng${i}:${i}|g\nt${i}:1|ms\ns${i}:a|s`;
}

test("updates between two slices of a gather are neither lost nor counted twice", async () => {
  const input = new TestStatsd("percentiles = [50]");
  const series = 5000;
  const all = (line: (i: number) => string): void => {
    for (let i = 0; i < series; i++) input.send(line(i));
  };
  all(oneOfEach);
  const first = input.service.gather(input.acc);
  // The gather has frozen the interval and waits for its first turn of the event loop.
  all(oneOfEach);
  const early = input.takeMetrics().length;
  await first;
  const firstLines = [...Array(early).fill(""), ...input.takeLines()];
  const second = await input.gather();
  assert.ok(early < series, "the gather did not pause");
  assert.equal(firstLines.length, 4 * series);
  assert.equal(second.length, 4 * series);
  for (const line of [...firstLines, ...second]) {
    if (line.startsWith("c")) assert.match(line, /value=1i\n$/);
    if (line.startsWith("t")) assert.match(line, /count=1i/);
    if (line.startsWith("s")) assert.match(line, /value=1i\n$/);
  }
});

test("a silent series keeps its place for some intervals; then its memory is given back", async () => {
  const input = new TestStatsd("datadog_extensions = true");
  for (let i = 0; i < 1000; i++) input.send(`idle.${i}:1|c|#a:${i}`);
  for (let i = 0; i < 100; i++) input.send(`busy.${i}:${i}|g\nset.${i}:a|s\nbig.${i}:9007199254740993|c`);
  await input.gather();
  for (let interval = 0; interval < 30; interval++) {
    for (let i = 0; i < 100; i++)
      input.send(`busy.${i}:${interval}|g\nset.${i}:${interval}|s\nbig.${i}:9007199254740993|c`);
    const lines = await input.gather();
    assert.equal(lines.length, 300);
    assert.ok(lines.includes(`busy_99,metric_type=gauge value=${interval}\n`));
    assert.ok(lines.includes(`big_99,metric_type=counter value=9007199254740993i\n`));
    assert.ok(lines.includes(`set_99,metric_type=set value=1i\n`));
    if (interval < 5) assert.equal(input.count("series"), 1300);
  }
  assert.equal(input.count("series"), 300);
  // Numbers of 16 digits and more take the readable way, which needs no names by bytes.
  assert.equal(input.count("known_names"), 200);
  input.send("idle.7:5|c|#a:7");
  assert.deepEqual(await input.gather(), ["idle_7,a=7,metric_type=counter value=5i\n"]);
});

test("kept series survive the move of others", async () => {
  const input = new TestStatsd(
    "delete_sets = false\ndelete_timings = false\npercentiles = [50]\ntemplates = ['measurement.field']",
  );
  for (let i = 0; i < 1000; i++) input.send(`idle.${i}:1|g`);
  input.send("kept.a:1|ms\nkept.b:2|ms\nsets.x:1|s");
  for (let interval = 0; interval < 20; interval++) await input.gather();
  assert.equal(input.count("series"), 3);
  input.send("kept.b:4|ms\nsets.x:1|s\nsets.x:2|s");
  const [timing, set] = await input.gather();
  assert.match(timing ?? "", /^kept,metric_type=timing a_50_percentile=1,a_count=1i,.*b_50_percentile=4,b_count=2i,/);
  assert.equal(set, "sets,metric_type=set x=2i\n");
});

test("many spellings of one series do not grow without end", async () => {
  const input = new TestStatsd("datadog_extensions = true");
  for (let i = 0; i < 20_000; i++) input.send(`a:1|c|#x:1${",".repeat(i % 5000)}`);
  assert.equal(input.count("series"), 1);
  assert.ok(input.count("known_names") <= 2000, String(input.count("known_names")));
  assert.deepEqual(await input.gather(), ["a,metric_type=counter,x=1 value=20000i\n"]);
});

test("a series past max_ttl is forgotten with its set members", async () => {
  const input = new TestStatsd("delete_sets = false\ndelete_gauges = false\nmax_ttl = '5s'");
  input.send("s:a|s\ng:1|g");
  await input.gather();
  input.nowMs += 5000;
  assert.equal((await input.gather()).length, 2);
  input.nowMs += 1;
  assert.equal((await input.gather()).length, 2, "expired after it was emitted once more");
  assert.deepEqual(await input.gather(), []);
  input.send("s:a|s\ng:+1|g");
  assert.deepEqual(await input.gather(), ["g,metric_type=gauge value=1\n", "s,metric_type=set value=1i\n"]);
});

test("timings of many repeats and hostile rates stay bounded", async () => {
  const input = new TestStatsd("percentiles = [90]");
  const startMs = performance.now();
  input.send("t:1|ms|@0.00000001\nt:1|ms|@1e-300\nt:1|ms|@2\nt:1|ms|@0\nc:1|c|@1e-300\nd:999999999999999|c|@0.0001");
  const lines = await input.gather();
  assert.ok(performance.now() - startMs < 500);
  assert.equal(lines[0], "c,metric_type=counter value=9223372036854775807i\n");
  assert.equal(lines[1], "d,metric_type=counter value=9223372036854775807i\n");
  assert.match(lines[2] ?? "", /count=100000003i/);
  assert.equal(input.count("rejected_odd_rate"), 3);
});

test("a gather of many series gives the event loop its turns", async () => {
  const input = new TestStatsd();
  for (let i = 0; i < 10_000; i++) input.send(`c${i}:1|c`);
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns += 1;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await input.gather();
  running = false;
  assert.ok(turns >= 4, `${turns} turns`);
});

test("kept series that appear during a gather wait for the next one", async () => {
  const input = new TestStatsd("delete_counters = false");
  for (let i = 0; i < 3000; i++) input.send(`c${i}:1|c`);
  const gathering = input.service.gather(input.acc);
  for (let i = 0; i < 10; i++) input.send(`late${i}:1|c`);
  await gathering;
  assert.equal(input.takeLines().length, 3000);
  assert.equal((await input.gather()).length, 3010);
});

test("set members follow their set when it moves, and nobody inherits them", () => {
  const members = new SetMembers();
  const view = new DataView(new ArrayBuffer(8));
  assert.equal(members.add(5, view, 0, 1), true);
  assert.equal(members.add(5, view, 0, 1), false);
  members.move(Int32Array.from([-1, -1, -1, -1, -1, 0]));
  assert.equal(members.add(0, view, 0, 1), false);
  assert.equal(members.add(5, view, 0, 1), true);
  members.forget(5);
  members.tidy();
  assert.equal(members.add(5, view, 0, 1), true);
  assert.equal(members.add(0, view, 0, 1), false);
});
