// The small readers, as tables of one-line cases.

import assert from "node:assert/strict";
import { test } from "node:test";
import { envSource } from "./env-source.ts";
import { portOf } from "./listeners.ts";
import { patchFor } from "./patch.ts";
import { parseQuantity } from "./quantity.ts";
import { scrapeUrl } from "./scrape.ts";
import { Notes } from "./notes.ts";
import { clip, limitWarnings, warningLines } from "./warning-text.ts";
import { isDataKey, isQualifiedName, isSecretName } from "./object-name.ts";
import type { EnvKind } from "./asked.ts";

const QUANTITIES: readonly (readonly [text: string, amount: number | undefined])[] = [
  ["0", 0],
  ["1", 1],
  ["+1", 1],
  ["100m", 0.1],
  ["1.5", 1.5],
  [".5", 0.5],
  ["2.", 2],
  ["50Mi", 50 * 2 ** 20],
  ["1e3", 1000],
  ["1E3", 1000],
  ["1E", 1e18],
  ["-1", undefined],
  ["", undefined],
  ["50MiB", undefined],
  ["50 Mi", undefined],
  ["1K", undefined],
  ["1mi", undefined],
  ["lots", undefined],
  ["1e999", undefined],
  ["9".repeat(30), undefined],
];

for (const [text, amount] of QUANTITIES) {
  test(`quantity ${JSON.stringify(text)}`, () => assert.equal(parseQuantity(text), amount));
}

const PORTS: readonly (readonly [name: string, table: Record<string, string>, port: string | undefined])[] = [
  ["statsd", { service_address: "localhost:8125" }, "statsd 8125/UDP"],
  ["statsd", { service_address: ":9125", protocol: "tcp" }, "statsd 9125/TCP"],
  ["statsd", { service_address: "[::1]:8125", protocol: "udp6" }, "statsd 8125/UDP"],
  ["statsd", {}, undefined],
  ["statsd", { service_address: ":$PORT" }, undefined],
  ["statsd", { service_address: ":99999" }, undefined],
  ["statsd", { service_address: ":0" }, undefined],
  ["socket_listener", { service_address: "udp://:8092" }, "line-udp 8092/UDP"],
  ["socket_listener", { service_address: "tcp4://127.0.0.1:8094" }, "line-tcp 8094/TCP"],
  ["socket_listener", { service_address: "unix:///run/a.sock" }, undefined],
  ["socket_listener", { service_address: "unixgram:///run/a:1" }, undefined],
  ["udp_listener", { service_address: "localhost:8092" }, "line-udp 8092/UDP"],
  ["tcp_listener", { service_address: ":8094" }, "line-tcp 8094/TCP"],
  ["influxdb_listener", { service_address: "localhost:8086" }, "influxdb 8086/TCP"],
  ["mem", { service_address: ":80" }, undefined],
];

for (const [name, table, expected] of PORTS) {
  test(`port of ${name} ${JSON.stringify(table)}`, () => {
    const port = portOf({ kind: "inputs", name, table });
    assert.equal(port && `${port.name} ${port.containerPort}/${port.protocol}`, expected);
  });
}

const SOURCES: readonly (readonly [kind: EnvKind, text: string, good: boolean])[] = [
  ["env", "", true],
  ["env", "a\0b", false],
  ["env-field", "metadata.labels['app.kubernetes.io/name']", true],
  ["env-field", "metadata.annotations['a']", true],
  ["env-field", "metadata.labels['a b']", false],
  ["env-field", "metadata.labels", false],
  ["env-field", "status.podIPs", true],
  ["env-field", "limits.cpu", false],
  ["env-secret", "a/b", true],
  ["env-secret", "a/b/c", false],
  ["env-secret", "a/", false],
  ["env-secret", "A/b", false],
  ["env-secret", "a/..", false],
  ["env-configmap", "a.b/c_d", true],
];

for (const [kind, text, good] of SOURCES) {
  test(`${kind} ${JSON.stringify(text)} is ${good ? "" : "not "}understood`, () => {
    assert.equal(typeof envSource(kind, text) !== "string", good);
  });
}

