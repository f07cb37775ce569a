// Sockets: one https server whose certificate can change while it runs, and a plain one for probes; both end in order.

import { once } from "node:events";
import { createServer as createPlainServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { formatAddress, type ListenAddress } from "./listen-address.ts";
import { listenFailure } from "./listen-failure.ts";

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Listen {
  readonly address: ListenAddress;
  /** The command line option, for messages. */
  readonly option: string;
}

/** How often Node looks for requests that take longer than they may. */
const CHECK_MS = 5_000;

/** At the end, for a connection on which nothing was asked yet. */
const UNUSED_MS = 500;

/** HTTP/1.1 over TLS 1.2 or newer. Listens without a certificate too: handshakes fail until one is set. */
export function createHttps(app: RequestListener, current: Certificate | undefined): TlsServer {
  const secrets = current === undefined ? {} : { cert: current.certificate, key: current.key };
  const tls = { ...secrets, minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] } as const;
  const server = createTlsServer({ ...tls, connectionsCheckingInterval: CHECK_MS }, app);
  // Port scanners and probes that hang up: the client knows, we need not.
  server.on("tlsClientError", () => undefined);
  return limited(server);
}

export function createPlain(app: RequestListener): Server {
  return limited(createPlainServer({ connectionsCheckingInterval: CHECK_MS }, app));
}

/** Handshakes from now on show the new certificate; open connections go on. */
export function useCertificate(server: TlsServer, { certificate, key }: Certificate): void {
  server.setSecureContext({ cert: certificate, key, minVersion: "TLSv1.2" });
}

function limited<S extends Server | TlsServer>(server: S): S {
  // Longer than Go's client keeps an idle connection (90 s), so that it is never we who close one in use.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 10_000;
  // The API server waits at most 30 s for a webhook.
  server.requestTimeout = 30_000;
  followUnused(server);
  return server;
}

/** Connections of each server that have not asked anything yet. */
const unused = new WeakMap<Server | TlsServer, Map<string, Socket>>();

/** Node neither calls such a connection idle nor ends it while it has no TLS yet, and clients such as Go's dial ahead. */
function followUnused(server: Server | TlsServer): void {
  const sockets = new Map<string, Socket>();
  unused.set(server, sockets);
  // The one beneath TLS and the one of the request are two objects with one peer.
  server.on("connection", (socket: Socket) => {
    const peer = peerOf(socket);
    sockets.set(peer, socket);
    socket.once("close", () => sockets.delete(peer));
  });
  server.prependListener("request", ({ socket }: IncomingMessage) => sockets.delete(peerOf(socket)));
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Resolves with the real address, such as `127.0.0.1:43210`. */
export async function listen(server: Server | TlsServer, { address, option }: Listen): Promise<string> {
  const { host, port } = address;
  try {
    server.listen(host === undefined ? { port } : { host, port });
    await once(server, "listening");
  } catch (error) {
    throw listenFailure(error, option, formatAddress(host ?? "", port));
  }
  const bound = server.address() as AddressInfo;
  return formatAddress(host ?? bound.address, bound.port);
}

/**
 * Takes no more connections and waits for those with a request in flight; after `graceMs` it cuts them off. Who is
 * connected and has asked nothing gets a moment to do so.
 */
export async function close(server: Server | TlsServer, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // `close` ends idle connections once; one that is busy now and kept alive afterwards would hold us up.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const endUnused = () => unused.get(server)?.forEach((socket) => socket.destroy());
  const early = setTimeout(endUnused, Math.min(UNUSED_MS, graceMs));
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(early);
  clearTimeout(cut);
}
