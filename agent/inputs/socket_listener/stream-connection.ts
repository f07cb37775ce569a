// One peer of a stream listener: bytes to messages, idle timeout, back-pressure, an end in every case.
// Source: telegraf plugins/common/socket/stream.go (1.39.3).

import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Clock, Timer } from "../../core/clock.ts";
import type { ContentEncoding } from "./datagram-decoder.ts";
import type { Intake } from "./intake.ts";
import { MessageBuffer } from "./message-buffer.ts";
import type { Splitter } from "./splitter.ts";

export interface ConnectionSettings {
  readonly splitter: Splitter;
  readonly encoding: ContentEncoding;
  readonly messageLimitBytes: number;
  /** 0: a silent peer may stay. */
  readonly readTimeoutMs: number;
  readonly clock: Clock;
}

const COMPLAINTS = {
  oversized: (limitBytes: number) =>
    `message is longer than ${limitBytes} bytes, connection closed; raise read_buffer_size if such messages are wanted`,
  malformed: () => "message of length zero in its length field, connection closed",
};

export class StreamConnection {
  /** Resolves when the socket is closed and every message that had arrived is parsed. */
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #source: Readable;
  readonly #settings: ConnectionSettings;
  readonly #intake: Intake;
  readonly #buffer: MessageBuffer;
  readonly #finished = Promise.withResolvers<void>();
  #lastDataMs: number;
  #timer: Timer | undefined;
  #closing = false;
  #ended = false;

  constructor(socket: Socket, settings: ConnectionSettings, intake: Intake) {
    this.#socket = socket;
    this.#settings = settings;
    this.#intake = intake;
    this.#buffer = new MessageBuffer(settings.splitter, settings.messageLimitBytes, (message) => {
      intake.counts.messages_received += 1;
      intake.take(message);
    });
    this.#lastDataMs = settings.clock.monotonicMs();
    const socketClosed = Promise.withResolvers<void>();
    this.closed = Promise.all([socketClosed.promise, this.#finished.promise]);
    socket.on("close", () => socketClosed.resolve());
    // A peer that resets the connection is no news: what it sent before counts.
    socket.on("error", () => {});
    this.#source = settings.encoding === "gzip" ? this.#inflate() : socket;
    this.#listen();
    this.#watchIdle();
  }

  /** Ends it from our side; what had arrived is still parsed, see `closed`. */
  close(): void {
    this.#closing = true;
    this.#source.resume();
    this.#socket.destroy();
  }

  #inflate(): Readable {
    const gunzip = createGunzip();
    this.#socket.pipe(gunzip);
    // A socket that is torn down does not end its pipe.
    this.#socket.on("close", () => gunzip.end());
    gunzip.on("error", (error) => this.#undecodable(error));
    return gunzip;
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#intake.counts.bytes_received += chunk.length;
      this.#lastDataMs = this.#settings.clock.monotonicMs();
    });
    this.#source.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#source.on("end", () => this.#end());
    this.#source.on("close", () => this.#end());
  }

  /** What is left is a message too. */
  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#buffer.end();
    this.#socket.destroy();
    this.#source.destroy();
    this.#finished.resolve();
  }

  #take(chunk: Buffer): void {
    if (this.#ended) return;
    const verdict = this.#buffer.add(chunk);
    if (verdict === "ok") return this.#waitForRoom();
    this.#intake.counts[verdict === "oversized" ? "messages_oversized" : "messages_malformed"] += 1;
    this.#intake.complain(verdict, () => COMPLAINTS[verdict](this.#settings.messageLimitBytes));
    this.#end();
  }

  #waitForRoom(): void {
    const room = this.#closing ? undefined : this.#intake.room();
    if (room === undefined) return;
    this.#source.pause();
    void room.finally(() => this.#source.resume());
  }

  #undecodable(error: Error): void {
    if (this.#ended) return;
    this.#intake.counts.decode_errors += 1;
    this.#intake.complain("decode", () => `unable to decode the stream: ${error.message}, connection closed`);
    this.#end();
  }

  #watchIdle(): void {
    const { readTimeoutMs, clock } = this.#settings;
    if (readTimeoutMs <= 0 || this.#ended) return;
    const leftMs = this.#lastDataMs + readTimeoutMs - clock.monotonicMs();
    if (leftMs > 0) {
      this.#timer = clock.after(leftMs, () => this.#watchIdle());
      return;
    }
    this.#intake.counts.connections_timed_out += 1;
    this.#end();
  }
}
