import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { systemClock, type Clock } from "../../core/clock.ts";
import { createLog } from "../../core/log.ts";
import { Metric } from "../../core/metric.ts";
import { SelfStatistics } from "../../core/self-statistics.ts";
import type { WriteError } from "../../core/write-error.ts";
import { file } from "./index.ts";
import { StandardOutput, type ByteStream } from "./standard-output.ts";

const folder = await mkdtemp(join(tmpdir(), "pilotfish-file-"));
after(() => rm(folder, { recursive: true, force: true }));

let count = 0;
const fresh = () => join(folder, `metrics${count++}.out`);
const defaults = Object.fromEntries(
  Object.entries(file.options).map(([property, option]) => [property, option.fallback]),
);
type FileOptions = Parameters<typeof file.create>[0];
const optionsOf = (changes: Partial<FileOptions>) => ({ ...defaults, ...changes }) as FileOptions;

function create(changes: Partial<FileOptions>, clock: Clock = systemClock) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLog({ level: "debug", format: "text", messageKey: "msg", write, nowNs: () => 0n });
  const statistics = new SelfStatistics();
  const output = file.create(optionsOf(changes), { log, clock, statistics, signal: new AbortController().signal });
  return { output, lines };
}

const cpu = (value: number) => new Metric("cpu", 1n).setField("v", value);
const heldClock = (nowMs: { value: number }): Clock => ({
  ...systemClock,
  nowNs: () => BigInt(nowMs.value) * 1_000_000n,
});

test("appends lines to every file, and to what was there", async () => {
  const [one, two] = [fresh(), fresh()];
  await writeFile(one, "before\n");
  const { output } = create({ files: [one, two] });
  await output.connect?.();
  await output.write([cpu(1), cpu(2)]);
  await output.write([cpu(3)]);
  await output.close?.();
  assert.equal(await readFile(one, "utf8"), "before\ncpu v=1 1\ncpu v=2 1\ncpu v=3 1\n");
  assert.equal(await readFile(two, "utf8"), "cpu v=1 1\ncpu v=2 1\ncpu v=3 1\n");
});

test("a metric that line protocol cannot say is rejected by its index", async () => {
  const path = fresh();
  const { output } = create({ files: [path] });
  await output.connect?.();
  await assert.rejects(output.write([cpu(1), cpu(NaN), cpu(3)]), (error: WriteError) => {
    assert.deepEqual(error.verdict, { kind: "partial", accepted: [0, 2], rejected: [1] });
    return true;
  });
  await output.close?.();
  assert.equal(await readFile(path, "utf8"), "cpu v=1 1\ncpu v=3 1\n");
});

const full = "/dev/full";
const keeps = (error: WriteError) => {
  assert.equal(error.verdict.kind, "retry");
  assert.match(error.message, /\/dev\/full: ENOSPC.*metrics are kept/);
  return true;
};

test("a full disk keeps the metrics, and the other files get nothing twice", { skip: !existsSync(full) }, async () => {
  const path = fresh();
  const { output } = create({ files: [full, path] });
  await output.connect?.();
  const batch = [cpu(1), cpu(2)];
  await assert.rejects(output.write(batch), keeps);
  await assert.rejects(output.write([...batch, cpu(3)]), keeps);
  await output.close?.();
  assert.equal(await readFile(path, "utf8"), "cpu v=1 1\ncpu v=2 1\ncpu v=3 1\n");
});

test("a path that cannot be opened is named, with what to do", async () => {
  const { output } = create({ files: [join(folder, "none", "x")] });
  await assert.rejects(async () => output.connect?.(), /cannot open .*none.x: ENOENT.*change files/);
});

const unpackers = { gzip: gunzipSync, zlib: inflateSync, zstd: zstdDecompressSync };
for (const [algorithm, unpack] of Object.entries(unpackers)) {
  test(`${algorithm}: a batch is one frame`, async () => {
    const path = fresh();
    const compressionAlgorithm = algorithm as keyof typeof unpackers;
    const { output } = create({ files: [path], compressionAlgorithm, useBatchFormat: true, compressionLevel: 1 });
    await output.connect?.();
    await output.write([cpu(1), cpu(2)]);
    await output.close?.();
    assert.equal(unpack(await readFile(path)).toString(), "cpu v=1 1\ncpu v=2 1\n");
  });
}

test("gzip without batch format: one frame a metric, readable as a whole", async () => {
  const path = fresh();
  const { output } = create({ files: [path], compressionAlgorithm: "gzip" });
  await output.connect?.();
  await output.write([cpu(1), cpu(2)]);
  await output.close?.();
  const bytes = await readFile(path);
  assert.equal(gunzipSync(bytes).toString(), "cpu v=1 1\ncpu v=2 1\n");
  assert.ok(bytes.indexOf(Buffer.from([0x1f, 0x8b, 8]), 3) > 0, "a second frame");
});

