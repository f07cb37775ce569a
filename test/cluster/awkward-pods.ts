// Pods that the API server accepts as they are, with annotations and shapes that a person may get wrong: whatever the
// webhook makes of them, the API server has to accept it too.

import fc from "fast-check";

const quantities = ["", "0", "1", "100m", "0.1", "1e3", "1n", "50Mi", "1Ei", "1.5Gi", ".5", "+1", "1ki", " 1", "1P"];
const names = ["a", "A", "a.b", "a..b", "-a", "a_b", "x".repeat(253), "x".repeat(254), "é", ""];
const keys = ["key", "k.e.y", "..", "../x", "K_-", "a b", "x".repeat(254), "é", ""];
const paths = [
  "/var/log",
  "/",
  "/etc/pilotfish",
  "/etc/pilotfish/x",
  "relative",
  "/a:b",
  "/a b",
  "/../x",
  "/proc",
  "/é",
];
const fields = [
  "metadata.name",
  "metadata.uid",
  "metadata.labels",
  "metadata.labels['app']",
  "metadata.labels['a b']",
  "metadata.labels['a/b/c']",
  "spec.nodeName",
  "spec.containers",
  "status.podIPs",
  "status.phase",
];
const images = ["x", "REG/IMG", "a b", `x:${"t".repeat(129)}`, "http://x", "x:", "é", "localhost:5000/a", "x ", ""];
const references = names.flatMap((name) => keys.map((key) => `${name}/${key}`));

const values: Readonly<Record<string, readonly string[]>> = {
  plugins: ["statsd", "statsd, socket_listener", "nope", ""],
  interval: ["1s", "1m30s", "0s", "100ms", "1d", "soon"],
  tags: ["team=shop", "é=☃", `a=${"x".repeat(500)}`, "a=$POD_NAME", 'a="q"', "a=b\n"],
  "env.FOO": ["", "$(POD_NAME)", "x".repeat(5000), "é\n☃", "$$"],
  "env.POD_NAME": ["x"],
  "env.A.B": ["x"],
  "env.a-b": ["x"],
  "env-field.F": fields,
  "env-secret.S": references,
  "env-configmap.C": references,
  "env-secrets": [...names, "a,b", "a,,b"],
  mounts: ["data", "nope", "pilotfish-config"].flatMap((volume) => paths.map((path) => `${volume}=${path}`)),
  "cpu-request": quantities,
  "cpu-limit": quantities,
  "memory-request": quantities,
  "memory-limit": quantities,
  sidecar: ["native", "classic", "auto", "both"],
  listen: ["pod", "loopback"],
  image: images,
  "log-level": ["debug", "loud"],
  "statsd.percentiles": ["[50, 90]", "x"],
  "statsd.service_address": [":8125", ":0", ":70000", ":80", "[::1]:53"],
  "socket_listener.service_address": ["tcp://:9000", "udp://:8125", "unix:///tmp/x"],
  inputs: ["[[inputs.statsd]]\n", "[agent]\ninterval = '1s'\n", "x", "[[processors.x]]\n"],
};

/** Parts of a pod's spec; `app` is its one container. */
const shapes: readonly ((app: object) => object)[] = [
  (app) => ({ containers: [app] }),
  (app) => ({ containers: [app], hostNetwork: true }),
  (app) => ({ containers: [{ ...app, ports: [{ name: "statsd", containerPort: 8125, protocol: "UDP" }] }] }),
  (app) => ({ containers: [{ ...app, ports: [{ containerPort: 8094, hostPort: 8094 }] }] }),
  (app) => ({ containers: [app], volumes: [{ name: "pilotfish-config", emptyDir: {} }] }),
  (app) => ({ containers: [app], initContainers: [{ name: "mesh", image: "x", restartPolicy: "Always" }] }),
  (app) => ({ containers: [app], initContainers: [{ name: "pilotfish-agent", image: "x" }] }),
  (app) => ({ containers: [app], resources: { requests: { cpu: "10m", memory: "10Mi" } } }),
  (app) => ({ containers: [app], resources: { limits: { cpu: "50m", memory: "20Mi" } } }),
  (app) => ({ containers: [app], securityContext: { runAsUser: 0, runAsNonRoot: false, fsGroup: 5 } }),
  (app) => ({ containers: [app], restartPolicy: "Never", activeDeadlineSeconds: 5 }),
  (app) => ({ containers: [app], automountServiceAccountToken: false, os: { name: "linux" } }),
  (app) => ({ containers: [app], os: { name: "windows" } }),
  (app) => ({ containers: [app], hostUsers: false, shareProcessNamespace: true }),
];

const annotation = fc
  .constantFrom(...Object.keys(values))
  .chain((key) => fc.tuple(fc.constant(`pilotfish.dev/${key}`), fc.constantFrom(...(values[key] ?? []))));

const pod = fc.record({
  annotations: fc.array(annotation, { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  spec: fc.constantFrom(...shapes).map((shape) => shape({ name: "app", image: "x" })),
});

/** The same ones for the same seed. */
export function awkwardPods(count: number, seed: number, metadata: object): object[] {
  return fc.sample(pod, { numRuns: count, seed }).map(({ annotations, spec }, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: `awkward-${index}`, annotations },
    spec: { volumes: [{ name: "data", emptyDir: {} }], ...spec },
  }));
}
