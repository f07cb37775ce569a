import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { startListener, until, type TestListener } from "./test-listener.ts";

const LOOPBACK = 'service_address = "udp4://127.0.0.1:0"';

/** Sends in order; resolves when the listener has seen all of them. */
async function send(
  listener: TestListener,
  datagrams: readonly (string | Buffer)[],
  host = "127.0.0.1",
): Promise<void> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  const wanted = listener.count("packets_received") + datagrams.length;
  for (const datagram of datagrams) {
    const bytes = typeof datagram === "string" ? Buffer.from(datagram, "latin1") : datagram;
    await new Promise<void>((resolve, reject) => {
      socket.send(bytes, listener.port, host, (error) => (error === null ? resolve() : reject(error)));
    });
  }
  await until(
    () => listener.count("packets_received") >= wanted,
    () => `${listener.count("packets_received")} of ${wanted} datagrams`,
  );
  socket.close();
}

interface Case {
  readonly title: string;
  readonly options?: string;
  readonly datagrams: readonly (string | Buffer)[];
  readonly lines: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly log?: RegExp;
}

const LONG = `m ${Array.from({ length: 9000 }, (_, i) => `f${i % 100}=1`).join(",")} 5`;
const CASES: readonly Case[] = [
  { title: "several lines", datagrams: ["a v=1 1\nb v=2i 2\r\n\nc v=t 3"], lines: "a v=1 1\nb v=2i 2\nc v=true 3\n" },
  { title: "several datagrams in their order", datagrams: ["a v=1 1", "", "b v=1 2"], lines: "a v=1 1\nb v=1 2\n" },
  {
    title: "good lines beside bad ones",
    datagrams: ["a v=1 1\nb\nc v= 2\nd v=1 4\n,\ne v=9i 5"],
    lines: "a v=1 1\nd v=1 4\ne v=9i 5\n",
    counts: {
      metrics_parsed: 3,
      parse_errors: 3,
      parse_errors_expected_tag: 1,
      parse_errors_expected_field: 1,
      parse_errors_expected_measurement_name: 1,
    },
    log: /E! Error in plugin: metric parse error: expected tag at 2:2: "b"\n/,
  },
  {
    title: "hostile bytes",
    datagrams: [
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      "\0\0\0",
      "\xff\xfe v=1 1",
      '"',
      'a v="\n\n\nb v=1',
    ],
    lines: "\xff\xfe v=1 1\n",
  },
  { title: "a string with a raw line end", datagrams: ['a v="x\ny" 1'], lines: 'a v="x\ny" 1\n' },
  {
    title: "a datagram of nearly 64 KiB",
    datagrams: [`${LONG}\n`.padEnd(65_507, "#"), "b v=1 1"],
    lines: `m ${Array.from({ length: 100 }, (_, i) => `f${i}=1`).join(",")} 5\nb v=1 1\n`,
  },
  {
    title: "gzip",
    options: 'content_encoding = "gzip"',
    datagrams: [gzipSync("a v=1 1\nb v=1 2"), "c v=1 3", gzipSync("d v=1 4").subarray(0, 20)],
    lines: "a v=1 1\nb v=1 2\n",
    counts: { decode_errors: 2 },
    log: /E! Error in plugin: unable to decode incoming packet: /,
  },
  {
    title: "gzip within its limit",
    options: 'content_encoding = "gzip"\nmax_decompression_size = "1kB"',
    datagrams: [gzipSync("a v=1 1\n".repeat(1000)), gzipSync("b v=1 2")],
    lines: "b v=1 2\n",
    counts: { decode_errors: 1 },
    log: /size of decoded data exceeds allowed size 1000\n/,
  },
  {
    title: "no datagram of a source that is not allowed",
    options: 'allowed_sources = ["127.0.0.2"]',
    datagrams: ["a v=1 1"],
    lines: "",
    counts: { sources_refused: 1, metrics_parsed: 0 },
    log: /D! Received message from blocked IP: 127\.0\.0\.1\n/,
  },
  {
    title: "datagrams of a source that is allowed",
    options: 'allowed_sources = ["127.0.0.2", "127.0.0.1"]',
    datagrams: ["a v=1 1"],
    lines: "a v=1 1\n",
  },
  {
    title: "timestamps in seconds",
    options: 'influx_timestamp_precision = "1s"',
    datagrams: ["a v=1 7"],
    lines: "a v=1 7000000000\n",
  },
];

