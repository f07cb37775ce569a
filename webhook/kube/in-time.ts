// A call to the API server that ends: the client itself would wait for an answer as long as the connection stands.

import type { Clock } from "../../certs/clock.ts";

const LONGEST_MS = 15_000;

/** Rejects when there is no answer in time. The call itself may still take effect. */
export function inTime<T>(clock: Clock, call: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = clock.after(LONGEST_MS, () =>
    timeout.reject(new Error(`no answer within ${LONGEST_MS / 1000} seconds`)),
  );
  return Promise.race([call, timeout.promise]).finally(() => timer.cancel());
}
