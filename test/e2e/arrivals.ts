// What of an application's metrics is in InfluxDB, in the application's own words, so that both can be compared.

import assert from "node:assert/strict";
import { numbers, query } from "./influxdb.ts";
import type { Sent } from "./pods.ts";
import { settled, until } from "./poll.ts";

type Counted = Omit<Sent, "failed" | "waitedMs">;

const selections: Readonly<Record<keyof Counted, string>> = {
  orders: "sum(value) FROM shop_orders",
  checkouts: 'sum("count") FROM shop_checkout',
  checkoutMs: 'sum("sum") FROM shop_checkout',
  slowestMs: "max(upper) FROM shop_checkout",
  fastestMs: "min(lower) FROM shop_checkout",
  depth: "last(value) FROM shop_queue",
  visitors: "sum(value) FROM shop_visitors",
  udpLines: "count(n) FROM web_request",
  udpSum: "sum(n) FROM web_request",
  tcpLines: "count(n) FROM web_audit",
  tcpSum: "sum(n) FROM web_audit",
};

/** `names`: only these; default all. */
export async function arrived(
  podName: string,
  names: readonly (keyof Counted)[] = Object.keys(selections) as (keyof Counted)[],
  database?: string,
): Promise<Partial<Counted>> {
  const selects = names.map((name) => `SELECT ${selections[name]} WHERE pod_name = '${podName}'`);
  const values = await numbers(selects, database);
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0]));
}

/** Waits until everything is there, and shows what differs when it never is. What was never said is not asked for. */
export async function assertAllArrives(podName: string, sent: Partial<Sent>, deadlineMs?: number): Promise<void> {
  const names = (Object.keys(selections) as (keyof Counted)[]).filter((name) => (sent[name] ?? 0) > 0);
  assert.ok(names.length > 0, "nothing was sent");
  const expected = Object.fromEntries(names.map((name) => [name, sent[name]]));
  const isAll = (answer: Partial<Counted>) => names.every((name) => answer[name] === sent[name]);
  assert.deepEqual(await settled(() => arrived(podName, names), isAll, deadlineMs), expected);
}

/** The application's own count of a pod that is gone (`--report`). */
export function reportOf(podName: string): Promise<Sent> {
  return until(`${podName}'s own count`, async () => {
    const [row] = await query(`SELECT * FROM sent WHERE pod_name = '${podName}'`);
    return row as unknown as Sent | undefined;
  });
}
