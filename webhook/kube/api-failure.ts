// What the API server said, in one line: the client's own messages carry whole bodies and headers.

import { ApiException } from "@kubernetes/client-node";
import { at, listOf, stringOf } from "../inject/json.ts";

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
  const said = stringOf(at(statusIn(error), "message")).slice(0, 300);
  const remedy = status === 401 || status === 403 ? "; apply the roles of manifests/base" : "";
  return `the API server answers ${status}${said === "" ? "" : ` (${said})`}${remedy}`;
}

/** Nothing can be created there any more. */
export function isNamespaceEnding(error: unknown): boolean {
  if (statusOf(error) !== 403) return false;
  const causes = listOf(at(statusIn(error), "details", "causes"));
  return causes.some((cause) => at(cause, "reason") === "NamespaceTerminating");
}

/** The Status object of the answer. The client leaves a body as text when it does not know the HTTP status. */
function statusIn(error: unknown): unknown {
  if (!(error instanceof ApiException)) return undefined;
  const body: unknown = error.body;
  try {
    return typeof body === "string" ? JSON.parse(body) : body;
  } catch {
    return undefined;
  }
}
