// The webhook's log: pino, one JSON object a line on standard output. Not the agent's log (agent/core/log.ts).

import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from "pino";

export const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type Level = (typeof LEVELS)[number];

export type { Logger };

/** `to` is for tests. Lines are written synchronously: the last one before an exit is the one that is needed. */
export function createLogger(level: Level, to: DestinationStream = destination({ fd: 1, sync: true })): Logger {
  return pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // No pid and host name: the platform adds the pod to every line anyway.
      base: null,
    },
    to,
  );
}
