// The whole input over real sockets on free ports.

import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { existsSync } from "node:fs";
import net from "node:net";
import { afterEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { TestStatsd } from "./test-statsd.ts";
import { dropsOf } from "../../core/kernel-drops.ts";
import { descriptorOf } from "../../core/socket-descriptor.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(toml: string): Promise<TestStatsd> {
  const input = new TestStatsd(toml);
  await input.service.start(input.acc);
  open.push(() => input.service.stop());
  return input;
}

async function sender(type: "udp4" | "udp6" = "udp4"): Promise<Socket> {
  const socket = createSocket(type);
  await new Promise<void>((resolve) => {
    socket.bind(0, type === "udp4" ? "127.0.0.1" : "::1", resolve);
  });
  open.push(() => socket.close());
  return socket;
}

function send(socket: Socket, port: number, text: string, host = "127.0.0.1"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(text, port, host, (error) => (error ? reject(error) : resolve()));
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 5000; !condition(); await delay(2)) {
    assert.ok(Date.now() < endMs, "waited five seconds in vain");
  }
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: "127.0.0.1" });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  open.push(() => socket.destroy());
  return socket;
}

test("this Node shows the descriptor of a UDP socket: the drain works", async () => {
  const socket = await sender();
  assert.ok(descriptorOf(socket) > 0);
});

test("a burst is read by descriptor, each datagram once and in order", async () => {
  const input = await start('service_address = "127.0.0.1:0"');
  const socket = await sender();
  const sent: Promise<void>[] = [];
  for (let i = 0; i < 2000; i++) sent.push(send(socket, input.service.port, `c:1|c\nlast:${i}|g\nc2:2|c\r\n`));
  await Promise.all(sent);
  await until(() => input.count("udp_packets_received") === 2000);
  assert.ok(input.count("udp_packets_drained") > 1000, `only ${input.count("udp_packets_drained")} drained`);
  assert.deepEqual(await input.gather(), [
    "c,metric_type=counter value=2000i\n",
    "c2,metric_type=counter value=4000i\n",
    "last,metric_type=gauge value=1999\n",
  ]);
  assert.ok(input.count("udp_bytes_received") > 40_000);
});

test("stop takes what the kernel still holds, for one last gather", async () => {
  const input = await start('service_address = "127.0.0.1:0"');
  const socket = await sender();
  await Promise.all(Array.from({ length: 100 }, () => send(socket, input.service.port, "late:1|c")));
  await input.service.stop();
  assert.deepEqual(await input.gather(), ["late,metric_type=counter value=100i\n"]);
  // A second stop must not read from a descriptor that may have another owner by now.
  await input.service.stop();
});

test("localhost listens on both loopback families", { skip: !existsSync("/proc/net/if_inet6") }, async () => {
  const input = await start('service_address = "localhost:0"');
  await send(await sender(), input.service.port, "v4:1|c");
  await send(await sender("udp6"), input.service.port, "v6:1|c", "::1");
  await until(() => input.count("udp_packets_received") === 2);
  assert.equal((await input.gather()).length, 2);
});

test("an event carries its sender; after the first one a public socket is read by callback", async () => {
  const input = await start('service_address = "0.0.0.0:0"\ndatadog_extensions = true');
  const socket = await sender();
  await send(socket, input.service.port, "_e{1,1}:t|a");
  await until(() => input.count("udp_packets_received") === 1);
  await Promise.all(Array.from({ length: 200 }, () => send(socket, input.service.port, "_e{1,1}:t|a")));
  await until(() => input.count("udp_packets_received") === 201);
  const expected = 't,source=127.0.0.1 alert_type="info",priority="normal",text="a"\n';
  assert.deepEqual(
    input.takeLines(),
    Array.from({ length: 201 }, () => expected),
  );
});

test("the default receive buffer is large, an option sets another", async () => {
  const large = await start('service_address = "127.0.0.1:0"');
  const small = await start('service_address = "127.0.0.1:0"\nread_buffer_size = 65536');
  const [largeBytes, smallBytes] = [large, small].map((input) => input.count("udp_receive_buffer_bytes"));
  assert.ok((smallBytes ?? 0) >= 65_536 && (smallBytes ?? 0) <= 131_072, String(smallBytes));
  assert.ok((largeBytes ?? 0) > (smallBytes ?? 0));
  assert.ok(large.log.some((line) => line.includes("D! asked for a receive buffer of 4194304 bytes, granted")));
});

