// Old keys of single inputs. Source: telegraf migrations/inputs_*.

import type { TomlValue } from "../toml/value.ts";
import type { Migration } from "./migration.ts";
import { TableDraft } from "./table-draft.ts";

type Row = readonly [plugin: string, keys: readonly string[], apply: (draft: TableDraft) => void];

const rows: readonly Row[] = [
  ["statsd", ["udp_packet_size"], (draft) => draft.ignore("udp_packet_size")],
  ["statsd", ["parse_data_dog_tags"], dataDogTags],
  ["disk", ["mountpoints"], (draft) => draft.mergeList("mountpoints", "mount_points")],
  ["docker", ["container_names"], (draft) => draft.mergeList("container_names", "container_name_include")],
  ["docker", ["perdevice"], dockerPerDevice],
  ["docker", ["total"], dockerTotal],
  ["http_listener_v2", ["path"], (draft) => draft.mergeList("path", "paths")],
  ["http_listener_v2", ["port"], listenerPort],
  ["influxdb_listener", ["max_line_size"], (draft) => draft.ignore("max_line_size")],
  ["net", ["ignore_protocol_stats"], (draft) => draft.ignore("ignore_protocol_stats")],
  ["mock", ["step"], mockStep],
];

export const inputMigrations: readonly Migration[] = rows.map(([plugin, keys, apply]) => ({
  kind: "inputs",
  plugin,
  keys,
  apply,
}));

function dataDogTags(draft: TableDraft): void {
  const old = draft.take("parse_data_dog_tags", "datadog_extensions");
  if (old?.value.type === "boolean" && !old.value.value) return;
  if (old !== undefined) draft.settle("datadog_extensions", old, "parse_data_dog_tags");
}

function dockerPerDevice(draft: TableDraft): void {
  const old = draft.take("perdevice", "perdevice_include");
  if (old === undefined) return;
  const include = texts(draft.get("perdevice_include")?.value);
  const isOn = old.value.type === "boolean" && old.value.value;
  if (!isOn && (include.includes("network") || include.includes("blkio"))) {
    draft.refuse(old.keyAt, '"perdevice" contradicts "perdevice_include"', 'remove "perdevice"');
    return;
  }
  const devices = isOn ? [...(include.length > 0 ? include : ["cpu"]), "network", "blkio"] : ["cpu"];
  draft.set("perdevice_include", list([...new Set(devices)], old.value), old.keyAt);
}

function dockerTotal(draft: TableDraft): void {
  const old = draft.take("total", "total_include");
  if (old?.value.type === "boolean" && !old.value.value)
    draft.set("total_include", list(["cpu"], old.value), old.keyAt);
}

function listenerPort(draft: TableDraft): void {
  const old = draft.take("port", "service_address");
  if (old?.value.type !== "integer") return;
  const existing = draft.get("service_address")?.value;
  const address = existing?.type === "string" ? existing.value : "tcp://";
  const port = /:(\d+)$/.exec(address)?.[1];
  if (port !== undefined && port !== String(old.value.value))
    draft.refuse(old.keyAt, '"port" contradicts "service_address"', 'remove "port"');
  if (port !== undefined) return;
  const value = `${address.replace(/:$/, "")}:${old.value.value}`;
  draft.set("service_address", { type: "string", value, at: existing?.at ?? old.value.at }, old.keyAt);
}

/** `[[inputs.mock.step]]`: min and max were where to start and how far to step. */
function mockStep(draft: TableDraft): void {
  const steps = draft.get("step");
  if (steps?.value.type !== "array") return;
  const items = steps.value.items.map((item) => {
    if (item.type !== "table") return item;
    const inner = new TableDraft(item, (_severity, at, message, remedy) => draft.warn(at, message, remedy));
    inner.rename("min", "start");
    inner.rename("max", "step");
    return inner.table;
  });
  draft.set("step", { ...steps.value, items });
}

function texts(value: TomlValue | undefined): string[] {
  return value?.type === "array" ? value.items.flatMap((item) => (item.type === "string" ? [item.value] : [])) : [];
}

function list(items: readonly string[], { at }: TomlValue): TomlValue {
  return { type: "array", items: items.map((value) => ({ type: "string", value, at })), at };
}
