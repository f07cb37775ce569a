import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { HeldClock } from "../../../test/support/held-clock.ts";
import { startListener, until, type TestListener } from "./test-listener.ts";

const LOOPBACK = 'service_address = "tcp4://127.0.0.1:0"';

function open(listener: TestListener): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: listener.port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

function bytesOf(text: string | Buffer): Buffer {
  return typeof text === "string" ? Buffer.from(text, "latin1") : text;
}

async function write(socket: Socket, bytes: string | Buffer): Promise<void> {
  await new Promise<unknown>((resolve) => socket.write(bytesOf(bytes), resolve));
}

/** Resolves when the other side is gone. */
function gone(socket: Socket): Promise<unknown> {
  socket.resume();
  socket.on("error", () => {});
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once("close", resolve));
}

/** Sends the parts one after the other, each seen before the next, and ends the connection. */
async function send(listener: TestListener, parts: readonly (string | Buffer)[]): Promise<void> {
  const socket = await open(listener);
  const before = listener.count("bytes_received");
  let sent = 0;
  for (const part of parts) {
    await write(socket, part);
    sent += bytesOf(part).length;
    await until(
      () => listener.count("bytes_received") - before >= sent || socket.destroyed,
      () => `${listener.count("bytes_received")} bytes`,
    );
  }
  socket.end();
  await gone(socket);
}

interface Case {
  readonly title: string;
  readonly options?: string;
  readonly parts: readonly (string | Buffer)[];
  readonly lines: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly log?: RegExp;
}

const VARIABLE = (header: number, endianness = "be") =>
  `splitting_strategy = "variable length"
   splitting_length_field = {offset = 1, bytes = 2, endianness = "${endianness}", header_length = ${header}}`;
const LIMIT_LINE = `m s="${"x".repeat(65_535 - 8)}" 1`;
const CASES: readonly Case[] = [
  {
    title: "lines, the last one without an end",
    parts: ["a v=1 1\nb v=1 2\r\n\nc v=1 3"],
    lines: "a v=1 1\nb v=1 2\nc v=1 3\n",
  },
  {
    title: "good lines beside bad ones",
    parts: ['a v=1 1\nb\nc v=1 3\n\xff\0\nd v="\ne v=1 5\n'],
    lines: "a v=1 1\nc v=1 3\ne v=1 5\n",
    counts: { messages_received: 6, metrics_parsed: 3, parse_errors: 3, parse_errors_expected_tag: 2 },
    log: /E! Error in plugin: metric parse error: expected tag at 1:2: "b"\n/,
  },
  {
    title: "null bytes between messages",
    options: 'splitting_strategy = "null"',
    parts: ["a v=1 1\0b v=1 2\nc v=1 3\0"],
    lines: "a v=1 1\nb v=1 2\nc v=1 3\n",
  },
  {
    title: "a delimiter",
    options: 'splitting_strategy = "delimiter"\nsplitting_delimiter = "0x2D 0x3b"',
    parts: ["a v=1 1-", ";b v=1 2-;c v=1 -3"],
    lines: "a v=1 1\nb v=1 2\nc v=1 -3\n",
  },
  {
    title: "a fixed length",
    options: 'splitting_strategy = "fixed length"\nsplitting_length = 7',
    parts: ["a v=1 1b v", "=1 2c v=1"],
    lines: /* c has no time */ "a v=1 1\nb v=1 2\n",
    counts: { metrics_parsed: 3 },
  },
  {
    title: "a length in front, big endian",
    options: VARIABLE(3),
    parts: ["x\0\x07a v=1 1x\0", "\x07b v=1 2"],
    lines: "a v=1 1\nb v=1 2\n",
  },
  {
    title: "a length in front, little endian",
    options: VARIABLE(3, "le"),
    parts: ["x\x07\0a v=1 1"],
    lines: "a v=1 1\n",
  },
  {
    title: "a length that no message can have",
    options: VARIABLE(3),
    parts: ["x\0\x07a v=1 1", "x\xff\xff", "y".repeat(70_000)],
    lines: "a v=1 1\n",
    counts: { messages_oversized: 1 },
  },
  {
    title: "a length of zero without a header",
    options: VARIABLE(0),
    parts: ["x\0\0a v=1 1"],
    lines: "",
    counts: { messages_malformed: 1 },
    log: /length zero in its length field, connection closed/,
  },
  { title: "a line of just 64 KiB", parts: [`${LIMIT_LINE}\nb v=1 2\n`], lines: `${LIMIT_LINE}\nb v=1 2\n` },
  {
    title: "no line above 64 KiB, and the connection ends",
    parts: [`a v=1 1\nx${LIMIT_LINE}\nb v=1 2\n`],
    lines: "a v=1 1\n",
    counts: { messages_oversized: 1 },
    log: /E! Error in plugin: message is longer than 65536 bytes, connection closed; raise read_buffer_size/,
  },
  {
    title: "longer lines with read_buffer_size",
    options: 'read_buffer_size = "70KiB"',
    parts: [`xxxx${LIMIT_LINE}\n`],
    lines: `xxxx${LIMIT_LINE}\n`,
  },
  {
    title: "gzip in pieces and in two members",
    options: 'content_encoding = "gzip"',
    parts: [
      gzipSync("a v=1 1\nb v=").subarray(0, 9),
      Buffer.concat([gzipSync("a v=1 1\nb v=").subarray(9), gzipSync("1 2\nc v=1 3")]),
    ],
    lines: "a v=1 1\nb v=1 2\nc v=1 3\n",
  },
  {
    title: "no gzip where gzip was announced",
    options: 'content_encoding = "gzip"',
    parts: ["a v=1 1\n"],
    lines: "",
    counts: { decode_errors: 1 },
    log: /unable to decode the stream: .*, connection closed/,
  },
  {
    title: "no peer that is not allowed",
    options: 'allowed_sources = ["192.0.2.1"]',
    parts: ["a v=1 1\n"],
    lines: "",
    counts: { sources_refused: 1, bytes_received: 0 },
  },
];

