// What the API server said, in one line: the client's own messages carry whole bodies and headers.

import { ApiException } from "@kubernetes/client-node";
import { at, stringOf } from "../inject/json.ts";

/** The HTTP status of a failed call; undefined when there was no answer at all. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof ApiException) return error.code;
  const status = at(error, "statusCode");
  return typeof status === "number" ? status : undefined;
}

export function describeFailure(error: unknown): string {
  const status = statusOf(error);
  if (status === undefined) {
    const inner = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return `the API server does not answer (${error instanceof Error ? error.message : String(error)}${inner})`;
  }
  const said = error instanceof ApiException ? saidIn(error.body) : "";
  const remedy = status === 401 || status === 403 ? "; apply the roles of manifests/base" : "";
  return `the API server answers ${status}${said === "" ? "" : ` (${said})`}${remedy}`;
}

/** The client leaves a body as text when it does not know the status. */
function saidIn(body: unknown): string {
  try {
    return stringOf(at(typeof body === "string" ? JSON.parse(body) : body, "message")).slice(0, 300);
  } catch {
    return "";
  }
}
