// The inputs that listen: where they listen by default, which container ports that makes, and what happens when another
// container of the pod declares the same port (the listener is left out, the rest runs).

import { PORTS } from "./contract.ts";
import { at, listOf, stringOf, type JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import type { DataTable, PluginTable } from "./plugin-table.ts";

export type Listen = "loopback" | "pod";

export interface ContainerPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: "TCP" | "UDP";
}

/** The tables a plugin starts from, before options are set. `localhost` is every loopback family to our agent. */
export function startingTables(plugin: string, listen: Listen): readonly DataTable[] {
  const host = listen === "loopback" ? "localhost" : "";
  switch (plugin) {
    case "statsd":
      return [{ service_address: `${host}:${PORTS.statsd}` }];
    case "socket_listener":
      return [
        { service_address: `udp://${host}:${PORTS.lineUdp}`, data_format: "influx" },
        { service_address: `tcp://${host}:${PORTS.lineTcp}`, data_format: "influx" },
      ];
    case "udp_listener":
      return [{ service_address: `${host}:${PORTS.lineUdp}` }];
    case "tcp_listener":
      return [{ service_address: `${host}:${PORTS.lineTcp}` }];
    case "http_listener":
    case "influxdb_listener":
      return [{ service_address: `${host}:8086` }];
    default:
      return [{}];
  }
}

/** undefined: the table opens no port that we know of. */
export function portOf({ kind, name, table }: PluginTable): ContainerPort | undefined {
  if (kind !== "inputs") return undefined;
  const match = /^(?:([a-z]+)[46]?:\/\/)?[^/]*:(\d{1,5})$/.exec(stringOf(table["service_address"]));
  const containerPort = Number(match?.[2]);
  if (match === null || containerPort < 1 || containerPort > 65_535) return undefined;
  if (name === "statsd") {
    const protocol = stringOf(table["protocol"]).startsWith("tcp") ? "TCP" : "UDP";
    return { name: "statsd", containerPort, protocol };
  }
  if (name === "influxdb_listener" || name === "http_listener")
    return { name: "influxdb", containerPort, protocol: "TCP" };
  if (!["socket_listener", "udp_listener", "tcp_listener"].includes(name)) return undefined;
  const scheme = name === "socket_listener" ? match[1] : name.slice(0, 3);
  if (scheme === "udp") return { name: "line-udp", containerPort, protocol: "UDP" };
  return scheme === "tcp" ? { name: "line-tcp", containerPort, protocol: "TCP" } : undefined;
}

/** The tables that can listen. */
export function withoutConflicts(
  tables: readonly PluginTable[],
  pod: JsonObject,
  notes: Notes,
): readonly PluginTable[] {
  const taken = declaredPorts(pod);
  return tables.filter((table) => {
    const port = portOf(table);
    const holder = port && taken.get(`${port.containerPort}/${port.protocol}`);
    if (port === undefined || holder === undefined) return true;
    const what = `container ${holder} declares ${port.containerPort}/${port.protocol}`;
    notes.leaveOut(
      "port_conflict",
      what,
      `${table.name} leaves it alone; free the port or set ${table.name}.service_address`,
    );
    return false;
  });
}

/** Two listeners of the agent on one port: it would not start. */
export function refuseDoubles(tables: readonly PluginTable[], notes: Notes): void {
  const taken = new Map<string, string>();
  for (const table of tables) {
    const port = portOf(table);
    if (port === undefined) continue;
    const key = `${port.containerPort}/${port.protocol}`;
    const holder = taken.get(key);
    if (holder !== undefined) {
      const what = `inputs.${holder} and inputs.${table.name} both listen on ${key}`;
      notes.refuse("invalid_config", what, "move one: service_address");
    }
    taken.set(key, table.name);
  }
}

/** With names that are unique, as Kubernetes wants them. */
export function containerPorts(tables: readonly PluginTable[]): readonly ContainerPort[] {
  const ports = new Map<string, ContainerPort>();
  const names = new Set<string>();
  for (const table of tables) {
    const port = portOf(table);
    if (port === undefined || ports.has(`${port.containerPort}/${port.protocol}`)) continue;
    const name = names.has(port.name) ? `${port.name.slice(0, 9)}-${port.containerPort}` : port.name;
    names.add(name);
    ports.set(`${port.containerPort}/${port.protocol}`, { ...port, name });
  }
  return [...ports.values()];
}

/** port/protocol -> container, of all that run beside the agent. */
function declaredPorts(pod: JsonObject): ReadonlyMap<string, string> {
  const beside = listOf(at(pod, "spec", "initContainers")).filter((one) => at(one, "restartPolicy") === "Always");
  const taken = new Map<string, string>();
  for (const container of [...listOf(at(pod, "spec", "containers")), ...beside]) {
    for (const port of listOf(at(container, "ports"))) {
      const protocol = stringOf(at(port, "protocol")) || "TCP";
      taken.set(`${String(at(port, "containerPort"))}/${protocol}`, stringOf(at(container, "name")) || "unnamed");
    }
  }
  return taken;
}