for (const { title, options = "", parts, lines, counts = {}, log } of CASES) {
  test(`tcp: ${title}`, async () => {
    const listener = await startListener(`${LOOPBACK}\n${options}`);
    await send(listener, parts);
    await until(
      () => listener.count("connections_active") === 0,
      () => "a connection stays open",
    );
    const seen = Object.fromEntries(Object.keys(counts).map((name) => [name, listener.count(name)]));
    await listener.stop();
    assert.equal(listener.lines().replaceAll(/^.* \d{19}\n/gm, ""), lines);
    assert.deepEqual(seen, counts);
    if (log !== undefined) assert.match(listener.log(), log);
  });
}

test("tcp: the cut between two reads may be anywhere", async () => {
  const text = 'a,t=x\\ y v=1i,s="q\\"\\\\" 1\r\nb v=2.5e3 2\n';
  const listener = await startListener(LOOPBACK);
  for (let cut = 1; cut < text.length; cut++) await send(listener, [text.slice(0, cut), text.slice(cut)]);
  await send(listener, Array.from(text));
  await listener.stop();
  const once = 'a,t=x\\ y v=1i,s="q\\"\\\\" 1\nb v=2500 2\n';
  assert.equal(listener.lines(), once.repeat(text.length));
});

test("tcp: a connection beyond max_connections is closed, and its place is free again later", async () => {
  const listener = await startListener(`${LOOPBACK}\nmax_connections = 1`);
  const first = await open(listener);
  await write(first, "a v=1 1\n");
  const second = await open(listener);
  await gone(second);
  first.end();
  await gone(first);
  await send(listener, ["b v=1 2\n"]);
  const counts = ["connections_accepted", "connections_refused"].map((name) => listener.count(name));
  await listener.stop();
  assert.deepEqual(counts, [2, 1]);
  assert.equal(listener.lines(), "a v=1 1\nb v=1 2\n");
  assert.match(
    listener.log(),
    /E! Error in plugin: unable to accept connection from "127\.0\.0\.1": too many connections\n/,
  );
});

test("tcp: read_timeout closes a silent connection, and parses what it left", async () => {
  const clock = new HeldClock();
  const listener = await startListener(`${LOOPBACK}\nread_timeout = "5s"`, { clock });
  const socket = await open(listener);
  const closed = gone(socket);
  const seen = (bytes: number) =>
    until(
      () => listener.count("bytes_received") === bytes,
      () => `${listener.count("bytes_received")} bytes`,
    );
  await write(socket, "a v=1 1\n");
  await seen(8);
  await clock.advance(4000);
  await write(socket, "b v=1 2");
  await seen(15);
  await clock.advance(4000);
  assert.equal(listener.count("connections_timed_out"), 0);
  await clock.advance(1000);
  assert.equal(listener.count("connections_timed_out"), 1);
  await closed;
  await listener.stop();
  assert.equal(listener.lines(), "a v=1 1\nb v=1 2\n");
});

