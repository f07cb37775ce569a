// StatsD over TCP: lines ended by LF. A line longer than 64 KiB closes its connection, too many connections are closed
// as they come. Not the parser. Follows Telegraf's handler in plugins/inputs/statsd/statsd.go (a bufio.Scanner).

import net from "node:net";
import { setImmediate } from "node:timers/promises";

import { openListeners, type ListenAddress, type ListenPlan } from "../../core/listen-address.ts";
import type { Log } from "../../core/log.ts";
import { LONGEST_BYTES } from "./line-parser.ts";
import type { ByteSink, Transport } from "./transport.ts";

export interface TcpSettings {
  readonly plan: ListenPlan;
  readonly mostConnections: number;
  readonly keepAlive: boolean;
  /** undefined: the system's. */
  readonly keepAlivePeriodMs: number | undefined;
  readonly sink: ByteSink;
  readonly log: Log;
  readonly onLineTooLong: () => void;
}

const LF = 10;
/** Turns of the event loop that close() waits at most for bytes that are still in the kernel. */
const MOST_TURNS_AT_CLOSE = 1000;
/** One turn to accept, one to read, one that may have been half over. */
const QUIET_TURNS = 3;

export async function openTcp(settings: TcpSettings): Promise<Transport> {
  const connections = new TcpConnections(settings);
  const servers = await openListeners(settings.plan, {
    open: (address) => openServer(address, connections),
    port: portOf,
    close: closeServer,
  });
  return {
    port: servers[0] === undefined ? 0 : portOf(servers[0]),
    counters: () => connections.counters(),
    async close() {
      await connections.quiet();
      const closing = servers.map((server) => closeServer(server));
      await connections.close();
      await Promise.all(closing);
    },
  };
}

class TcpConnections {
  readonly #settings: TcpSettings;
  readonly #open = new Map<net.Socket, TcpLines>();
  #total = 0;
  #refused = 0;
  #lines = 0;
  #bytes = 0;
  #chunks = 0;

  constructor(settings: TcpSettings) {
    this.#settings = settings;
  }

  counters(): Readonly<Record<string, number>> {
    return {
      tcp_max_connections: this.#settings.mostConnections,
      tcp_current_connections: this.#open.size,
      tcp_total_connections: this.#total,
      tcp_refused_connections: this.#refused,
      tcp_packets_received: this.#lines,
      tcp_bytes_received: this.#bytes,
    };
  }

  accept(socket: net.Socket): void {
    const { mostConnections, keepAlive, keepAlivePeriodMs, log, sink } = this.#settings;
    socket.on("error", (error) => log.debug(`TCP connection failed: ${error.message}`));
    if (this.#open.size >= mostConnections) {
      this.#refused += 1;
      log.bounded("warn", "tcp_refused", () => `refused a TCP connection; ${mostConnections} are open already`);
      socket.destroy();
      return;
    }
    this.#total += 1;
    if (keepAlive) socket.setKeepAlive(true, keepAlivePeriodMs);
    const lines = new TcpLines(sink, socket.remoteAddress ?? "");
    this.#open.set(socket, lines);
    socket.on("data", (chunk) => this.#receive(socket, lines, chunk));
    socket.on("close", () => {
      this.#count(lines.end());
      this.#open.delete(socket);
    });
  }

  #receive(socket: net.Socket, lines: TcpLines, chunk: Buffer): void {
    this.#chunks += 1;
    this.#count(lines.add(chunk));
    if (!lines.tooLong) return;
    this.#settings.onLineTooLong();
    socket.destroy();
  }

  #count(taken: { readonly lines: number; readonly bytes: number }): void {
    this.#lines += taken.lines;
    this.#bytes += taken.bytes;
  }

  /** Until a few turns of the event loop brought nothing more. */
  async quiet(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; turn < MOST_TURNS_AT_CLOSE && quiet < QUIET_TURNS; turn++) {
      const before = this.#total + this.#chunks;
      await setImmediate();
      quiet = this.#total + this.#chunks === before ? quiet + 1 : 0;
    }
  }

  async close(): Promise<void> {
    const closed = [...this.#open.keys()].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of this.#open.keys()) socket.destroy();
    await Promise.all(closed);
  }
}

/** The lines of one connection; keeps the begun one. */
export class TcpLines {
  readonly #sink: ByteSink;
  readonly #source: string;
  #begun = Buffer.alloc(0);
  tooLong = false;

  constructor(sink: ByteSink, source: string) {
    this.#sink = sink;
    this.#source = source;
  }

  /** Hands over whole lines; answers how many lines and bytes without their LF these were. */
  add(chunk: Buffer): { lines: number; bytes: number } {
    let lines = 0;
    let bytes = 0;
    for (let at = 0; at < chunk.length && !this.tooLong;) {
      const end = chunk.lastIndexOf(LF, Math.min(at + LONGEST_BYTES, chunk.length) - 1) + 1;
      const next = end > at ? end : Math.min(at + LONGEST_BYTES, chunk.length);
      const first = chunk.indexOf(LF, at);
      const firstLine = (first < 0 || first >= next ? next : first) - at + this.#begun.length;
      if (firstLine >= LONGEST_BYTES) {
        this.tooLong = true;
        this.#begun = Buffer.alloc(0);
      } else if (end <= at) {
        this.#begun = Buffer.concat([this.#begun, chunk.subarray(at, next)]);
      } else {
        const taken = this.#take(chunk.subarray(at, end));
        lines += taken.lines;
        bytes += taken.bytes;
      }
      at = next;
    }
    return { lines, bytes };
  }

  /** The connection ended: a last line without LF counts as well. */
  end(): { lines: number; bytes: number } {
    const taken = this.#begun.length > 0 ? this.#take(Buffer.alloc(0)) : { lines: 0, bytes: 0 };
    this.#begun = Buffer.alloc(0);
    return taken;
  }

  #take(whole: Buffer): { lines: number; bytes: number } {
    const { bytes } = this.#sink;
    this.#begun.copy(bytes);
    const length = this.#begun.length + whole.copy(bytes, this.#begun.length);
    this.#begun = Buffer.alloc(0);
    let lines = 0;
    let ends = 0;
    let start = 0;
    for (let at = bytes.indexOf(LF); at >= 0 && at < length; at = bytes.indexOf(LF, start)) {
      if (at > start) lines += 1;
      ends += 1;
      start = at + 1;
    }
    if (start < length) lines += 1;
    this.#sink.take(length, this.#source);
    return { lines, bytes: length - ends };
  }
}

async function openServer(address: ListenAddress, connections: TcpConnections): Promise<net.Server> {
  const server = net.createServer((socket) => connections.accept(socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return server;
}

async function closeServer(server: net.Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

function portOf(server: net.Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
