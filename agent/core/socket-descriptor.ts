// The file descriptor behind a UDP socket: for reading its queue and its counters. Not part of Node's contract.

import type dgram from "node:dgram";

/** -1: this Node version hides it (a test pins it). */
export function descriptorOf(socket: dgram.Socket): number {
  const symbol = Object.getOwnPropertySymbols(socket).find((candidate) => candidate.description === "state symbol");
  const state = symbol === undefined ? undefined : (socket as unknown as Record<symbol, unknown>)[symbol];
  const descriptor = (state as { handle?: { fd?: unknown } } | undefined)?.handle?.fd;
  return typeof descriptor === "number" && Number.isInteger(descriptor) ? descriptor : -1;
}
