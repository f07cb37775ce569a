// The real InfluxDB in the cluster: what is applied, and questions in InfluxQL, which go through the API server, so that they
// reach it from anywhere where kubectl works.

import { kubectl } from "../cluster/kubectl.ts";
import { DATABASE, IMAGES, INFLUXDB_NAMESPACE, OURS } from "./fixtures.ts";

export type Row = Readonly<Record<string, string | number | boolean | null>>;

interface Result {
  readonly error?: string;
  readonly series?: readonly {
    readonly name?: string;
    readonly columns: readonly string[];
    readonly values?: readonly (readonly (string | number | boolean | null)[])[];
    readonly tags?: Readonly<Record<string, string>>;
  }[];
}

interface Answer {
  readonly error?: string;
  readonly results?: readonly Result[];
}

/** Rows of all series, the tags of a `group by` among the columns, the series' name as `series`. */
export async function query(q: string, database: string = DATABASE): Promise<readonly Row[]> {
  const [rows = []] = await queries([q], database);
  return rows;
}

/** The one number that each `SELECT function(field) …` answers with; 0 when there is no point. */
export async function numbers(selects: readonly string[], database?: string): Promise<readonly number[]> {
  const answers = await queries(selects, database);
  return selects.map((_, i) => {
    const columns = Object.entries(answers[i]?.[0] ?? {});
    return Number(columns.find(([column]) => column !== "time" && column !== "series")?.[1] ?? 0);
  });
}

export async function number(select: string, database?: string): Promise<number> {
  return (await numbers([select], database))[0] ?? 0;
}

/** Several statements in one request: every kubectl is a process. */
async function queries(statements: readonly string[], database: string = DATABASE): Promise<readonly Row[][]> {
  const parameters = new URLSearchParams({ q: statements.join(";"), db: database, epoch: "ns" });
  const path = `/api/v1/namespaces/${INFLUXDB_NAMESPACE}/services/http:influxdb:8086/proxy/query?${parameters.toString()}`;
  const { error, results = [] } = JSON.parse(await kubectl(["get", "--raw", path])) as Answer;
  if (error !== undefined) throw new Error(`InfluxDB refuses ${statements.join(";")}: ${error}`);
  return results.map((result) => rowsOf(result));
}

function rowsOf({ error, series = [] }: Result): Row[] {
  // The agent makes the database with its first batch.
  if (error !== undefined && !error.startsWith("database not found")) throw new Error(`InfluxDB says: ${error}`);
  return series.flatMap(({ name, columns, values = [], tags }) =>
    values.map((row) => ({
      ...tags,
      ...Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])),
      series: name ?? "",
    })),
  );
}

export const INFLUXDB_OBJECTS: readonly object[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: INFLUXDB_NAMESPACE, labels: { [OURS]: "true" } } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "influxdb", namespace: INFLUXDB_NAMESPACE },
    spec: { selector: { app: "influxdb" }, ports: [{ port: 8086 }] },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "influxdb", namespace: INFLUXDB_NAMESPACE },
    spec: {
      selector: { matchLabels: { app: "influxdb" } },
      template: {
        metadata: { labels: { app: "influxdb" } },
        spec: {
          containers: [
            {
              name: "influxdb",
              image: IMAGES.influxdb,
              imagePullPolicy: "IfNotPresent",
              ports: [{ containerPort: 8086 }],
              readinessProbe: { httpGet: { path: "/ping", port: 8086 }, periodSeconds: 1 },
              volumeMounts: [{ name: "data", mountPath: "/data" }],
            },
          ],
          // For images that keep their data elsewhere it changes nothing.
          volumes: [{ name: "data", emptyDir: {} }],
          securityContext: { fsGroup: 65532 },
          terminationGracePeriodSeconds: 5,
        },
      },
    },
  },
];
