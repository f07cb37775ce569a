// Names that the tests and their surroundings share: images, the label of everything that is taken away at the end, the
// namespace of the InfluxDB, the classes.

import { DEFAULT_IMAGE, VERSION } from "../../webhook/inject/contract.ts";

const prefix = process.env["E2E_IMAGE_PREFIX"] ?? "";

/** Images that the user names; every node can pull them. */
const named = {
  application: process.env["E2E_APPLICATION_IMAGE"],
  influxdb: process.env["E2E_INFLUXDB_IMAGE"],
  etcd: process.env["E2E_ETCD_IMAGE"],
} as const;

const built = {
  agent: `${prefix}${DEFAULT_IMAGE}`,
  webhook: `${prefix}pilotfish-webhook:${VERSION}`,
  application: `${prefix}pilotfish-e2e-application:1`,
  influxdb: `${prefix}pilotfish-e2e-influxdb:1`,
  etcd: `${prefix}pilotfish-e2e-etcd:1`,
} as const;

export const IMAGES = Object.freeze({
  ...built,
  application: named.application ?? built.application,
  influxdb: named.influxdb ?? built.influxdb,
  etcd: named.etcd ?? built.etcd,
});

/** What has to be brought into a cluster that cannot pull it. */
export const OWN_IMAGES: readonly string[] = Object.values(IMAGES).filter(
  (image) => !Object.values<string | undefined>(named).includes(image),
);

/** Does the image's own entrypoint run etcd? Ours does. */
export const ETCD_COMMAND: readonly string[] | undefined = named.etcd === undefined ? undefined : ["etcd"];

/** On every namespace that the tests make. */
export const OURS = "pilotfish-e2e";

export const INFLUXDB_NAMESPACE = "e2e-influxdb";
export const INFLUXDB_URL = `http://influxdb.${INFLUXDB_NAMESPACE}.svc:8086`;

/** Where the class `default` leads. */
export const DATABASE = "metrics";

/** Where an application itself writes how much it sent. */
export const REPORT_URL = `${INFLUXDB_URL}/write?db=${DATABASE}`;

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
