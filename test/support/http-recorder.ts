// A small HTTP server for tests: it keeps what it was sent, whole, and answers what the test says.

import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Unpacked when it came packed. */
  readonly body: string;
  /** The port it came from: equal ports are one connection. */
  readonly fromPort: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** "hang": no answer ever; "cut": close the connection. */
export type Answering = (request: RecordedRequest, count: number) => Answer | "hang" | "cut";

export interface HttpRecorder {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** `listen`: where, as net.Server takes it; by default any free loopback port. */
export async function recordHttp(answer: Answering, listen: { readonly path?: string } = {}): Promise<HttpRecorder> {
  const requests: RecordedRequest[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const { method = "", url = "", headers } = incoming;
    const body = (headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8");
    const recorded = { method, url, headers, body, fromPort: incoming.socket.remotePort };
    requests.push(recorded);
    const reply = answer(recorded, requests.length);
    if (reply === "hang") return;
    if (reply === "cut") {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(reply.status, reply.headers).end(reply.body ?? "");
  });
  server.listen(listen.path === undefined ? { port: 0, host: "127.0.0.1" } : { path: listen.path });
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const port = listen.path === undefined ? (server.address() as AddressInfo).port : 0;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, url: `http://127.0.0.1:${port}`, requests, close };
}
