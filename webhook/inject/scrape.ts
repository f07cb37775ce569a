// `prometheus.io/scrape` and its companions, as the world annotates pods: which page the agent reads from inside the pod.

import { SCRAPE_PREFIX } from "./contract.ts";
import { at, listOf, stringOf, stringsOf, type JsonObject } from "./json.ts";
import type { Notes } from "./notes.ts";
import { quote } from "./warning-text.ts";

/** What Prometheus' own examples and Telegraf's monitor_kubernetes_pods take when nothing is said. */
const DEFAULT_PORT = "9102";

/** undefined when the pod does not ask for it. */
export function scrapeUrl(pod: JsonObject, notes: Notes): string | undefined {
  const annotations = stringsOf(at(pod, "metadata", "annotations"));
  const get = (name: string): string => (annotations[SCRAPE_PREFIX + name] ?? "").trim();
  if (get("scrape").toLowerCase() !== "true") return undefined;
  const scheme = get("scheme").toLowerCase() || "http";
  const port = get("port") || firstPort(pod) || DEFAULT_PORT;
  const path = get("path") || "/metrics";
  const url = `${scheme}://localhost:${port}${path.startsWith("/") ? "" : "/"}${path}`;
  const bad = badPart(scheme, port, path);
  if (bad === undefined && URL.canParse(url)) return url;
  notes.warn(
    `prometheus.io: ${bad ?? quote(path)} cannot be read`,
    "the page is not scraped; correct scheme, port, path",
  );
  return undefined;
}

function badPart(scheme: string, port: string, path: string): string | undefined {
  if (scheme !== "http" && scheme !== "https") return quote(scheme);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return quote(port);
  return /[\s"\\$]/.test(path) ? quote(path) : undefined;
}

function firstPort(pod: JsonObject): string | undefined {
  for (const container of listOf(at(pod, "spec", "containers"))) {
    for (const port of listOf(at(container, "ports"))) {
      const number = at(port, "containerPort");
      if (typeof number === "number" && (stringOf(at(port, "protocol")) || "TCP") === "TCP") return String(number);
    }
  }
  return undefined;
}
