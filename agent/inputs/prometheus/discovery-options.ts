// The options that find targets by themselves. This version knows them so that it can refuse them by name: ignoring one
// would look like pages that have no metrics. Source: telegraf plugins/inputs/prometheus (1.39.3).

import {
  boolean,
  integer,
  string,
  strings,
  stringMap,
  stringsMap,
  table,
  tables,
  durationMs,
  type Option,
  type OptionProblem,
} from "../../config/options.ts";

const KUBERNETES = "Finding pods and services in Kubernetes; not supported.";
const CONSUL = "Finding targets in Consul; not supported.";
const HTTP = "Finding targets by HTTP; not supported.";

const consulQuery = {
  name: string("name", "", CONSUL),
  tag: string("tag", "", CONSUL),
  dc: string("dc", "", CONSUL),
  url: string("url", "", CONSUL),
  tags: stringMap("tags", CONSUL),
};

const consul = {
  enabled: boolean("enabled", false, CONSUL),
  agent: string("agent", "", CONSUL),
  queryIntervalMs: durationMs("query_interval", 300_000, CONSUL),
  query: tables("query", consulQuery, CONSUL),
};

const httpServiceDiscovery = {
  enabled: boolean("enabled", false, HTTP),
  url: string("url", "", HTTP),
  queryIntervalMs: durationMs("query_interval", 300_000, HTTP),
};

export const discoveryOptions = {
  kubernetesServices: strings("kubernetes_services", [], KUBERNETES),
  kubeConfig: string("kube_config", "", KUBERNETES),
  monitorPods: boolean("monitor_kubernetes_pods", false, KUBERNETES),
  monitorPodsMethod: string("monitor_kubernetes_pods_method", "annotations", KUBERNETES),
  monitorPodsScheme: string("monitor_kubernetes_pods_scheme", "http", KUBERNETES),
  monitorPodsPath: string("monitor_kubernetes_pods_path", "/metrics", KUBERNETES),
  monitorPodsPort: integer("monitor_kubernetes_pods_port", 9102, KUBERNETES),
  monitorPodsNamespace: string("monitor_kubernetes_pods_namespace", "", KUBERNETES),
  podNamespaceLabelName: string("pod_namespace_label_name", "namespace", KUBERNETES),
  podScrapeScope: string("pod_scrape_scope", "cluster", KUBERNETES),
  nodeIp: string("node_ip", "", KUBERNETES),
  podScrapeInterval: integer("pod_scrape_interval", 60, KUBERNETES),
  cacheRefreshInterval: integer("cache_refresh_interval", 60, KUBERNETES),
  labelSelector: string("kubernetes_label_selector", "", KUBERNETES),
  fieldSelector: string("kubernetes_field_selector", "", KUBERNETES),
  namespaceAnnotationPass: stringsMap("namespace_annotation_pass", KUBERNETES),
  namespaceAnnotationDrop: stringsMap("namespace_annotation_drop", KUBERNETES),
  podAnnotationInclude: strings("pod_annotation_include", [], KUBERNETES),
  podAnnotationExclude: strings("pod_annotation_exclude", [], KUBERNETES),
  podLabelInclude: strings("pod_label_include", [], KUBERNETES),
  podLabelExclude: strings("pod_label_exclude", [], KUBERNETES),
  consul: table("consul", consul, CONSUL),
  httpServiceDiscovery: table("http_service_discovery", httpServiceDiscovery, HTTP),
};

const REMEDY: Readonly<Record<string, string>> = {
  [KUBERNETES]: `remove it; list the pages in urls, or annotate the pods with prometheus.io/scrape: "true"`,
  [CONSUL]: "remove it, or set enabled = false; list the pages in urls",
  [HTTP]: "remove it, or set enabled = false; list the pages in urls",
};

/** What says no more than the default is not refused: sample configs spell defaults out. */
export function discoveryProblems(options: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  const declared: Readonly<Record<string, Option<unknown>>> = discoveryOptions;
  return Object.entries(declared)
    .filter(([property, { fallback }]) => isUsed(options[property], fallback))
    .map(([, { key, doc }]) => ({
      key,
      message: `${key} is not supported by this version`,
      remedy: REMEDY[doc] ?? "remove it",
    }));
}

function isUsed(value: unknown, fallback: unknown): boolean {
  if (value === fallback || value === undefined || value === "" || value === 0 || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (typeof value === "object" && value !== null && "enabled" in value) return value.enabled === true;
  return true;
}
