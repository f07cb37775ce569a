// What an answer to POST /write means for the metrics that were sent. Pure: an answer in, a verdict out.
// Source: telegraf plugins/outputs/influxdb/http.go (writeBatch), in its order: an earlier rule wins.

import type { HttpResponse } from "../../core/http-client/http-client.ts";

export type WriteOutcome =
  | { readonly kind: "accepted" }
  /** The database has to be created first. */
  | { readonly kind: "database-not-found"; readonly message: string }
  /** Never acceptable: `count` metrics are lost, or all. */
  | { readonly kind: "rejected"; readonly count: number | "all"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export type WriteAnswer = Pick<HttpResponse, "status" | "statusLine" | "body">;

/** Worth another try if the operator says so: a login being repaired, a limit that will be lifted. */
const RETRIABLE_CLIENT_ERRORS = new Set([401, 403, 429]);

const REMEDIES: Readonly<Record<number, string>> = {
  401: "check username and password; retry_client_errors = true keeps the metrics meanwhile",
  403: "give the user the right to write; retry_client_errors = true keeps the metrics meanwhile",
  404: "check the path in urls, the database and the retention policy",
  413: "lower metric_batch_size of this output",
  429: "lower the load; retry_client_errors = true keeps the metrics meanwhile",
};

const LONGEST_EXCERPT = 300;

export function readWriteAnswer(answer: WriteAnswer, retryClientErrors: boolean): WriteOutcome {
  const { status, statusLine } = answer;
  if (status === 204) return { kind: "accepted" };
  const text = answer.body.toString("utf8");
  const parsed = parseError(text);
  if (parsed === undefined)
    return { kind: "failed", message: `${statusLine}: not an answer of InfluxDB: ${excerpt(text)}` };
  const error = excerpt(parsed);
  if (parsed.includes("database not found")) return { kind: "database-not-found", message: error };
  if (status >= 400 && status < 500) return clientError({ status, statusLine, parsed }, retryClientErrors);
  if (parsed.includes("retention policy not found")) {
    return {
      kind: "rejected",
      count: "all",
      message: `${error}; create the retention policy or change retention_policy`,
    };
  }
  // The queue of a cluster is busy; the points are safe.
  if (parsed.includes("hinted handoff queue not empty")) return { kind: "accepted" };
  if (["points beyond retention policy", "partial write", "unable to parse"].some((part) => parsed.includes(part))) {
    return { kind: "rejected", count: lostPoints(parsed), message: `received error ${error}; discarding points` };
  }
  return { kind: "failed", message: error === "" ? statusLine : `${statusLine}: ${error}` };
}

function clientError(
  { status, statusLine, parsed }: { readonly status: number; readonly statusLine: string; readonly parsed: string },
  retryClientErrors: boolean,
): WriteOutcome {
  const remedy = REMEDIES[status];
  const error = [excerpt(parsed), remedy].filter(Boolean).join("; ");
  if (retryClientErrors && RETRIABLE_CLIENT_ERRORS.has(status)) {
    return { kind: "failed", message: `${statusLine}: ${error}` };
  }
  const message = `Failed to write metric (will be dropped: ${statusLine}): ${error}`;
  return { kind: "rejected", count: lostPoints(parsed), message };
}

/** The server wrote the other points of a partial write, and says how many it did not. */
function lostPoints(error: string): number | "all" {
  if (!error.includes("partial write")) return "all";
  const dropped = Number(/dropped=(\d+)/.exec(error)?.[1] ?? Number.NaN);
  const unparsable = error.split("unable to parse").length - 1;
  return Number.isNaN(dropped) ? "all" : Math.max(dropped, unparsable, 1);
}

/** The `error` of a JSON body; empty when there is none. undefined: the body is not JSON at all. */
function parseError(text: string): string | undefined {
  if (text === "") return "";
  try {
    const body: unknown = JSON.parse(text);
    const error = typeof body === "object" && body !== null && "error" in body ? body.error : "";
    return typeof error === "string" ? error : "";
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= LONGEST_EXCERPT ? flat : `${flat.slice(0, LONGEST_EXCERPT)}…`;
}
