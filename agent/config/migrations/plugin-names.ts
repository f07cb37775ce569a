// Plugins that were renamed. Source: telegraf migrations/ (inputs_io, inputs_httplistener, inputs_tcp_listener, …).

import type { PluginMigration } from "./migration.ts";
import type { TableDraft } from "./table-draft.ts";

export const pluginMigrations: readonly PluginMigration[] = [
  { kind: "inputs", from: "io", to: "diskio" },
  { kind: "inputs", from: "http_listener", to: "influxdb_listener" },
  { kind: "inputs", from: "tcp_listener", to: "socket_listener", apply: tcpListener },
  { kind: "inputs", from: "udp_listener", to: "socket_listener", apply: udpListener },
];

function tcpListener(draft: TableDraft): void {
  listenOn(draft, "tcp", ":8094");
  draft.rename("max_tcp_connections", "max_connections");
  draft.ignore("allowed_pending_messages");
}

function udpListener(draft: TableDraft): void {
  listenOn(draft, "udp", ":8092");
  draft.rename("udp_buffer_size", "read_buffer_size");
  draft.ignore("udp_packet_size");
  draft.ignore("allowed_pending_messages");
}

/** The old plugins had no scheme in the address, and a port of their own when there was none. */
function listenOn(draft: TableDraft, scheme: string, fallback: string): void {
  const address = draft.get("service_address")?.value ?? { type: "string", value: fallback, at: draft.at };
  if (address.type !== "string" || address.value.includes("://")) return;
  draft.set("service_address", { ...address, value: `${scheme}://${address.value}` });
}
