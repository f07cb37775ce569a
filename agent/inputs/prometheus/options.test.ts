// What is refused at load, and how the message helps.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { problemsOf } from "./test-pages.ts";

for (const [toml, expected] of [
  [`urls = ["localhost:9100/metrics"]`, /urls: unsupported scheme "localhost" in "localhost:9100\/metrics"; write/],
  [`urls = ["//u:secret@host"]`, /urls: "\/\/host" is not a URL; write for instance "http:/],
  [`urls = ["ftp://u:secret@host/x"]`, /unsupported scheme "ftp" in "ftp:\/\/host\/x"/],
  [`urls = ["unix://"]`, /names no socket|is not a URL/],
  ["metric_version = 3", /metric_version = 3 does not exist; use 1 or 2/],
  [`content_type_override = "protobuf-text"`, /"protobuf-text" is not supported by this version; remove it, or/],
  [`content_type_override = "xml"`, /"xml" is not a value of content_type_override/],
  [`http_headers = { "x y" = "secret" }`, /http_headers: "x y" is not a header that HTTP allows/],
  [`http_headers = { x = "secret\\nline" }`, /http_headers: "x" is not a header that HTTP allows/],
  [`tls_cert = "/x"`, /tls_cert is set without tls_key/],
  [
    `kubernetes_services = ["http://a"]`,
    /kubernetes_services is not supported by this version; remove it; list the pages/,
  ],
  [`kube_config = "/x"`, /kube_config is not supported/],
  [
    "monitor_kubernetes_pods = true",
    /monitor_kubernetes_pods is not supported by this version; .*prometheus.io\/scrape/,
  ],
  [`monitor_kubernetes_pods_method = "settings"`, /monitor_kubernetes_pods_method is not supported/],
  [`monitor_kubernetes_pods_scheme = "https"`, /monitor_kubernetes_pods_scheme is not supported/],
  [`monitor_kubernetes_pods_path = "/x"`, /monitor_kubernetes_pods_path is not supported/],
  ["monitor_kubernetes_pods_port = 80", /monitor_kubernetes_pods_port is not supported/],
  [`monitor_kubernetes_pods_namespace = "x"`, /monitor_kubernetes_pods_namespace is not supported/],
  [`pod_scrape_scope = "node"`, /pod_scrape_scope is not supported/],
  [`node_ip = "10.0.0.1"`, /node_ip is not supported/],
  ["pod_scrape_interval = 5", /pod_scrape_interval is not supported/],
  ["cache_refresh_interval = 5", /cache_refresh_interval is not supported/],
  [`kubernetes_label_selector = "a=b"`, /kubernetes_label_selector is not supported/],
  [`kubernetes_field_selector = "a=b"`, /kubernetes_field_selector is not supported/],
  [`pod_namespace_label_name = "x"`, /pod_namespace_label_name is not supported/],
  [`pod_annotation_include = ["x"]`, /pod_annotation_include is not supported/],
  [`pod_annotation_exclude = ["x"]`, /pod_annotation_exclude is not supported/],
  [`pod_label_include = ["x"]`, /pod_label_include is not supported/],
  [`pod_label_exclude = ["x"]`, /pod_label_exclude is not supported/],
  [`[namespace_annotation_pass]\na = ["b"]`, /namespace_annotation_pass is not supported/],
  [`[namespace_annotation_drop]\na = ["b"]`, /namespace_annotation_drop is not supported/],
  [`[consul]\nenabled = true`, /consul is not supported by this version; remove it, or set enabled = false/],
  [
    `[http_service_discovery]\nenabled = true`,
    /http_service_discovery is not supported by this version; remove it, or/,
  ],
] as const) {
  test(`refused: ${toml.replaceAll("\n", " ")}`, () => {
    const problems = problemsOf(toml);
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", expected);
    assert.doesNotMatch(problems[0] ?? "", /secret/);
  });
}

test("defaults that are spelled out are no use of a feature", () => {
  const toml = `urls = ["http://localhost/metrics"]
metric_version = 0
monitor_kubernetes_pods = false
monitor_kubernetes_pods_method = "annotations"
pod_scrape_scope = "cluster"
pod_scrape_interval = 60
cache_refresh_interval = 60
kubernetes_services = []
node_ip = ""
pod_namespace_label_name = "namespace"
[consul]
enabled = false
agent = "http://localhost:8500"
query_interval = "5m"
[[consul.query]]
name = "a service name"
tag = "a service tag"
url = 'http://{{.ServiceAddress}}/metrics'
[consul.query.tags]
host = "{{.Node}}"
[http_service_discovery]
enabled = false
url = ""
`;
  assert.deepEqual(problemsOf(toml), []);
});

test("every option of sample.conf exists", () => {
  const sample = readFileSync(join(import.meta.dirname, "sample.conf"), "utf8");
  const lines = sample.split("\n").map((line) => line.trim().replace(/^# (?=\w+ = )/, ""));
  const options = lines.filter((line) => /^\w+ = /.test(line));
  assert.ok(options.length > 20);
  assert.deepEqual(problemsOf(options.join("\n")), []);
});