test("names of objects", () => {
  assert.ok(isSecretName("a-b.c") && !isSecretName("a_b") && !isSecretName("-a") && !isSecretName("a".repeat(254)));
  assert.ok(isDataKey("a_b.C-1") && !isDataKey("..") && !isDataKey("a/b") && !isDataKey(""));
  assert.ok(isQualifiedName("a.b/c") && !isQualifiedName("/c") && !isQualifiedName("a/") && !isQualifiedName("a/b/c"));
});

const PAGES: readonly (readonly [annotations: Record<string, unknown>, url: string | undefined])[] = [
  [{}, undefined],
  [{ scrape: "false", port: "80" }, undefined],
  [{ scrape: true }, undefined],
  [{ scrape: "true" }, "http://localhost:9102/metrics"],
  [{ scrape: "TRUE", port: "8080", path: "/stats" }, "http://localhost:8080/stats"],
  [{ scrape: "true", port: "8080", path: "stats?a=b", scheme: "HTTPS" }, "https://localhost:8080/stats?a=b"],
  [{ scrape: "true", port: "0" }, undefined],
  [{ scrape: "true", port: "70000" }, undefined],
  [{ scrape: "true", port: "80@evil" }, undefined],
  [{ scrape: "true", scheme: "file" }, undefined],
  [{ scrape: "true", path: "/a\nb" }, undefined],
  [{ scrape: "true", path: "/$HOME" }, undefined],
];

for (const [given, url] of PAGES) {
  test(`prometheus.io ${JSON.stringify(given)}`, () => {
    const annotations = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [`prometheus.io/${key}`, value]),
    );
    assert.equal(scrapeUrl({ metadata: { annotations } }, new Notes()), url);
  });
}

test("warnings are split rather than cut, and cut rather than broken", () => {
  assert.deepEqual(warningLines("a", "b"), ["pilotfish: a; b"]);
  assert.equal(warningLines("a".repeat(80), "b".repeat(80)).length, 2);
  const [long] = warningLines("ä".repeat(500), "");
  assert.equal(long?.length, 120);
  assert.equal(clip("a\r\nb\tc\u2028d", 40), "a b c d");
  assert.ok(clip("😀".repeat(40), 10).isWellFormed());
  const lines = Array.from({ length: 60 }, (_, index) => `${index} ${"x".repeat(110)}`);
  const kept = limitWarnings(lines);
  assert.ok(Buffer.byteLength(kept.join("")) <= 4096);
  assert.match(kept.at(-1) ?? "", /and \d+ more warnings/);
});

const SEAT = { native: true, container: { name: "c" }, volume: { name: "v" }, annotations: { "a/b~c": "x" } };

const PATCHES: readonly (readonly [name: string, pod: Record<string, unknown>, native: boolean, paths: string[]])[] = [
  [
    "an empty pod",
    { spec: { containers: [] } },
    true,
    [
      "add /metadata",
      "add /metadata/annotations",
      "add /metadata/annotations/a~1b~0c",
      "add /spec/volumes",
      "add /spec/initContainers",
    ],
  ],
  [
    "lists that are there",
    { metadata: { annotations: {} }, spec: { containers: [], volumes: [], initContainers: [] } },
    true,
    ["add /metadata/annotations/a~1b~0c", "add /spec/volumes/-", "add /spec/initContainers/-"],
  ],
  [
    "an init container",
    { metadata: { annotations: {} }, spec: { containers: [], volumes: [], initContainers: [{ name: "i" }] } },
    true,
    [
      "add /metadata/annotations/a~1b~0c",
      "add /spec/volumes/-",
      "test /spec/initContainers/0/name",
      "add /spec/initContainers/0",
    ],
  ],
  [
    "an init container without a name",
    { metadata: { annotations: {} }, spec: { containers: [], volumes: null, initContainers: [7] } },
    true,
    [
      "add /metadata/annotations/a~1b~0c",
      "add /spec/volumes",
      "test /spec/initContainers/0",
      "add /spec/initContainers/0",
    ],
  ],
  [
    "classic",
    { metadata: { annotations: null }, spec: { containers: [{}] } },
    false,
    ["add /metadata/annotations", "add /metadata/annotations/a~1b~0c", "add /spec/volumes", "add /spec/containers/-"],
  ],
];

for (const [name, pod, native, paths] of PATCHES) {
  test(`patch of ${name}`, () => {
    assert.deepEqual(
      patchFor(pod, { ...SEAT, native }).map(({ op, path }) => `${op} ${path}`),
      paths,
    );
  });
}