test("tcp: stop parses what has arrived and closes open connections", async () => {
  const listener = await startListener(LOOPBACK);
  const sockets = await Promise.all([open(listener), open(listener), open(listener)]);
  const closed = Promise.all(sockets.map(gone));
  await Promise.all(sockets.map((socket, i) => write(socket, `a v=1 1\nb,s=${i} v=2 2`)));
  await listener.stop();
  await closed;
  assert.equal(listener.lines().match(/^a /gm)?.length, 3);
  assert.equal(listener.lines().match(/^b,s=\d v=2 2$/gm)?.length, 3);
});

test("tcp: a stream waits while the outputs have no room", async () => {
  let release: (() => void) | undefined;
  let waits = 0;
  const room = () => {
    waits += 1;
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  const listener = await startListener(LOOPBACK, { room });
  const socket = await open(listener);
  const text = "a v=1 1\n".repeat(400_000);
  const written = write(socket, text);
  await until(
    () => waits === 1,
    () => "nobody asked for room",
  );
  const atPause = listener.count("metrics_parsed");
  assert.ok(atPause >= 1000 && atPause < 400_000, String(atPause));
  await until(
    () => {
      release?.();
      return listener.count("metrics_parsed") === 400_000;
    },
    () => `${listener.count("metrics_parsed")} metrics`,
  );
  await written;
  socket.end();
  await gone(socket);
  await listener.stop();
});

test("tcp: an address in use is named, with the option to change", async () => {
  const first = await startListener(LOOPBACK);
  const address = `tcp4://127.0.0.1:${first.port}`;
  await assert.rejects(startListener(`service_address = "${address}"`), {
    message: `cannot listen on ${address}: the address is in use by another process or another input of this config; stop that one or change service_address`,
  });
  await first.stop();
});

test("tcp: localhost is both loopback families, on the same port", async () => {
  const listener = await startListener('service_address = "tcp://localhost:0"');
  for (const { address, port } of listener.addresses) {
    const socket = connect({ host: address, port });
    socket.end(`m,host=${address} v=1 1\n`);
    await gone(socket);
  }
  await listener.stop();
  assert.equal(listener.lines(), listener.addresses.map(({ address }) => `m,host=${address} v=1 1\n`).join(""));
});

async function inDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "socket-listener-"));
  await body(join(directory, "metrics.sock")).finally(() => rm(directory, { recursive: true }));
}

test("unix: has the permissions asked for, reads lines, and is gone afterwards", () =>
  inDirectory(async (path) => {
    const listener = await startListener(`service_address = "unix://${path}"\nsocket_mode = "620"`);
    assert.equal((await stat(path)).mode & 0o777, 0o620);
    const socket = connect(path);
    socket.end("a v=1 1\nb v=1 2");
    await gone(socket);
    await listener.stop();
    assert.equal(listener.lines(), "a v=1 1\nb v=1 2\n");
    await assert.rejects(stat(path), { code: "ENOENT" });
  }));

test("unix: the socket that a killed process left is replaced", () =>
  inDirectory(async (path) => {
    const stale = createServer();
    await new Promise<void>((resolve) => stale.listen(path, resolve));
    const listener = await startListener(`service_address = "unix://${path}"`);
    await listener.stop();
    await new Promise((resolve) => stale.close(resolve));
  }));

test("unix: a file that is not a socket stays", () =>
  inDirectory(async (path) => {
    await writeFile(path, "data");
    await assert.rejects(startListener(`service_address = "unix://${path}"`), {
      message: `cannot listen on unix://${path}: a file that is not a socket is there; check service_address`,
    });
    assert.equal((await stat(path)).size, 4);
  }));

test("unix: a missing directory is named, with the option to change", () =>
  inDirectory(async (path) => {
    await assert.rejects(startListener(`service_address = "unix://${path}.d/x"`), {
      message: `cannot listen on unix://${path}.d/x: the directory does not exist; create it or change service_address`,
    });
  }));
