// udp://: one message per datagram. Source: telegraf plugins/common/socket/datagram.go (1.39.3).

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { kernelDrops } from "../../core/kernel-drops.ts";
import { listenFailure, openListeners, type ListenAddress } from "../../core/listen-address.ts";
import type { PluginContext } from "../../core/plugin.ts";
import { descriptorOf } from "../../core/socket-descriptor.ts";
import { decodeDatagram, type ContentEncoding } from "./datagram-decoder.ts";
import { drain } from "./drain.ts";
import type { Intake } from "./intake.ts";
import type { Listener } from "./listener.ts";
import type { ServiceAddress } from "./service-address.ts";

export interface DatagramSettings {
  readonly text: string;
  readonly address: ServiceAddress & { readonly kind: "udp" | "tcp" };
  /** 0: a large one of our own choice, because a burst that finds no room in it is lost. */
  readonly receiveBufferBytes: number;
  readonly encoding: ContentEncoding;
  readonly mostDecodedBytes: number;
  readonly isAllowed: (address: string | undefined) => boolean;
}

const DEFAULT_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export class DatagramListener implements Listener {
  readonly #settings: DatagramSettings;
  readonly #intake: Intake;
  readonly #context: PluginContext;
  #sockets: readonly Socket[] = [];
  #grantedBytes = 0;

  constructor(settings: DatagramSettings, intake: Intake, context: PluginContext) {
    this.#settings = settings;
    this.#intake = intake;
    this.#context = context;
  }

  get addresses(): readonly { readonly address: string; readonly port: number }[] {
    return this.#sockets.map((socket) => socket.address());
  }

  /** What is lost, is lost in the kernel for want of receive buffer; only it can count that. */
  counters(): Readonly<Record<string, number>> {
    const descriptors = this.#sockets.map(descriptorOf).filter((descriptor) => descriptor >= 0);
    const packets_dropped = descriptors.reduce((total, descriptor) => total + kernelDrops(descriptor), 0);
    return { packets_dropped, receive_buffer_bytes: this.#grantedBytes };
  }

  async open(): Promise<void> {
    const { address, text } = this.#settings;
    try {
      this.#sockets = await openListeners(address.plan, {
        open: (one) => this.#bind(one),
        port: (socket) => socket.address().port,
        close: closeSocket,
      });
    } catch (error) {
      throw listenFailure(error, text, "service_address");
    }
    this.#grantedBytes = this.#sockets[0]?.getRecvBufferSize() ?? 0;
    const granted = `asked for ${this.#wantedBytes} bytes, granted ${this.#grantedBytes} (see net.core.rmem_max)`;
    this.#context.log.debug(`receive buffer: ${granted}`);
  }

  async close(): Promise<void> {
    await drain(() => this.#intake.counts.packets_received, this.#context.clock);
    await Promise.all(this.#sockets.map(closeSocket));
    this.#sockets = [];
  }

  get #wantedBytes(): number {
    return this.#settings.receiveBufferBytes || DEFAULT_RECEIVE_BUFFER_BYTES;
  }

  #bind({ host, family, port }: ListenAddress): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      ipv6Only: family === 6 && (host !== "::" || this.#settings.address.only6),
      recvBufferSize: this.#wantedBytes,
    });
    const refuse = (error: Error) => {
      socket.close();
      reject(error);
    };
    socket.once("error", refuse);
    socket.on("message", (bytes, peer) => this.#receive(bytes, peer));
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off("error", refuse);
      socket.on("error", (error) => this.#intake.complain("socket", () => error.message));
      resolve(socket);
    });
    return promise;
  }

  #receive(bytes: Buffer, peer: RemoteInfo): void {
    const { counts } = this.#intake;
    counts.packets_received += 1;
    counts.bytes_received += bytes.length;
    if (!this.#settings.isAllowed(peer.address)) {
      counts.sources_refused += 1;
      this.#context.log.bounded("debug", "source", () => `Received message from blocked IP: ${peer.address}`);
      return;
    }
    const { encoding, mostDecodedBytes } = this.#settings;
    const message = decodeDatagram(bytes, encoding, mostDecodedBytes);
    if (typeof message === "string") {
      counts.decode_errors += 1;
      this.#intake.complain("decode", () => `unable to decode incoming packet: ${message}`);
      return;
    }
    this.#intake.take(message);
  }
}

function closeSocket(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.close(() => resolve());
  return promise;
}
