// Every row of the tables of migrations, through loadConfig: the old text, what it means today, and its warning.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { loadConfig } from "../load.ts";
import { testCatalog } from "../test-catalog.ts";
import { parseToml } from "../toml/parse.ts";
import { toData } from "../toml/to-data.ts";
import type { TomlData, TomlTable } from "../toml/value.ts";
import { migrateAgentTable, migratePluginTable, migrations, successorOf } from "./migrate.ts";
import { pluginMigrations } from "./plugin-names.ts";
import { TableDraft, type MigrationReport } from "./table-draft.ts";

type Data = { [key: string]: TomlData };

/** Reads `text` as the table of a plugin (`kind.name`) or `agent`. */
function migrated(where: string, text: string): { data: Data; problems: string[] } {
  const problems: string[] = [];
  const report: MigrationReport = (severity, at, message) => problems.push(`${severity} ${at.line} ${message}`);
  const { root } = parseToml(text);
  const table = where === "agent" ? migrateAgentTable(root, report) : plugin(where, root, report);
  return { data: toData(table), problems };
}

function plugin(where: string, root: TomlTable, report: MigrationReport): TomlTable {
  const [kind, name] = where.split(".") as ["inputs", string];
  const successor = successorOf(kind, name);
  const draft = new TableDraft(root, report);
  successor?.apply?.(draft);
  return migratePluginTable(draft.table, { kind, name: successor?.to ?? name, declares: () => false }, report);
}

const readAs = (from: string, to: string, line = 1) => `warning ${line} "${from}" is deprecated, read as ${to}`;
const ignored = (key: string, line = 1) => `warning ${line} "${key}" is deprecated, ignored`;

