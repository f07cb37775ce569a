// What the agent runs when nobody gave it a config: it listens where an injected agent would, and prints what arrives.

import type { ConfigSource } from "./config/config.ts";

export const builtInConfig: ConfigSource = {
  name: "built-in config",
  text: `[agent]
interval = "10s"
flush_interval = "1s"
omit_hostname = true
[[inputs.statsd]]
service_address = ":8125"
datadog_extensions = true
[[inputs.socket_listener]]
service_address = "udp://:8092"
[[inputs.socket_listener]]
service_address = "tcp://:8094"
[[outputs.file]]
files = ["stdout"]
`,
};

const OWN_CONFIG = "pilotfish agent --config FILE, or in a container mount it as /etc/telegraf/telegraf.conf";

export const BUILT_IN_NOTICE =
  "No config was given: listening for StatsD on 8125/udp and for line protocol on 8092/udp and 8094/tcp, printing to " +
  `standard output (StatsD every 10 s). To run your own: ${OWN_CONFIG}`;

/** For a listener that could not open: there is no file in which an option could be changed. */
export const BUILT_IN_REMEDY = `; no config was given, so write one with other options and run it: ${OWN_CONFIG}`;