test("a busy port is an error that names address and option", async () => {
  const first = await start('service_address = "127.0.0.1:0"');
  const second = new TestStatsd(`service_address = "127.0.0.1:${first.service.port}"`);
  await assert.rejects(second.service.start(second.acc), (error: Error) => {
    assert.match(error.message, /cannot listen on 127\.0\.0\.1:\d+: the address is in use.*service_address/);
    return true;
  });
  const tcp = await start('protocol = "tcp"\nservice_address = "127.0.0.1:0"');
  const other = new TestStatsd(`protocol = "tcp"\nservice_address = "127.0.0.1:${tcp.service.port}"`);
  await assert.rejects(other.service.start(other.acc), /service_address/);
});

test("TCP: lines in pieces, CRLF, several connections, a last line without end", async () => {
  const input = await start('protocol = "tcp"\nservice_address = "127.0.0.1:0"\ntcp_keep_alive = true');
  const one = await connect(input.service.port);
  const two = await connect(input.service.port);
  one.write("a:1|c\r\n\na:");
  two.write("b:5|g\n");
  await until(() => input.count("tcp_packets_received") === 2);
  one.write("2|c\nlast:1|c");
  one.end();
  await until(() => input.count("tcp_current_connections") === 1);
  assert.deepEqual(await input.gather(), [
    "a,metric_type=counter value=3i\n",
    "b,metric_type=gauge value=5\n",
    "last,metric_type=counter value=1i\n",
  ]);
  assert.equal(input.count("tcp_total_connections"), 2);
  assert.equal(input.count("tcp_packets_received"), 4);
});

test("TCP: a line of 64 KiB closes its connection and is counted; the longest line passes", async () => {
  const input = await start('protocol = "tcp"\nservice_address = "127.0.0.1:0"');
  const good = await connect(input.service.port);
  good.write(`x:${"a".repeat(65_535 - 4)}|s\nafter:1|c\n`);
  await until(() => input.count("tcp_packets_received") === 2);
  const bad = await connect(input.service.port);
  const closed = new Promise((resolve) => bad.once("close", resolve));
  bad.on("error", () => {});
  bad.write(`before:1|c\n${"a".repeat(65_536)}\nafter:1|c\n`);
  await closed;
  assert.equal(input.count("rejected_line_too_long"), 1);
  assert.deepEqual(await input.gather(), [
    "after,metric_type=counter value=1i\n",
    "before,metric_type=counter value=1i\n",
    "x,metric_type=set value=1i\n",
  ]);
});

test("TCP: connections above the limit are closed at once", async () => {
  const input = await start('protocol = "tcp"\nservice_address = "127.0.0.1:0"\nmax_tcp_connections = 1');
  const first = await connect(input.service.port);
  await until(() => input.count("tcp_current_connections") === 1);
  const second = await connect(input.service.port);
  await new Promise((resolve) => second.once("close", resolve).resume());
  assert.equal(input.count("tcp_refused_connections"), 1);
  first.write("a:1|c\n");
  await until(() => input.count("tcp_packets_received") === 1);
});

test("TCP: stop takes what was sent before", async () => {
  const input = await start('protocol = "tcp"\nservice_address = "127.0.0.1:0"');
  const socket = await connect(input.service.port);
  await new Promise<void>((resolve) => {
    socket.write("a:1|c\nb:1|c", () => resolve());
  });
  await input.service.stop();
  assert.equal((await input.gather()).length, 2);
});

test("its own counters are registered while it runs", async () => {
  const input = await start('service_address = "127.0.0.1:0"');
  input.send("bad\na:1|q\nb:1|c");
  const [source] = input.statistics.sources();
  assert.equal(source?.measurement, "internal_statsd");
  assert.deepEqual(source?.tags, { address: "127.0.0.1:0" });
  const counters = source?.read() ?? {};
  assert.equal(counters["rejected_no_colon"], 1);
  assert.equal(counters["rejected_bad_type"], 1);
  assert.equal(counters["pending_messages"], 0);
  assert.equal(counters["max_pending_messages"], 10_000);
  await input.service.stop();
  assert.deepEqual([...input.statistics.sources()], []);
});

test("the log names line and reason, without control characters, at a bounded rate", () => {
  const input = new TestStatsd();
  for (let i = 0; i < 1000; i++) input.send("evil\u001b[2J\ud800x");
  assert.equal(input.log.length, 1);
  assert.match(input.log[0] ?? "", /unable to parse "evil\?\[2J.*x": there is no ':' between name and value/);
});

test("kernel drops are the last column of the socket's line", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  7: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 42
`;
  assert.equal(dropsOf("4711", ["", table]), 42);
  assert.equal(dropsOf("42", [table]), 0);
});
