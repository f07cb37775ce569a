// outputs.wavefront: options and construction. Source: telegraf plugins/outputs/wavefront, wavefront-sdk-go 0.15.0.

import { hostname } from "node:os";
import type { Options } from "../../config/options.ts";
import { HttpClient } from "../../core/http-client/http-client.ts";
import { httpClientSettings } from "../../core/http-client/http-client-options.ts";
import { loadTlsClient } from "../../core/http-client/tls-client.ts";
import { joinPath } from "../../core/http-client/url-text.ts";
import { defineOutput } from "../../core/plugin.ts";
import { PRODUCT_TOKEN } from "../../core/http-client/product-token.ts";
import { wavefrontOptions, wavefrontProblems } from "./options.ts";
import { WavefrontOutput } from "./wavefront-output.ts";

const PROXY_PORT = "2878";

export const wavefront = defineOutput({
  name: "wavefront",
  options: wavefrontOptions,
  validate: wavefrontProblems,
  create: (options, context) => {
    const { url, token } = destination(options);
    const counts = { points_sent: 0, fields_skipped: 0 };
    const unregister = context.statistics.register({
      measurement: "internal_wavefront",
      tags: { url: url.host },
      read: () => ({ ...counts }),
    });
    const openClient = async () => {
      const tls = await loadTlsClient(options);
      return new HttpClient({ ...httpClientSettings(options, tls), url, signal: context.signal });
    };
    return new WavefrontOutput({
      openClient,
      path: `${joinPath(url, "report")}?f=wavefront`,
      headers: {
        "content-type": "application/octet-stream",
        "content-encoding": "gzip",
        "user-agent": PRODUCT_TOKEN,
        ...(token !== "" && { authorization: `Bearer ${token}` }),
      },
      maxLines: options.httpMaximumBatchSize,
      format: {
        ...options,
        sanitizing: options.useRegex ? "regex" : options.useStrict ? "strict" : "usual",
        defaultSource: hostname(),
      },
      log: context.log,
      count: (what, by) => (counts[what] += by),
      onClose: unregister,
    });
  },
});

/** A token makes it the service, with the scheme's own port; without one it is a proxy. */
function destination(options: Options<typeof wavefrontOptions>): { readonly url: URL; readonly token: string } {
  const url = new URL(options.url);
  const inUrl = url.password === "" ? url.username : `${url.username}:${url.password}`;
  const token = options.token || inUrl;
  // URL hides a port that is the scheme's own: only the text says whether one was written.
  const hasPort = /^https?:\/\/[^/?#]*:\d+(?:[/?#]|$)/i.test(options.url.replace(/\/\/[^/?#]*@/, "//"));
  if (token === "" && !hasPort) url.port = PROXY_PORT;
  url.username = "";
  url.password = "";
  return { url, token };
}
