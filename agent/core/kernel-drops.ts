// Datagrams that the kernel threw away because the receive buffer was full. Linux tells it in /proc/net/udp and udp6,
// one line a socket, found by inode; the last column counts. Elsewhere nobody tells, and it stays 0.

import { fstatSync, readFileSync } from "node:fs";

export function kernelDrops(descriptor: number): number {
  try {
    return dropsOf(String(fstatSync(descriptor).ino), ["/proc/net/udp", "/proc/net/udp6"].map(readTable));
  } catch {
    return 0;
  }
}

/** `tables`: the text of /proc/net/udp and udp6. */
export function dropsOf(inode: string, tables: readonly string[]): number {
  for (const line of tables.join("\n").split("\n")) {
    const columns = line.trim().split(/\s+/);
    if (columns[9] === inode) return Number(columns.at(-1)) || 0;
  }
  return 0;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // No such family, or not Linux.
    return "";
  }
}
