// A catalog for the tests of the webhook: fixed, so that goldens do not change when the agent learns a plugin.

import { testCatalog as base } from "../../agent/config/test-catalog.ts";
import type { Catalog, PluginKind, PluginSchema } from "../../agent/config/config.ts";
import { required, string, strings } from "../../agent/config/options.ts";

const more: readonly PluginSchema[] = [
  {
    kind: "inputs",
    name: "socket_listener",
    options: {
      serviceAddress: required(string("service_address", undefined, "Where to listen.")),
      dataFormat: string("data_format", "influx", "Format."),
    },
  },
  { kind: "inputs", name: "tail", options: { files: strings("files", [], "Which.") } },
];

const own = (kind: PluginKind): readonly PluginSchema[] => more.filter((plugin) => plugin.kind === kind);

/** Without the plugins named, for what happens when the agent lacks one. */
export function catalogWithout(...missing: readonly string[]): Catalog {
  return {
    load: async (kind, name) =>
      missing.includes(name) ? undefined : (own(kind).find((plugin) => plugin.name === name) ?? base.load(kind, name)),
    names: (kind) =>
      [...new Set([...own(kind).map(({ name }) => name), ...base.names(kind)])].filter(
        (name) => !missing.includes(name),
      ),
  };
}

export const testCatalog: Catalog = catalogWithout();
