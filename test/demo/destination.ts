// Where the demo's points go: a real InfluxDB when one answers or can be started, else a file.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InfluxParser } from "../../agent/formats/influx/parse.ts";
import { Unsigned } from "../../agent/core/metric.ts";
import { startInfluxd } from "../support/influxd.ts";

export interface Point {
  readonly measurement: string;
  /** Fields and tags: InfluxDB's answer does not tell them apart. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly time: string;
}

export interface Destination {
  readonly what: string;
  /** TOML of the class that leads there. */
  readonly classToml: string;
  /** Everything that has arrived, oldest first. */
  points(): Promise<readonly Point[]>;
  close(): Promise<void>;
}

type Query = (q: string) => Promise<readonly Series[]>;

interface Series {
  readonly name: string;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (string | number | boolean | null)[])[];
}

const LOCAL_INFLUXDB = "http://localhost:8086";

export async function findDestination(directory: string): Promise<Destination> {
  const database = `pilotfish_demo_${process.pid}`;
  if (await answersAsInfluxdb(LOCAL_INFLUXDB)) {
    return influxdb({ what: `the InfluxDB at ${LOCAL_INFLUXDB}`, url: LOCAL_INFLUXDB, database, stop: async () => {} });
  }
  const started = await startInfluxd();
  if (started !== undefined) {
    const { url } = started;
    const stop = () => started.stop();
    return influxdb({ what: `a real InfluxDB, started for the demo at ${url}`, url, database, stop });
  }
  return file(join(directory, "metrics.out"));
}

/** InfluxDB 1.x answers /ping with its version; 2.x would need a token. */
async function answersAsInfluxdb(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(1000) });
    return answer.headers.get("x-influxdb-version")?.startsWith("1.") ?? false;
  } catch {
    return false;
  }
}

function influxdb(target: { what: string; url: string; database: string; stop: () => Promise<void> }): Destination {
  const { what, url, database, stop } = target;
  const query: Query = async (q) => {
    const body = new URLSearchParams({ q, db: database });
    const answer = await fetch(`${url}/query`, { method: "POST", body });
    const { results = [], error } = (await answer.json()) as { results?: { series?: Series[] }[]; error?: string };
    if (error !== undefined) throw new Error(`InfluxDB refused "${q}": ${error}`);
    return results[0]?.series ?? [];
  };
  return {
    what,
    classToml: `[[outputs.influxdb]]\n  urls = ["${url}"]\n  database = "${database}"\n`,
    points: async () => (await query("SELECT * FROM /.*/")).flatMap((series) => pointsOf(series)),
    close: async () => {
      await query(`DROP DATABASE "${database}"`);
      await stop();
    },
  };
}

function pointsOf({ name, columns, values }: Series): Point[] {
  return values.map((row) => {
    const named = columns.map((column, i) => [column, row[i] ?? null] as const).filter(([, value]) => value !== null);
    const { time, ...fields } = Object.fromEntries(named) as Record<string, string | number | boolean>;
    return { measurement: name, time: String(time), fields };
  });
}

function file(path: string): Destination {
  return {
    what: `the file ${path} (no InfluxDB answers on localhost:8086, and influxd is not installed)`,
    classToml: `[[outputs.file]]\n  files = ["${path}"]\n`,
    points: async () => {
      if (!existsSync(path)) return [];
      const { metrics, refused } = new InfluxParser().parseLines(readFileSync(path), 0n);
      if (refused.size > 0) throw new Error(`${path} holds lines that are not line protocol`);
      return metrics.map((metric) => ({
        measurement: metric.name,
        time: String(metric.timestampNs),
        fields: Object.fromEntries([...tags(metric), ...fields(metric)]),
      }));
    },
    close: async () => {},
  };
}

type ParsedMetric = ReturnType<InfluxParser["parseLines"]>["metrics"][number];

function tags(metric: ParsedMetric): [string, string][] {
  return Array.from({ length: metric.tagCount }, (_, i) => [metric.tagKeyAt(i), metric.tagValueAt(i)]);
}

function fields(metric: ParsedMetric): [string, string | number | boolean][] {
  return Array.from({ length: metric.fieldCount }, (_, i) => {
    const value = metric.fieldValueAt(i);
    const plain = value instanceof Unsigned ? value.value : value;
    return [metric.fieldKeyAt(i), typeof plain === "bigint" ? Number(plain) : plain];
  });
}
