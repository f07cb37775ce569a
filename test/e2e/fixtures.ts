// Names that the tests and their surroundings share: images, the label of everything that is taken away at the end, the
// namespace of the InfluxDB, the classes.

import { DEFAULT_IMAGE, VERSION } from "../../webhook/inject/contract.ts";

const prefix = process.env["E2E_IMAGE_PREFIX"] ?? "";

export const IMAGES = Object.freeze({
  agent: `${prefix}${DEFAULT_IMAGE}`,
  webhook: `${prefix}pilotfish-webhook:${VERSION}`,
  application: process.env["E2E_APPLICATION_IMAGE"] ?? `${prefix}pilotfish-e2e-application:1`,
  influxdb: process.env["E2E_INFLUXDB_IMAGE"] ?? `${prefix}pilotfish-e2e-influxdb:1`,
  etcd: process.env["E2E_ETCD_IMAGE"] ?? `${prefix}pilotfish-e2e-etcd:1`,
});

/** On every namespace that the tests make. */
export const OURS = "pilotfish-e2e";

export const INFLUXDB_NAMESPACE = "e2e-influxdb";
export const INFLUXDB_URL = `http://influxdb.${INFLUXDB_NAMESPACE}.svc:8086`;

/** Where the class `default` leads. */
export const DATABASE = "metrics";

/** Who may use the class `guarded`. */
export const GUARDED_LABEL = { team: "guards" } as const;

export function classText(database: string): string {
  return `[[outputs.influxdb]]\n  urls = ["${INFLUXDB_URL}"]\n  database = "${database}"\n`;
}

export const CLASSES: Readonly<Record<string, string>> = Object.freeze({
  default: classText(DATABASE),
  edited: classText("before"),
  guarded: classText("guarded"),
});

/** config.yaml: what the classes' owner decided. The rest is as it comes. */
export const SETTINGS = `image: ${IMAGES.agent}
classes:
  guarded:
    namespaces:
      matchLabels:
        team: ${GUARDED_LABEL.team}
`;
