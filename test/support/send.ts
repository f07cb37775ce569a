// What an application does: datagrams and streams to a loopback port. Free of any test runner.

import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Datagrams between two pauses: a real application does not send its whole day in one burst. */
const BURST = 50;

/** Sends each message as a datagram, in order. */
export async function sendDatagrams(port: number, messages: readonly (string | Buffer)[]): Promise<void> {
  const socket = createSocket("udp4");
  try {
    for (const [i, message] of messages.entries()) {
      await new Promise<void>((resolve, reject) => {
        socket.send(message, port, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
      });
      if (i % BURST === BURST - 1) await pause(5);
    }
  } finally {
    socket.close();
  }
}

/** Sends over TCP and ends; resolves when the peer has closed too. */
export function sendStream(port: number, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
