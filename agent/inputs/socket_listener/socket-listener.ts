// The plugin itself: builds the listener that the options mean, registers the counters, and ends both.

import type { Options } from "../../config/options.ts";
import type { Accumulator } from "../../core/accumulator.ts";
import type { Input, PluginContext } from "../../core/plugin.ts";
import { InfluxParser } from "../../formats/influx/parse.ts";
import { sourceFilter } from "./allowed-sources.ts";
import { DatagramListener } from "./datagram-listener.ts";
import { Intake } from "./intake.ts";
import type { Listener } from "./listener.ts";
import type { socketListenerOptions } from "./options.ts";
import { parseServiceAddress, type ServiceAddress } from "./service-address.ts";
import { createSplitter } from "./splitting.ts";
import { StreamListener } from "./stream-listener.ts";
import { readTlsServer, tlsWanted } from "./tls-server.ts";

type SocketListenerOptions = Options<typeof socketListenerOptions>;

const DEFAULT_MESSAGE_LIMIT_BYTES = 64 * 1024;

export class SocketListener implements Input {
  readonly #options: SocketListenerOptions;
  readonly #context: PluginContext;
  #listener: Listener | undefined;
  #unregister: (() => void) | undefined;

  constructor(options: SocketListenerOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
  }

  /** Empty until started. */
  get addresses(): Listener["addresses"] {
    return this.#listener?.addresses ?? [];
  }

  async start(acc: Accumulator): Promise<void> {
    const { serviceAddress } = this.#options;
    const address = parseServiceAddress(serviceAddress);
    if ("message" in address) throw new Error(`${address.message}; ${address.remedy}`);
    const parsing = {
      parser: new InfluxParser(this.#options),
      receiveTime: this.#options.timeSource === "receive_time",
    };
    const intake = new Intake(parsing, acc, this.#context);
    const listener = this.#createListener(address, intake);
    await listener.open();
    this.#listener = listener;
    this.#unregister = this.#context.statistics.register({
      measurement: "internal_socket_listener",
      tags: { address: serviceAddress },
      read: () => ({ ...intake.read(), ...listener.counters() }),
    });
    const bound = listener.addresses.map(({ address, port }) =>
      port === 0 ? address : `${bracketed(address)}:${port}`,
    );
    this.#context.log.info(`Listening on ${serviceAddress} (${bound.join(", ")})`);
  }

  async stop(): Promise<void> {
    await this.#listener?.close();
    this.#unregister?.();
    this.#listener = undefined;
  }

  #createListener(address: ServiceAddress, intake: Intake): Listener {
    const options = this.#options;
    const text = options.serviceAddress;
    const isAllowed = sourceFilter(options.allowedSources);
    const encoding = options.contentEncoding === "gzip" ? "gzip" : "identity";
    if (address.kind === "udp") {
      const { readBufferBytes: receiveBufferBytes, maxDecompressionBytes: mostDecodedBytes } = options;
      const settings = { text, address, receiveBufferBytes, encoding, mostDecodedBytes, isAllowed } as const;
      return new DatagramListener(settings, intake, this.#context);
    }
    const connection = {
      splitter: createSplitter(options),
      encoding,
      messageLimitBytes: Math.max(DEFAULT_MESSAGE_LIMIT_BYTES, options.readBufferBytes),
      readTimeoutMs: options.readTimeoutMs,
      clock: this.#context.clock,
    } as const;
    const { socketMode, maxConnections, keepAlivePeriodMs } = options;
    const readTls = tlsWanted(options) ? () => readTlsServer(options) : undefined;
    const settings = { text, address, socketMode, maxConnections, keepAlivePeriodMs, isAllowed, connection, readTls };
    return new StreamListener(settings, intake, this.#context);
  }
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