const rows: [where: string, text: string, data: Data, problems: string[]][] = [
  ["inputs.any", 'pass = ["a"]', { fieldinclude: ["a"] }, [readAs("pass", "fieldinclude")]],
  ["outputs.any", 'fieldpass = ["a", "b"]\nfieldinclude = ["b"]', { fieldinclude: ["b", "a"] }, [readAs("fieldpass", "fieldinclude")]],
  ["processors.any", 'drop = ["a"]', { fieldexclude: ["a"] }, [readAs("drop", "fieldexclude")]],
  ["aggregators.any", 'fielddrop = ["a"]', { fieldexclude: ["a"] }, [readAs("fielddrop", "fieldexclude")]],
  ["inputs.any", 'ssl_ca = "a"\nssl_cert = "b"\nssl_key = "c"', { tls_ca: "a", tls_cert: "b", tls_key: "c" }, [
    readAs("ssl_ca", "tls_ca"),
    readAs("ssl_cert", "tls_cert", 2),
    readAs("ssl_key", "tls_key", 3),
  ]],
  ["outputs.any", 'tls_ca = "a"\nssl_ca = "a"', { tls_ca: "a" }, [readAs("ssl_ca", "tls_ca", 2)]],
  ["outputs.any", 'tls_ca = "a"\nssl_ca = "b"', { tls_ca: "a" }, [
    readAs("ssl_ca", "tls_ca", 2),
    'error 2 "ssl_ca" contradicts "tls_ca" in line 1',
  ]],
  ["agent", 'logtarget = "stderr"\nlogfile = "x"', {}, [readAs("logtarget", 'logfile = ""')]],
  ["agent", 'logtarget = "file"\nlogfile = "x"', { logfile: "x" }, [readAs("logtarget", "logfile")]],
  ["agent", 'logtarget = "eventlog"', { logformat: "eventlog" }, [readAs("logtarget", 'logformat = "eventlog"')]],
  ["agent", 'logtarget = "eventlog"\nlogformat = "text"', { logformat: "text" }, [
    readAs("logtarget", 'logformat = "eventlog"'),
    'error 1 "logtarget" contradicts "logformat" in line 2',
  ]],
  ["agent", 'logtarget = "moon"', { logtarget: "moon" }, ["error 1 logtarget has an unknown value"]],
  ["inputs.statsd", "udp_packet_size = 1500", {}, [ignored("udp_packet_size")]],
  ["inputs.statsd", "parse_data_dog_tags = true", { datadog_extensions: true }, [readAs("parse_data_dog_tags", "datadog_extensions")]],
  ["inputs.statsd", "parse_data_dog_tags = false", {}, [readAs("parse_data_dog_tags", "datadog_extensions")]],
  ["inputs.statsd", "datadog_extensions = false\nparse_data_dog_tags = true", { datadog_extensions: false }, [
    readAs("parse_data_dog_tags", "datadog_extensions", 2),
    'error 2 "parse_data_dog_tags" contradicts "datadog_extensions" in line 1',
  ]],
  ["inputs.disk", 'mount_points = ["/"]\nmountpoints = ["/", "/x"]', { mount_points: ["/", "/x"] }, [readAs("mountpoints", "mount_points", 2)]],
  ["inputs.docker", 'container_names = ["a"]', { container_name_include: ["a"] }, [readAs("container_names", "container_name_include")]],
  ["inputs.docker", "perdevice = true", { perdevice_include: ["cpu", "network", "blkio"] }, [readAs("perdevice", "perdevice_include")]],
  ["inputs.docker", "perdevice = false", { perdevice_include: ["cpu"] }, [readAs("perdevice", "perdevice_include")]],
  ["inputs.docker", 'perdevice_include = ["blkio"]\nperdevice = true', { perdevice_include: ["blkio", "network"] }, [readAs("perdevice", "perdevice_include", 2)]],
  ["inputs.docker", 'perdevice_include = ["blkio"]\nperdevice = false', { perdevice_include: ["blkio"] }, [
    readAs("perdevice", "perdevice_include", 2),
    'error 2 "perdevice" contradicts "perdevice_include"',
  ]],
  ["inputs.docker", "total = false", { total_include: ["cpu"] }, [readAs("total", "total_include")]],
  ["inputs.docker", 'total = true\ntotal_include = ["network"]', { total_include: ["network"] }, [readAs("total", "total_include")]],
  ["inputs.io", 'devices = ["sda"]', { devices: ["sda"] }, []],
  ["inputs.http_listener", 'service_address = ":8086"\nmax_line_size = 1', { service_address: ":8086" }, [ignored("max_line_size", 2)]],
  ["inputs.influxdb_listener", 'max_line_size = "64KiB"', {}, [ignored("max_line_size")]],
  ["inputs.http_listener_v2", 'path = "/a"\npaths = ["/b"]', { paths: ["/b", "/a"] }, [readAs("path", "paths")]],
  ["inputs.http_listener_v2", "port = 80", { service_address: "tcp://:80" }, [readAs("port", "service_address")]],
  ["inputs.http_listener_v2", 'service_address = "127.0.0.1"\nport = 80', { service_address: "127.0.0.1:80" }, [readAs("port", "service_address", 2)]],
  ["inputs.http_listener_v2", 'service_address = ":80"\nport = 80', { service_address: ":80" }, [readAs("port", "service_address", 2)]],
  ["inputs.http_listener_v2", 'service_address = ":81"\nport = 80', { service_address: ":81" }, [
    readAs("port", "service_address", 2),
    'error 2 "port" contradicts "service_address"',
  ]],
  ["inputs.tcp_listener", 'service_address = ":8094"\nmax_tcp_connections = 5\nallowed_pending_messages = 1', { service_address: "tcp://:8094", max_connections: 5n }, [
    readAs("max_tcp_connections", "max_connections", 2),
    ignored("allowed_pending_messages", 3),
  ]],
  ["inputs.tcp_listener", "", { service_address: "tcp://:8094" }, []],
  ["inputs.udp_listener", 'service_address = "udp4://:1"\nudp_buffer_size = 9\nudp_packet_size = 1\nallowed_pending_messages = 1', { service_address: "udp4://:1", read_buffer_size: 9n }, [
    readAs("udp_buffer_size", "read_buffer_size", 2),
    ignored("udp_packet_size", 3),
    ignored("allowed_pending_messages", 4),
  ]],
  ["inputs.udp_listener", "", { service_address: "udp://:8092" }, []],
  ["inputs.net", "ignore_protocol_stats = true", {}, [ignored("ignore_protocol_stats")]],
  ["inputs.mock", 'step = [{ name = "a", min = 1.0, max = 2.0 }]', { step: [{ name: "a", start: 1, step: 2 }] }, [readAs("min", "start"), readAs("max", "step")]],
  ["outputs.influxdb", 'urls = ["http://a"]\nurl = "http://b"', { urls: ["http://a", "http://b"] }, [readAs("url", "urls", 2)]],
  ["outputs.influxdb", 'precision = "s"', {}, [ignored("precision")]],
  ["outputs.wavefront", 'host = "h"\nport = 1234', { url: "http://h:1234" }, [readAs("host", "url"), readAs("port", "url", 2)]],
  ["outputs.wavefront", 'host = "h"', { url: "http://h:2878" }, [readAs("host", "url")]],
  ["outputs.wavefront", 'url = "http://h:2878"\nhost = "h"', { url: "http://h:2878" }, [readAs("host", "url", 2)]],
  ["outputs.wavefront", 'url = "http://i"\nhost = "h"', { url: "http://i" }, [readAs("host", "url", 2), 'error 2 "host" contradicts "url" in line 1']],
  ["outputs.wavefront", 'url = "http://i"\nport = 1', { url: "http://i" }, [readAs("port", "url", 2)]],
  ["outputs.wavefront", "string_to_number = true", {}, [ignored("string_to_number")]],
  ["outputs.kafka", 'ca = "a"\ncertificate = "b"\nkey = "c"', { tls_ca: "a", tls_cert: "b", tls_key: "c" }, [
    readAs("ca", "tls_ca"),
    readAs("certificate", "tls_cert", 2),
    readAs("key", "tls_key", 3),
  ]],
]; // prettier-ignore

