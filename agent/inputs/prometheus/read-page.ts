// Which format an answer is in, and its page. Source: telegraf plugins/parsers/openmetrics/parser.go, AcceptsContent:
// OpenMetrics where the Content-Type says so, the classic text format in all other cases.

import { parseOpenMetrics } from "../../formats/prometheus/parse-openmetrics.ts";
import { parsePrometheusText } from "../../formats/prometheus/parse-text.ts";
import type { Page } from "../../formats/prometheus/page.ts";

const PROTOBUF = new Set(["application/vnd.google.protobuf", "application/openmetrics-protobuf"]);

export function readPage(
  { body, contentType }: { readonly body: Buffer; readonly contentType: string },
  override: string,
): { readonly page: Page } | { readonly reason: string } {
  const mediaType = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (override === "" && PROTOBUF.has(mediaType)) {
    return { reason: `the page is protobuf (${mediaType}), which this version does not read; let it answer with text` };
  }
  const isOpenMetrics =
    override === "" ? mediaType === "application/openmetrics-text" : override === "openmetrics-text";
  const parsed = isOpenMetrics ? parseOpenMetrics(body) : parsePrometheusText(body);
  if ("page" in parsed) return parsed;
  const { line, reason } = parsed.problem;
  return { reason: `line ${line}: ${reason}; the page is left out as a whole` };
}
