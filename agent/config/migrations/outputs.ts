// Old keys of single outputs. Source: telegraf migrations/outputs_*.

import type { Migration } from "./migration.ts";
import type { TableDraft } from "./table-draft.ts";

type Row = readonly [plugin: string, keys: readonly string[], apply: (draft: TableDraft) => void];

const rows: readonly Row[] = [
  ["influxdb", ["url"], (draft) => draft.mergeList("url", "urls")],
  ["influxdb", ["precision"], (draft) => draft.ignore("precision")],
  ["wavefront", ["host", "port"], wavefrontProxy],
  ["wavefront", ["string_to_number"], (draft) => draft.ignore("string_to_number")],
  ["kafka", ["ca"], (draft) => draft.rename("ca", "tls_ca")],
  ["kafka", ["certificate"], (draft) => draft.rename("certificate", "tls_cert")],
  ["kafka", ["key"], (draft) => draft.rename("key", "tls_key")],
];

export const outputMigrations: readonly Migration[] = rows.map(([plugin, keys, apply]) => ({
  kind: "outputs",
  plugin,
  keys,
  apply,
}));

/** host and port of the proxy became one url. Upstream's own migration writes no usable url for a host without a port. */
function wavefrontProxy(draft: TableDraft): void {
  const host = draft.take("host", "url");
  const port = draft.take("port", "url");
  if (host?.value.type !== "string" || host.value.value === "") return;
  const number = port?.value.type === "integer" ? port.value.value : 2878n;
  const value = { type: "string", value: `http://${host.value.value}:${number}`, at: host.value.at } as const;
  draft.settle("url", { keyAt: host.keyAt, value }, "host");
}