for (const { title, options = "", datagrams, lines, counts = {}, log } of CASES) {
  test(`udp: ${title}`, async () => {
    const listener = await startListener(`${LOOPBACK}\n${options}`);
    await send(listener, datagrams);
    const seen = Object.fromEntries(Object.keys(counts).map((name) => [name, listener.count(name)]));
    await listener.stop();
    assert.equal(listener.lines(), lines);
    assert.deepEqual(seen, counts);
    if (log !== undefined) assert.match(listener.log(), log);
  });
}

test("udp: a flood of bad lines is counted whole and logged once per reason", async () => {
  const listener = await startListener(LOOPBACK);
  await send(
    listener,
    Array.from({ length: 20 }, () => "x\n".repeat(500)),
  );
  assert.equal(listener.count("parse_errors"), 10_000);
  await listener.stop();
  assert.equal(listener.log().match(/parse error/g)?.length, 1);
});

test("udp: receive_time replaces the timestamps, with one time for a datagram", async () => {
  const listener = await startListener(`${LOOPBACK}\ntime_source = "receive_time"`);
  await send(listener, ["a v=1 1\nb v=1 2"]);
  await listener.stop();
  const times = [...listener.lines().matchAll(/ (\d{19})\n/g)].map((match) => match[1]);
  assert.equal(times.length, 2);
  assert.equal(times[0], times[1]);
});

test("udp: localhost is both loopback families, on the same port", async () => {
  const listener = await startListener('service_address = "udp://localhost:0"');
  const hosts = listener.addresses.map(({ address }) => address);
  for (const host of hosts) await send(listener, [`m,host=${host} v=1 1`], host);
  await listener.stop();
  assert.equal(hosts[0], "127.0.0.1");
  assert.equal(new Set(listener.addresses.map(({ port }) => port)).size, 1);
  assert.equal(listener.lines(), hosts.map((host) => `m,host=${host} v=1 1\n`).join(""));
});

test("udp: a wildcard address takes IPv4 as well, and knows its senders by their IPv4 address", async () => {
  const listener = await startListener('service_address = "udp://:0"\nallowed_sources = ["127.0.0.1"]');
  await send(listener, ["a v=1 1"]);
  await listener.stop();
  assert.equal(listener.lines(), "a v=1 1\n");
});

test("udp: stop parses what the kernel still holds", async () => {
  const listener = await startListener(LOOPBACK);
  const socket = createSocket("udp4");
  const sent = Array.from(
    { length: 200 },
    (_, i) => new Promise<unknown>((resolve) => socket.send(`m v=${i}i 1`, listener.port, "127.0.0.1", resolve)),
  );
  await Promise.all(sent);
  await listener.stop();
  socket.close();
  assert.equal(listener.lines().split("\n").length - 1, 200);
});

test("udp: an address in use is named, with the option to change", async () => {
  const first = await startListener(LOOPBACK);
  const address = `udp4://127.0.0.1:${first.port}`;
  await assert.rejects(startListener(`service_address = "${address}"`), {
    message: `cannot listen on ${address}: the address is in use by another process or another input of this config; stop that one or change service_address`,
  });
  await first.stop();
});

test("udp: the granted receive buffer is in the debug log and the statistics", async () => {
  const listener = await startListener(`${LOOPBACK}\nread_buffer_size = "128KiB"`);
  const granted = listener.count("receive_buffer_bytes");
  await listener.stop();
  assert.ok(granted > 0);
  assert.match(listener.log(), new RegExp(`D! receive buffer: asked for 131072 bytes, granted ${granted} `));
});

test("udp: what the kernel loses is counted", { skip: process.platform !== "linux" }, async () => {
  const listener = await startListener(`${LOOPBACK}\nread_buffer_size = "4KiB"`);
  const socket = createSocket("udp4");
  socket.bind(0);
  await new Promise<void>((resolve) => {
    socket.once("listening", resolve);
  });
  const datagram = Buffer.from(`m s="${"x".repeat(1000)}" 1`);
  // Without a turn of the event loop in between, nobody reads.
  for (let i = 0; i < 200; i++) socket.send(datagram, listener.port, "127.0.0.1");
  await until(
    () => listener.count("packets_received") + listener.count("packets_dropped") === 200,
    () => `${listener.count("packets_received")} received, ${listener.count("packets_dropped")} dropped`,
  );
  assert.ok(listener.count("packets_dropped") > 0);
  socket.close();
  await listener.stop();
});
