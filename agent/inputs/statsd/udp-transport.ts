// StatsD over UDP. Node pays about two microseconds and 64 KiB for each datagram it hands over by callback; so when one
// arrives, the rest of the queue is read from the socket's descriptor into one buffer until it is empty ("drain"). Where
// Node does not show the descriptor, the callbacks do all the work. Not the parser.

import dgram from "node:dgram";
import { readSync } from "node:fs";
import { isIPv6 } from "node:net";
import { setImmediate } from "node:timers/promises";

import { openListeners, type ListenAddress, type ListenPlan } from "../../core/listen-address.ts";
import type { Log } from "../../core/log.ts";
import { kernelDrops } from "../../core/kernel-drops.ts";
import { descriptorOf } from "../../core/socket-descriptor.ts";
import { LONGEST_BYTES } from "./line-parser.ts";
import type { ByteSink, Transport } from "./transport.ts";

export interface UdpSettings {
  readonly plan: ListenPlan;
  /** SO_RCVBUF; 0 asks for DEFAULT_RECEIVE_BUFFER_BYTES. */
  readonly receiveBufferBytes: number;
  readonly sink: ByteSink;
  readonly log: Log;
  /** Off: callbacks only. For tests. */
  readonly drain?: boolean;
}

/** With the kernel's 208 KiB a burst of 512 small datagrams already loses some. */
const DEFAULT_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Datagrams in one go, so that timers and flushes get their turn. libuv calls back up to 32 times a turn. */
const MOST_PER_DRAIN = 128;
/** In the end everything is read, but a sender that never stops must not keep us. */
const MOST_AT_CLOSE = 65_536;
/** An empty read costs an exception: after one, this many wake-ups go without a drain. */
const MOST_SKIPPED = 8;

export async function openUdp(settings: UdpSettings): Promise<Transport> {
  const listeners = await openListeners(settings.plan, {
    open: (address) => UdpListener.open(address, settings),
    port: (listener) => listener.port,
    close: (listener) => listener.close(),
  });
  return {
    port: listeners[0]?.port ?? 0,
    counters() {
      const sum = (count: (listener: UdpListener) => number): number =>
        listeners.reduce((total, listener) => total + count(listener), 0);
      return {
        udp_packets_received: sum((listener) => listener.packets),
        udp_packets_drained: sum((listener) => listener.drained),
        udp_bytes_received: sum((listener) => listener.bytesReceived),
        // We keep no queue of our own: what is lost is lost in the kernel, for want of receive buffer.
        udp_packets_dropped: sum((listener) => listener.kernelDrops()),
        udp_receive_buffer_bytes: listeners[0]?.receiveBufferBytes ?? 0,
      };
    },
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

export class UdpListener {
  packets = 0;
  drained = 0;
  bytesReceived = 0;
  readonly port: number;
  /** What the kernel granted; Linux doubles what was asked for, to count its own bookkeeping. */
  readonly receiveBufferBytes: number;
  readonly #socket: dgram.Socket;
  readonly #sink: ByteSink;
  readonly #log: Log;
  /** -1: not shown by Node, or given back; the number may then be somebody else's. */
  #descriptor: number;
  /** Set when only this machine can send, and then it is the sender. */
  readonly #loopback: string;
  #closed = false;
  /** The last known number, once closed. */
  #drops = 0;
  #skip = 0;
  #skipNext = 1;

  static async open(address: ListenAddress, settings: UdpSettings): Promise<UdpListener> {
    const socket = dgram.createSocket({ type: address.family === 6 ? "udp6" : "udp4" });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: address.host, port: address.port }, () => {
        socket.off("error", reject);
        resolve();
      });
    }).catch((error: unknown) => {
      socket.close();
      throw error;
    });
    return new UdpListener(socket, settings);
  }

  constructor(socket: dgram.Socket, settings: UdpSettings) {
    this.#socket = socket;
    this.#sink = settings.sink;
    this.#log = settings.log;
    this.#descriptor = settings.drain === false ? -1 : descriptorOf(socket);
    const bound = socket.address();
    this.port = bound.port;
    this.#loopback = /^127\.|^::1$/.test(bound.address) ? bound.address : "";
    this.receiveBufferBytes = this.#askForBuffer(settings.receiveBufferBytes || DEFAULT_RECEIVE_BUFFER_BYTES);
    socket.on("message", (message, sender) => this.#receive(message, sender.address));
    socket.on("error", (error) => this.#log.bounded("error", "udp", () => `reading from UDP failed: ${error.message}`));
    if (this.#descriptor < 0 && settings.drain !== false)
      this.#log.debug("this Node version hides the socket's descriptor; reading by callbacks only");
  }

  #askForBuffer(askedBytes: number): number {
    try {
      this.#socket.setRecvBufferSize(askedBytes);
    } catch (error) {
      this.#log.warn(`the receive buffer of ${askedBytes} bytes was refused: ${String(error)}; check read_buffer_size`);
    }
    const grantedBytes = this.#socket.getRecvBufferSize();
    this.#log.debug(
      `asked for a receive buffer of ${askedBytes} bytes, granted ${grantedBytes} (see net.core.rmem_max)`,
    );
    return grantedBytes;
  }

  kernelDrops(): number {
    return this.#descriptor < 0 ? this.#drops : kernelDrops(this.#descriptor);
  }

  #receive(message: Buffer, sender: string): void {
    this.#count(message.copy(this.#sink.bytes), plainAddress(sender));
    if (this.#descriptor < 0 || (this.#sink.wantsSource && this.#loopback === "")) return;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return;
    }
    if (this.#drain(MOST_PER_DRAIN) > 0) {
      this.#skipNext = 1;
      return;
    }
    this.#skip = this.#skipNext;
    this.#skipNext = Math.min(this.#skipNext * 2, MOST_SKIPPED);
  }

  /** Reads what is queued; returns the number of datagrams. */
  #drain(most: number): number {
    const { bytes } = this.#sink;
    for (let count = 0; count < most; count++) {
      let length: number;
      try {
        length = readSync(this.#descriptor, bytes, 0, LONGEST_BYTES, null);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : "";
        if (code !== "EAGAIN") this.#log.bounded("error", "drain", () => `reading from UDP failed: ${String(error)}`);
        return count;
      }
      this.drained += 1;
      this.#count(length, this.#loopback);
    }
    return most;
  }

  #count(length: number, source: string): void {
    this.packets += 1;
    this.bytesReceived += length;
    this.#sink.take(length, source);
  }

  /** Once is enough; a second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#descriptor >= 0) this.#drain(MOST_AT_CLOSE);
    else await this.#quiet();
    this.#drops = this.kernelDrops();
    this.#descriptor = -1;
    await new Promise<void>((resolve) => {
      this.#socket.close(() => resolve());
    });
  }

  /** Without the descriptor: turns of the event loop until one brings nothing. */
  async #quiet(): Promise<void> {
    const most = this.packets + MOST_AT_CLOSE;
    for (let before = -1; before !== this.packets && this.packets < most; await setImmediate()) before = this.packets;
  }
}

/** A dual-stack socket sees IPv4 senders as ::ffff:1.2.3.4. */
function plainAddress(address: string): string {
  return isIPv6(address) ? address.replace(/^::ffff:(?=\d+\.)/i, "") : address;
}