test("rotates by size between two metrics, keeps so many archives and no neighbour's file", async () => {
  const path = join(folder, "sized.log");
  const neighbour = join(folder, "sized.web-1.log");
  await writeFile(neighbour, "not ours");
  const now = { value: Date.UTC(2026, 0, 2, 12) };
  const { output } = create({ files: [path], rotationMaxSizeBytes: 20, rotationMaxArchives: 2 }, heldClock(now));
  await output.connect?.();
  for (let round = 0; round < 4; round++) {
    now.value += 1000;
    await output.write([cpu(round), cpu(round)]);
  }
  await output.write([cpu(9)]);
  await output.close?.();
  const archives = (await readdir(folder)).filter((name) => /^sized\.\d/.test(name)).toSorted();
  const seconds = Date.UTC(2026, 0, 2, 12) / 1000;
  assert.deepEqual(
    archives.map((name) => Number(/-(\d+)\.log$/.exec(name)?.[1])),
    [seconds + 3, seconds + 4],
  );
  assert.equal(await readFile(join(folder, archives[1] as string), "utf8"), "cpu v=3 1\ncpu v=3 1\n");
  assert.equal(await readFile(path, "utf8"), "cpu v=9 1\n");
  assert.equal(await readFile(neighbour, "utf8"), "not ours");
});

test("rotates an old file at the start, by its own age, and by the clock later", async () => {
  const path = join(folder, "aged.log");
  await writeFile(path, "old\n");
  const startMs = Date.now();
  await utimes(path, new Date(startMs - 7_200_000), new Date(startMs - 7_200_000));
  const now = { value: startMs };
  const { output } = create({ files: [path], rotationIntervalMs: 3_600_000 }, heldClock(now));
  await output.connect?.();
  const archives = async () => (await readdir(folder)).filter((name) => /^aged\.\d/.test(name));
  assert.equal((await archives()).length, 1);
  await output.write([cpu(1)]);
  assert.equal((await stat(path)).size, 10);
  now.value += 3_600_001;
  await output.write([cpu(2)]);
  assert.equal((await archives()).length, 2);
  assert.equal((await stat(path)).size, 0);
  await output.close?.();
});

const refused: readonly [Partial<FileOptions>, RegExp][] = [
  [{ dataFormat: "json" }, /data_format "json" is not supported/],
  [{ compressionAlgorithm: "gzip", compressionLevel: 5 }, /only 0, 1, 9/],
  [{ compressionAlgorithm: "zstd", compressionLevel: 2 }, /only 1, 3, 7, 11/],
];
for (const [changes, message] of refused) {
  test(`refused at load: ${JSON.stringify(changes)}`, () => {
    const [problem] = file.validate?.(optionsOf(changes)) ?? [];
    assert.match(problem?.message ?? "", message);
    assert.ok(problem?.remedy);
  });
}

test("the defaults are accepted", () => assert.deepEqual(file.validate?.(optionsOf({})), []));

test("a closed pipe behind stdout is a failed write, not the end of the process", async () => {
  const listeners = new Set<(error: Error) => void>();
  const stream: ByteStream = {
    write: (_bytes, done) => {
      const error = new Error("EPIPE");
      assert.ok(listeners.size > 0, "somebody hears the error event");
      done(error);
    },
    on: (_event, listener) => void listeners.add(listener),
    off: (_event, listener) => void listeners.delete(listener),
  };
  const stdout = new StandardOutput(stream);
  await stdout.open();
  await assert.rejects(stdout.write([Buffer.from("x")]), /EPIPE/);
  await stdout.close();
  assert.equal(listeners.size, 0);
});

// A limit on the size of files cuts a write short like a full disk does, without needing a full disk.
test("half a line on a disk that fills up is taken back", { skip: process.platform !== "linux" }, async () => {
  const path = join(folder, "torn.out");
  const program = `
    import { RotatingFile } from ${JSON.stringify(new URL("rotating-file.ts", import.meta.url).href)};
    process.on("SIGXFSZ", () => {});
    const rotation = { intervalMs: 0, maxSizeBytes: 0, maxArchives: -1 };
    const target = new RotatingFile(${JSON.stringify(path)}, rotation, { clock: { nowNs: () => 0n }, log: {} });
    await target.open();
    await target.write([Buffer.from("whole\\n")]);
    await target.write([Buffer.alloc(4000, "x")]).catch((error) => console.log(error.code));
  `;
  const run = spawnSync("sh", ["-c", `ulimit -f 1; exec "$0" --input-type=module -e "$1"`, process.execPath, program]);
  assert.equal(run.stdout.toString(), "EFBIG\n", run.stderr.toString());
  assert.equal(await readFile(path, "utf8"), "whole\n");
});
