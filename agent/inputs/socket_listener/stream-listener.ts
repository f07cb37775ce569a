// tcp:// and unix://, with or without TLS: accepts, admits, and ends connections.
// Source: telegraf plugins/common/socket/stream.go (1.39.3).

import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { listenFailure, openListeners, type ListenAddress } from "../../core/listen-address.ts";
import type { PluginContext } from "../../core/plugin.ts";
import { drain } from "./drain.ts";
import type { Intake } from "./intake.ts";
import type { Listener } from "./listener.ts";
import type { ServiceAddress } from "./service-address.ts";
import { StreamConnection, type ConnectionSettings } from "./stream-connection.ts";
import { removeSocket, removeStaleSocket, setSocketMode } from "./unix-socket.ts";

export interface StreamSettings {
  readonly text: string;
  readonly address: ServiceAddress;
  readonly socketMode: string;
  /** 0: no limit. */
  readonly maxConnections: number;
  /** 0: no probes; undefined: Go's own period. */
  readonly keepAlivePeriodMs: number | undefined;
  readonly isAllowed: (address: string | undefined) => boolean;
  readonly connection: ConnectionSettings;
  /** undefined: no TLS. */
  readonly readTls: (() => Promise<TlsOptions>) | undefined;
}

const GO_KEEP_ALIVE_MS = 15_000;

export class StreamListener implements Listener {
  readonly #settings: StreamSettings;
  readonly #intake: Intake;
  readonly #context: PluginContext;
  #servers: readonly Server[] = [];
  #tls: TlsOptions | undefined;
  /** Every socket that was admitted, its TLS handshake done or not. */
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<StreamConnection>();

  constructor(settings: StreamSettings, intake: Intake, context: PluginContext) {
    this.#settings = settings;
    this.#intake = intake;
    this.#context = context;
  }

  get addresses(): readonly { readonly address: string; readonly port: number }[] {
    return this.#servers.map((server) => {
      const bound = server.address() as AddressInfo | string;
      return typeof bound === "string" ? { address: bound, port: 0 } : bound;
    });
  }

  counters(): Readonly<Record<string, number>> {
    return {};
  }

  async open(): Promise<void> {
    const { address, text, socketMode, readTls } = this.#settings;
    this.#tls = await readTls?.();
    try {
      if (address.kind === "unix") await removeStaleSocket(address.path);
      this.#servers =
        address.kind === "unix"
          ? [await this.#listen({ path: address.path })]
          : await openListeners(address.plan, {
              open: (one) => this.#listen(tcpOptions(one, address.only6)),
              port: (server) => (server.address() as AddressInfo).port,
              close: closeServer,
            });
      if (address.kind === "unix") await setSocketMode(address.path, socketMode);
    } catch (error) {
      throw listenFailure(error, text, "service_address");
    }
  }

  async close(): Promise<void> {
    const { address } = this.#settings;
    const { counts } = this.#intake;
    // Connections that wait to be accepted have something to say too: the door closes last.
    await drain(() => counts.connections_accepted + counts.bytes_received, this.#context.clock);
    const closed = Promise.all(this.#servers.map(closeServer));
    const connections = [...this.#connections];
    for (const connection of connections) connection.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(connections.map((connection) => connection.closed));
    await closed;
    if (address.kind === "unix" && this.#servers.length > 0) await removeSocket(address.path);
    this.#servers = [];
  }

  #listen(where: Parameters<Server["listen"]>[0]): Promise<Server> {
    const { promise, resolve, reject } = Promise.withResolvers<Server>();
    // node:tls is loaded by those who ask for it: it costs 3 MiB.
    const tls = this.#tls === undefined ? undefined : process.getBuiltinModule("node:tls");
    const server = tls === undefined ? createServer() : tls.createServer(this.#tls ?? {});
    server.on("connection", (socket) => this.#admit(socket));
    server.on(this.#tls === undefined ? "connection" : "secureConnection", (socket: Socket) => this.#read(socket));
    server.on("tlsClientError", (error: Error) => {
      this.#intake.counts.connections_refused += 1;
      this.#intake.complain("tls", () => `TLS handshake failed: ${error.message}`);
    });
    server.once("error", reject);
    server.listen(where as object, () => {
      server.off("error", reject);
      server.on("error", (error) => this.#intake.complain("socket", () => error.message));
      resolve(server);
    });
    return promise;
  }

  #admit(socket: Socket): void {
    const { counts } = this.#intake;
    const { isAllowed, maxConnections, keepAlivePeriodMs } = this.#settings;
    const peer = socket.remoteAddress;
    socket.on("error", () => {});
    if (!isAllowed(peer)) {
      counts.sources_refused += 1;
      this.#context.log.bounded("debug", "source", () => `Received message from blocked IP: ${peer}`);
      socket.destroy();
    } else if (maxConnections > 0 && this.#sockets.size >= maxConnections) {
      counts.connections_refused += 1;
      this.#intake.complain(
        "connections",
        () => `unable to accept connection from "${peer ?? ""}": too many connections`,
      );
      socket.destroy();
    } else {
      counts.connections_accepted += 1;
      counts.connections_active += 1;
      this.#sockets.add(socket);
      socket.setKeepAlive(keepAlivePeriodMs !== 0, keepAlivePeriodMs ?? GO_KEEP_ALIVE_MS);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        counts.connections_active -= 1;
      });
    }
  }

  #read(socket: Socket): void {
    if (socket.destroyed) return;
    const connection = new StreamConnection(socket, this.#settings.connection, this.#intake);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }
}

function tcpOptions({ host, family, port }: ListenAddress, only6: boolean): object {
  return { host, port, ipv6Only: family === 6 && (host !== "::" || only6), exclusive: true };
}

function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
}
