// Which configs to read when the command line names none. Source: telegraf config/config.go, GetDefaultConfigPath.

import { join } from "node:path";
import type { Environment } from "./variables.ts";

export interface DefaultConfigs {
  readonly configs: readonly string[];
  readonly directories: readonly string[];
}

const ETC_FILE = "/etc/telegraf/telegraf.conf";
const ETC_DIRECTORY = "/etc/telegraf/telegraf.d";

/** undefined: there is none. TELEGRAF_CONFIG_PATH is taken at its word, so that a wrong one is noticed. */
export function discoverConfigs(env: Environment, exists: (path: string) => boolean): DefaultConfigs | undefined {
  const named = env["TELEGRAF_CONFIG_PATH"];
  if (named !== undefined && named !== "") return { configs: [named], directories: [] };
  const home = env["HOME"];
  const own = home === undefined || home === "" ? undefined : join(home, ".telegraf", "telegraf.conf");
  if (own !== undefined && exists(own)) return { configs: [own], directories: [] };
  const configs = exists(ETC_FILE) ? [ETC_FILE] : [];
  const directories = exists(ETC_DIRECTORY) ? [ETC_DIRECTORY] : [];
  return configs.length + directories.length > 0 ? { configs, directories } : undefined;
}
