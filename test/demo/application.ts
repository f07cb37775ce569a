// The application of the demo: what it says to the agent beside it, and what must have arrived afterwards.

import { sendDatagrams, sendStream } from "../support/send.ts";
import type { Point } from "./destination.ts";

const ORDERS = 600;
const CHECKOUTS = 400;
const VISITORS = 250;
const LINES = 500;
const DEPTHS = [17, 42, 23];

const checkoutMs = (i: number) => 5 + ((i * 37) % 300);

export interface Expectation {
  readonly what: string;
  readonly sent: number;
  /** Of the points of one measurement. */
  readonly measurement: string;
  readonly arrived: (points: readonly Point[]) => number;
}

const sum = (field: string) => (points: readonly Point[]) =>
  points.reduce((total, p) => total + Number(p.fields[field] ?? 0), 0);
const last = (field: string) => (points: readonly Point[]) => Number(points.at(-1)?.fields[field] ?? Number.NaN);
const most = (field: string) => (points: readonly Point[]) =>
  Math.max(...points.map((p) => Number(p.fields[field] ?? 0)));
const least = (field: string) => (points: readonly Point[]) =>
  Math.min(...points.map((p) => Number(p.fields[field] ?? 0)));

const checkouts = Array.from({ length: CHECKOUTS }, (_, i) => checkoutMs(i));
const lineTotal = (LINES * (LINES - 1)) / 2;

/** Measurement names as the agent writes them: StatsD's dots become underscores. */
export const EXPECTATIONS: readonly Expectation[] = [
  { what: "StatsD counter: total", measurement: "shop_orders", sent: ORDERS, arrived: sum("value") },
  { what: "StatsD timer: samples", measurement: "shop_checkout", sent: CHECKOUTS, arrived: sum("count") },
  {
    what: "StatsD timer: sum of ms",
    measurement: "shop_checkout",
    sent: checkouts.reduce((a, b) => a + b),
    arrived: sum("sum"),
  },
  {
    what: "StatsD timer: slowest ms",
    measurement: "shop_checkout",
    sent: Math.max(...checkouts),
    arrived: most("upper"),
  },
  {
    what: "StatsD timer: fastest ms",
    measurement: "shop_checkout",
    sent: Math.min(...checkouts),
    arrived: least("lower"),
  },
  {
    what: "StatsD gauge: last value",
    measurement: "shop_queue",
    sent: DEPTHS.at(-1) as number,
    arrived: last("value"),
  },
  { what: "StatsD set: visitors", measurement: "shop_visitors", sent: VISITORS, arrived: sum("value") },
  { what: "line protocol, UDP: points", measurement: "web_request", sent: LINES, arrived: (points) => points.length },
  { what: "line protocol, UDP: sum", measurement: "web_request", sent: lineTotal, arrived: sum("n") },
  { what: "line protocol, TCP: points", measurement: "web_audit", sent: LINES, arrived: (points) => points.length },
  { what: "line protocol, TCP: sum", measurement: "web_audit", sent: lineTotal, arrived: sum("n") },
];

export async function playApplication(ports: { statsd: number; lineUdp: number; lineTcp: number }): Promise<void> {
  const startNs = BigInt(Date.now()) * 1_000_000n;
  const line = (measurement: string, i: number) => `${measurement},path=/cart n=${i}i ${startNs + BigInt(i)}\n`;
  const numbers = Array.from({ length: LINES }, (_, i) => i);
  await sendDatagrams(ports.statsd, statsdMessages());
  await sendDatagrams(
    ports.lineUdp,
    numbers.map((i) => line("web_request", i)),
  );
  await sendStream(ports.lineTcp, numbers.map((i) => line("web_audit", i)).join(""));
}

function statsdMessages(): string[] {
  return [
    ...Array.from({ length: ORDERS / 2 }, () => "shop.orders:1|c\nshop.orders:1|c"),
    ...checkouts.map((ms) => `shop.checkout:${ms}|ms`),
    ...DEPTHS.map((depth) => `shop.queue:${depth}|g`),
    ...Array.from({ length: VISITORS }, (_, i) => `shop.visitors:user-${i}|s`),
  ];
}
