// InfluxDB's UDP listener: one line a datagram, nothing comes back. Lines longer than the payload are split by fields.
// Source: telegraf plugins/outputs/influxdb/udp.go.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { hideCredentials } from "../../core/http-client/url-text.ts";
import type { Log } from "../../core/log.ts";
import type { InfluxSerializer } from "../../formats/influx/serialize.ts";
import type { Target, TargetOutcome } from "./target.ts";
import type { WriteGroup } from "./write-groups.ts";

export interface UdpTargetSettings {
  /** udp:, udp4: or udp6: */
  readonly url: URL;
  readonly localAddress: { readonly host: string; readonly port: number } | undefined;
  /** With the payload as its longest line. */
  readonly serializer: InfluxSerializer;
  /** As the serializer has it. */
  readonly omitTimestamp: boolean;
  readonly log: Log;
  readonly countBytes: (bytes: number) => void;
}

export class UdpTarget implements Target {
  readonly name: string;
  readonly #settings: UdpTargetSettings;
  #socket: Socket | undefined;

  constructor(settings: UdpTargetSettings) {
    this.#settings = settings;
    this.name = hideCredentials(settings.url);
  }

  async write(group: WriteGroup): Promise<TargetOutcome> {
    const { serializer, omitTimestamp, log, countBytes } = this.#settings;
    const unserializable: number[] = [];
    try {
      const socket = (this.#socket ??= await this.#open());
      for (const [index, metric] of group.metrics.entries()) {
        const { body, reason } = serializer.serialize(metric);
        if (reason !== undefined) {
          unserializable.push(index);
          log.bounded("error", "serialize", () => `could not serialize metric: ${reason}; discarding metric`);
          continue;
        }
        const footer = omitTimestamp ? "\n" : ` ${metric.timestampNs}\n`;
        for (const line of lines(body, footer)) await send(socket, line);
        countBytes(body.length);
      }
      return { outcome: { kind: "accepted" }, unserializable };
    } catch (error) {
      await this.close();
      const text = error instanceof Error ? error.message : String(error);
      return { outcome: { kind: "failed", message: text }, unserializable };
    }
  }

  /** The listener's own config names its database. */
  async createDatabase(): Promise<void> {}

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.close(resolve);
    await promise;
  }

  async #open(): Promise<Socket> {
    const { url, localAddress } = this.#settings;
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const six = url.protocol === "udp6:" || (url.protocol === "udp:" && host.includes(":"));
    const socket = createSocket(six ? "udp6" : "udp4");
    try {
      if (localAddress !== undefined) {
        socket.bind(localAddress.port, localAddress.host);
        await once(socket, "listening");
      }
      socket.connect(Number(url.port), host);
      await once(socket, "connect");
    } catch (error) {
      socket.close();
      throw error;
    }
    // "Nobody listens there" arrives late and out of turn; the next send reports it.
    socket.on("error", () => {});
    return socket;
  }
}

function send(socket: Socket, datagram: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, (error) => (error ? reject(error) : resolve()));
  });
}

/** A string may hold line ends of its own: only one behind a timestamp ends a line (upstream cuts at each, which loses
 *  such a point). */
function* lines(body: Buffer, footer: string): Iterable<Buffer> {
  let start = 0;
  for (let end = body.indexOf(footer); end >= 0; end = body.indexOf(footer, start)) {
    yield body.subarray(start, end + footer.length);
    start = end + footer.length;
  }
}
