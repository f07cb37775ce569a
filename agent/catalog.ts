// The only list of plugins. A plugin is imported when a config names it: the agent holds in memory what it uses.

import type { Catalog, PluginKind } from "./config/config.ts";
import type { AnyDescription } from "./core/plugin.ts";

const plugins = {
  inputs: {
    prometheus: async () => (await import("./inputs/prometheus/index.ts")).prometheus,
    socket_listener: async () => (await import("./inputs/socket_listener/index.ts")).socketListener,
    statsd: async () => (await import("./inputs/statsd/index.ts")).statsd,
  },
  processors: {},
  aggregators: {},
  outputs: {
    discard: async () => (await import("./outputs/discard/index.ts")).discard,
    file: async () => (await import("./outputs/file/index.ts")).file,
    influxdb: async () => (await import("./outputs/influxdb/index.ts")).influxdb,
    wavefront: async () => (await import("./outputs/wavefront/index.ts")).wavefront,
  },
} satisfies Record<PluginKind, Record<string, () => Promise<AnyDescription>>>;

export const catalog: Catalog<AnyDescription> = {
  async load(kind, name) {
    const ofKind: Readonly<Record<string, () => Promise<AnyDescription>>> = plugins[kind];
    return Object.hasOwn(ofKind, name) ? ofKind[name]?.() : undefined;
  },
  names(kind) {
    return Object.keys(plugins[kind]);
  },
};
