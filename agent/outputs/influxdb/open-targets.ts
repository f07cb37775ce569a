// From the options to the targets: reads the TLS files, sets the headers, one target a URL. Source: telegraf
// plugins/outputs/influxdb/influxdb.go (Connect).

import type { Options } from "../../config/options.ts";
import { loadTlsClient } from "../../core/http-client/tls-client.ts";
import { basicAuthorization } from "../../core/http-client/url-text.ts";
import type { PluginContext } from "../../core/plugin.ts";
import { PRODUCT_TOKEN } from "../../core/http-client/product-token.ts";
import { InfluxSerializer } from "../../formats/influx/serialize.ts";
import { HttpTarget } from "./http-target.ts";
import type { influxdbOptions } from "./options.ts";
import { splitLocalAddress } from "./options.ts";
import type { Target } from "./target.ts";
import { UdpTarget } from "./udp-target.ts";

export type InfluxdbOptions = Options<typeof influxdbOptions>;

const DEFAULT_URL = "http://localhost:8086";
const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_PAYLOAD_BYTES = 512;

export async function openTargets(
  options: InfluxdbOptions,
  context: PluginContext,
  countBytes: (bytes: number) => void,
): Promise<readonly Target[]> {
  const { uintSupport, omitTimestamp } = options;
  const local = splitLocalAddress(options.localAddress);
  const tls = await loadTlsClient(options);
  const { log, signal } = context;
  const httpTarget = (url: URL): Target =>
    new HttpTarget({
      client: {
        url,
        signal,
        tls,
        timeoutMs: options.timeoutMs || DEFAULT_TIMEOUT_MS,
        proxy: options.httpProxy || "system",
        ...(local !== undefined && { localAddress: local.host }),
      },
      headers: headersFor(url, options),
      consistency: options.writeConsistency,
      compress: options.contentEncoding === "gzip",
      serializer: new InfluxSerializer({ uintSupport, omitTimestamp }),
      retryClientErrors: options.retryClientErrors,
      createUnseen: !options.skipDatabaseCreation && options.databaseTag + options.retentionPolicyTag !== "",
      log,
      countBytes,
    });
  const udpTarget = (url: URL): Target => {
    const maxLineBytes = options.udpPayloadBytes || DEFAULT_PAYLOAD_BYTES;
    const serializer = new InfluxSerializer({ uintSupport, omitTimestamp, maxLineBytes });
    return new UdpTarget({ url, localAddress: local, serializer, omitTimestamp, log, countBytes });
  };
  const urls = options.urls.length === 0 ? [DEFAULT_URL] : options.urls;
  return urls
    .map((text) => new URL(text))
    .map((url) => (url.protocol.startsWith("udp") ? udpTarget(url) : httpTarget(url)));
}

/** Lower-case names, so that an entry of http_headers replaces ours instead of standing beside it. */
function headersFor(url: URL, options: InfluxdbOptions): Readonly<Record<string, string>> {
  const own: Record<string, string> = {};
  const user = options.username || decodeURIComponent(url.username);
  const password = options.password || decodeURIComponent(url.password);
  if (options.username !== "" || options.password !== "") {
    own["authorization"] = basicAuthorization(options.username, options.password);
  } else if (user !== "" || password !== "") {
    own["authorization"] = basicAuthorization(user, password);
  }
  for (const [name, value] of options.httpHeaders) own[name.toLowerCase()] = value;
  own["user-agent"] = options.userAgent || PRODUCT_TOKEN;
  return own;
}
