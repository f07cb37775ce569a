// Free loopback ports, for programs that are told their port in a config file.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** A port that was free for TCP and UDP a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const tcp = createServer();
    const port = await new Promise<number>((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(0, "127.0.0.1", () => resolve((tcp.address() as { port: number }).port));
    });
    const udpIsFree = await new Promise<boolean>((resolve) => {
      const udp = createSocket("udp4");
      udp.once("error", () => resolve(false));
      udp.bind(port, "127.0.0.1", () => udp.close(() => resolve(true)));
    });
    await new Promise((resolve) => tcp.close(resolve));
    if (udpIsFree) return port;
  }
}
