// etcd with a Prometheus page, and nothing else in the pod template than what the page's address is: every family of the page
// is in InfluxDB.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kubectl } from "../cluster/kubectl.ts";
import { ETCD_COMMAND, IMAGES } from "./fixtures.ts";
import { query } from "./influxdb.ts";
import { ENABLED, type Texts } from "./objects.ts";
import { agentOf, apply, dropNamespaces, makeNamespace, podsOf, ready, rolledOut } from "./pods.ts";
import { settled, until } from "./poll.ts";

const place = "e2e-etcd";

before(() => makeNamespace(place, ENABLED, { "pilotfish.dev/interval": "2s" }));
after(() => dropNamespaces(place));

const metadata = (name: string) => ({ name, namespace: place });

function etcd(args: readonly string[]): object {
  return {
    name: "etcd",
    image: IMAGES.etcd,
    imagePullPolicy: "IfNotPresent",
    command: ETCD_COMMAND,
    args: ["--data-dir=/data/etcd", "--listen-client-urls=http://0.0.0.0:2379", "--unsafe-no-fsync", ...args],
    env: [{ name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    ports: [{ containerPort: 2379 }],
    volumeMounts: [{ name: "data", mountPath: "/data" }],
  };
}

const podSpec = (args: readonly string[]) => ({
  containers: [etcd(args)],
  volumes: [{ name: "data", emptyDir: {} }],
  securityContext: { fsGroup: 65_532 },
  terminationGracePeriodSeconds: 5,
});

/** Families with samples, as the page itself names them. */
async function familiesOnPage(name: string): Promise<ReadonlySet<string>> {
  const page = await kubectl(["get", "--raw", `/api/v1/namespaces/${place}/pods/${name}:2379/proxy/metrics`]);
  const types = [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, family = ""]) => family);
  const samples = new Set([...page.matchAll(/^([a-zA-Z_:][\w:]*)/gm)].map(([, sample]) => sample));
  const hasSamples = (family: string) => samples.has(family) || samples.has(`${family}_count`);
  return new Set(types.filter((family) => hasSamples(family)));
}

async function familiesInDatabase(name: string): Promise<ReadonlySet<string>> {
  const rows = await query(`SHOW MEASUREMENTS WHERE pod_name = '${name}'`);
  return new Set(rows.map(({ name }) => String(name)));
}

async function assertEveryFamily(name: string): Promise<void> {
  // Its container runs before it listens.
  const wanted = await until("etcd's page", () => familiesOnPage(name));
  assert.ok(wanted.size > 100, `etcd's page has only ${wanted.size} families`);
  const missing = async () => [...wanted.difference(await familiesInDatabase(name))];
  assert.deepEqual(await settled(missing, (names) => names.length === 0), []);
  // And nothing that the page does not say.
  assert.deepEqual([...(await familiesInDatabase(name)).difference(await familiesOnPage(name))], []);
}

const cases: readonly [what: string, name: string, annotations: Texts][] = [
  [
    "pilotfish.dev/plugins: prometheus and prometheus.urls: every family of etcd's page is in InfluxDB",
    "urls",
    { "pilotfish.dev/plugins": "prometheus", "pilotfish.dev/prometheus.urls": "http://localhost:2379/metrics" },
  ],
  [
    "prometheus.io/scrape and nothing of ours: the same",
    "scrape",
    { "prometheus.io/scrape": "true", "prometheus.io/port": "2379" },
  ],
];
for (const [what, name, annotations] of cases) {
  test(what, async () => {
    const advertise = "--advertise-client-urls=http://localhost:2379";
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata(name), annotations },
      spec: podSpec([advertise]),
    });
    assert.equal(agentOf(await ready(place, name)), "native");
    await assertEveryFamily(name);
  });
}

test("three members of an etcd, a StatefulSet: every family of each, under its pod's name", async () => {
  const peer = (i: number | string) => `http://etcd-${i}.etcd.${place}.svc:2380`;
  const members = [0, 1, 2].map((i) => `etcd-${i}=${peer(i)}`).join(",");
  const own = `http://$(NAME).etcd.${place}.svc`;
  const args = [
    "--name=$(NAME)",
    "--listen-peer-urls=http://0.0.0.0:2380",
    `--initial-advertise-peer-urls=${own}:2380`,
    `--advertise-client-urls=${own}:2379`,
    `--initial-cluster=${members}`,
  ];
  const annotations = {
    "pilotfish.dev/plugins": "prometheus",
    "pilotfish.dev/prometheus.urls": "http://localhost:2379/metrics",
  };
  await apply(
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("etcd"),
      // They find each other before they are ready.
      spec: { clusterIP: "None", publishNotReadyAddresses: true, selector: { app: "etcd" }, ports: [{ port: 2380 }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: metadata("etcd"),
      spec: {
        replicas: 3,
        serviceName: "etcd",
        podManagementPolicy: "Parallel",
        selector: { matchLabels: { app: "etcd" } },
        template: { metadata: { labels: { app: "etcd" }, annotations }, spec: podSpec(args) },
      },
    },
  );
  await rolledOut(place, "statefulset/etcd");
  const pods = await podsOf(place, "app=etcd");
  assert.deepEqual(pods.map(({ metadata }) => metadata.name).toSorted(), ["etcd-0", "etcd-1", "etcd-2"]);
  for (const pod of pods) {
    assert.equal(agentOf(pod), "native");
    await assertEveryFamily(pod.metadata.name);
  }
  const leaders = await query(
    "SELECT last(gauge) FROM etcd_server_is_leader WHERE pod_name =~ /^etcd-/ GROUP BY pod_name",
  );
  assert.equal(leaders.filter(({ last }) => last === 1).length, 1);
});