function hasCase(kind: string, name: string | undefined, key: string): boolean {
  return rows.some(([where, text]) => {
    const [k = "", n = ""] = where.split(".");
    const isThis = (kind === "plugins" ? k !== "agent" : k === kind) && (name === undefined || name === n);
    return isThis && new RegExp(`(^|\\n)${key} =`).test(text);
  });
}

suite("old keys", () => {
  for (const [where, text, data, problems] of rows)
    test(`${where}: ${text.replaceAll("\n", ", ")}`, () => assert.deepEqual(migrated(where, text), { data, problems }));

  test("every row of the tables has a case", () => {
    for (const { kind, plugin, keys } of migrations)
      for (const key of keys) assert.ok(hasCase(kind, plugin, key), `${kind}.${plugin ?? "*"} ${key}`);
    for (const { from } of pluginMigrations)
      assert.ok(
        rows.some(([where]) => where === `inputs.${from}`),
        from,
      );
  });
});

async function load(text: string) {
  const { config, problems } = await loadConfig([{ name: "t", text }], { catalog: testCatalog, env: {} });
  return { config, problems: problems.map((p) => `${p.severity} ${p.line} [${p.where}] ${p.message}`) };
}

suite("old layouts", () => {
  test("[tags] are global tags", async () => {
    const { config, problems } = await load('[tags]\na = "1"\n[global_tags]\nb = "2"');
    assert.deepEqual(config?.globalTags, new Map([["a", "1"], ["b", "2"]])); // prettier-ignore
    assert.deepEqual(problems, ["warning 1 [] [tags] is deprecated, read as [global_tags]"]);
  });

  test("[plugins.x], [inputs.x] and [x] are inputs", async () => {
    const { config, problems } = await load("[plugins.mem]\n[inputs.swap]\n[cpu]\npercpu = false\n[[disk]]\n[[disk]]");
    assert.deepEqual(
      config?.inputs.map(({ plugin }) => plugin.name),
      ["mem", "swap", "cpu", "disk", "disk"],
    );
    assert.deepEqual(problems, [
      "warning 1 [inputs.mem] the layout [plugins.mem] is deprecated, read as [[inputs.mem]]",
      "warning 3 [inputs.cpu] the layout [cpu] is deprecated, read as [[inputs.cpu]]",
      "warning 5 [inputs.disk] the layout [disk] is deprecated, read as [[inputs.disk]]",
      "warning 6 [inputs.disk] the layout [disk] is deprecated, read as [[inputs.disk]]",
    ]);
  });

  test("renamed plugins", async () => {
    const { config, problems } = await load(
      "[[inputs.io]]\n[[inputs.http_listener]]\n[[inputs.tcp_listener]]\n[[inputs.udp_listener]]",
    );
    assert.deepEqual(
      config?.inputs.map(({ plugin, options }) => [plugin.name, options]),
      [
        ["diskio", {}],
        ["influxdb_listener", { serviceAddress: ":8186" }],
        ["socket_listener", { serviceAddress: "tcp://:8094", maxConnections: 0, readBufferSize: 0 }],
        ["socket_listener", { serviceAddress: "udp://:8092", maxConnections: 0, readBufferSize: 0 }],
      ],
    );
    assert.deepEqual(
      problems[0],
      'warning 1 [inputs.diskio] the plugin "inputs.io" is deprecated, read as inputs.diskio',
    );
  });

  test("a successor that is not in the catalog: the old name is what is reported", async () => {
    const catalog = { names: () => [], load: () => Promise.resolve(undefined) };
    const text = "[[inputs.udp_listener]]\nudp_packet_size = 1";
    const { problems } = await loadConfig([{ name: "t", text }], { catalog, env: {} });
    assert.deepEqual(
      problems.map(({ message, remedy }) => [message, remedy]),
      [
        [
          "undefined but requested input: udp_listener",
          "remove it; its successor socket_listener is not part of this agent either",
        ],
      ],
    );
  });

  test("a plugin that still has its old name keeps it", async () => {
    const old = { kind: "inputs", name: "udp_listener", options: {} } as const;
    const load = (_kind: string, name: string) => Promise.resolve(name === old.name ? old : undefined);
    const catalog = { load, names: () => ["socket_listener", "udp_listener"] };
    const { config, problems } = await loadConfig([{ name: "t", text: "[[inputs.udp_listener]]" }], {
      catalog,
      env: {},
    });
    assert.deepEqual(problems, []);
    assert.equal(config?.inputs[0]?.plugin.name, "udp_listener");
  });

  test("a plugin that declares an old key itself keeps it", async () => {
    const { config, problems } = await load("[[inputs.net]]\nignore_protocol_stats = true");
    assert.deepEqual(problems, []);
    assert.partialDeepStrictEqual(config?.inputs[0]?.options, { ignoreProtocolStats: true });
  });
});
