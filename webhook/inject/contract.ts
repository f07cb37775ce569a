// The one table of names that users, manifests and pods see. Not behaviour: who reads a key is told by the key's meaning.
// The reference page docs/annotations.md is generated from it.

export const VERSION = "0.1.0";

/** In front of every key of ours; the part behind it is at most 63 characters (a rule of Kubernetes). */
export const PREFIX = "pilotfish.dev/";

/** telegraf-operator's: such a pod is sent to us, see manifests/base. */
export const TELEGRAF_PREFIX = "telegraf.influxdata.com/";

/** Label of a Namespace. */
export const NAMESPACE_LABEL = `${PREFIX}injection`;
export const NAMESPACE_LABEL_VALUE = "enabled";
/** Label or annotation of a pod. */
export const INJECT_KEY = `${PREFIX}inject`;
/** Annotations that the webhook writes. */
export const CONFIG_ANNOTATION = `${PREFIX}config`;
export const STATUS_ANNOTATION = `${PREFIX}status`;

export const MIRROR_POD_ANNOTATION = "kubernetes.io/config.mirror";
export const SCRAPE_PREFIX = "prometheus.io/";

export const CONTAINER_NAME = "pilotfish-agent";
export const VOLUME_NAME = "pilotfish-config";
export const MOUNT_PATH = "/etc/pilotfish";
export const CONFIG_FILE = "pilotfish.conf";
export const CLASS_DIRECTORY = "class.d";
export const CLASS_FILE = "class.conf";
/** Secret in our own namespace (the operator's) and in every namespace that opted in (the controller's copy). */
export const CLASSES_SECRET = "pilotfish-classes";
/** Who made a copy of that Secret: without this label it is not ours, and not touched. */
export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
export const MANAGED_BY_VALUE = "pilotfish";
/** Annotation of a copy: which versions of the classes and the settings it was made from. */
export const SOURCE_ANNOTATION = `${PREFIX}source`;
/** ConfigMap in our own namespace. */
export const SETTINGS_CONFIG_MAP = "pilotfish";
export const SETTINGS_KEY = "config.yaml";
export const DEFAULT_NAMESPACE = "pilotfish-system";
export const DEFAULT_IMAGE = `pilotfish-agent:${VERSION}`;

export const EXCLUDED_NAMESPACES: readonly string[] = Object.freeze(["kube-system", "kube-node-lease", "kube-public"]);

export const USER_ID = 65_532;

export const AGENT_ARGUMENTS: readonly string[] = Object.freeze([
  "agent",
  "--config",
  `${MOUNT_PATH}/${CONFIG_FILE}`,
  "--config-directory",
  `${MOUNT_PATH}/${CLASS_DIRECTORY}`,
  "--await-outputs",
  "--watch-config",
  "poll",
]);

export const PORTS = Object.freeze({ statsd: 8125, lineUdp: 8092, lineTcp: 8094 });

export const DEFAULT_PLUGINS: readonly string[] = Object.freeze(["statsd", "socket_listener"]);

export interface AnnotationEntry {
  /** Behind the prefix; `<…>` stands for what the user fills in. */
  readonly key: string;
  readonly example: string;
  readonly meaning: string;
}

/** What a pod, or a namespace for its pods, may ask for. */
export const annotations = Object.freeze({
  inject: {
    key: "inject",
    example: "true",
    meaning:
      "Label or annotation of a pod: yes or no, whatever the namespace says. The label wins over the annotation.",
  },
  plugins: {
    key: "plugins",
    example: "statsd, mysql",
    meaning: "Inputs to run. Default: the class's, else statsd and socket_listener.",
  },
  option: {
    key: "<plugin>.<option>",
    example: "[50, 90, 99]",
    meaning:
      "One option of an input, read by the option's type; `statsd.tags.team` sets one entry. Selects the plugin.",
  },
  inputs: {
    key: "inputs",
    example: "[[inputs.mem]]",
    meaning: "Raw TOML tables: inputs, processors and aggregators. Others only where the class allows them.",
  },
  class: { key: "class", example: "prod", meaning: "Where metrics go. Default: the configured default class." },
  interval: { key: "interval", example: "60s", meaning: "Collection and flush interval; also the variable INTERVAL." },
  tags: { key: "tags", example: "team=shop, tier=web", meaning: "Global tags." },
  env: { key: "env.<NAME>", example: "eu-1", meaning: "Environment variable of the agent, `$NAME` in its config." },
  envField: {
    key: "env-field.<NAME>",
    example: "metadata.labels['app']",
    meaning: "The same, from a field of the pod (downward API).",
  },
  envSecret: { key: "env-secret.<NAME>", example: "db/password", meaning: "The same, from a key of a Secret." },
  envConfigmap: { key: "env-configmap.<NAME>", example: "app/region", meaning: "The same, from a key of a ConfigMap." },
  envSecrets: {
    key: "env-secrets",
    example: "monitor, extra",
    meaning: "Secrets whose keys all become variables. A missing one never blocks the pod.",
  },
  mounts: {
    key: "mounts",
    example: "logs=/var/log/app",
    meaning: "Volumes of the pod that the agent sees too, read-only.",
  },
  cpuRequest: { key: "cpu-request", example: "100m", meaning: "CPU request; empty: none." },
  cpuLimit: { key: "cpu-limit", example: "200m", meaning: "CPU limit; empty: none." },
  memoryRequest: { key: "memory-request", example: "30Mi", meaning: "Memory request; empty: none." },
  memoryLimit: { key: "memory-limit", example: "50Mi", meaning: "Memory limit; empty: none." },
  sidecar: {
    key: "sidecar",
    example: "native",
    meaning:
      "native: init container with restartPolicy Always; classic: ordinary container; auto: what the nodes can do.",
  },
  listen: {
    key: "listen",
    example: "loopback",
    meaning: "loopback: the pod's loopback, both families; pod: all its addresses.",
  },
  image: { key: "image", example: DEFAULT_IMAGE, meaning: "The agent's image." },
  logLevel: { key: "log-level", example: "debug", meaning: "debug, info or error." },
} satisfies Record<string, AnnotationEntry>);

export type AnnotationName = keyof typeof annotations;
