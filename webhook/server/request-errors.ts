// What a client is told when its request cannot be answered: status, error, remedy, as JSON. Never a stack, never a
// denial. The API server treats any of these as a failed call and, with failurePolicy Ignore, admits the pod unchanged.

import { STATUS_CODES } from "node:http";

export interface RequestError {
  readonly status: number;
  readonly error: string;
  readonly remedy: string;
}

export const BODY_LIMIT_MIB = 7;

export const NOT_FOUND: RequestError = {
  status: 404,
  error: "there is nothing at this path",
  remedy: "use POST /mutate, GET /healthz, GET /readyz or GET /metrics",
};
export const NOT_POST: RequestError = {
  status: 405,
  error: "this method is not supported here",
  remedy: "POST an AdmissionReview to /mutate",
};
export const NOT_JSON_TYPE: RequestError = {
  status: 415,
  error: "the content type is not application/json",
  remedy: "send the AdmissionReview with Content-Type: application/json",
};
export const EMPTY_BODY: RequestError = {
  status: 400,
  error: "the body is empty",
  remedy: "POST an AdmissionReview as JSON",
};

export const NOT_UTF8: RequestError = {
  status: 400,
  error: "the body is not UTF-8",
  remedy: "send the AdmissionReview in UTF-8 (RFC 8259, section 8.1)",
};
export const TOO_LARGE: RequestError = {
  status: 413,
  error: `the body is larger than ${BODY_LIMIT_MIB} MiB`,
  remedy: "an object this large is beyond what Kubernetes stores: make it smaller",
};

/** By body-parser's `type` of error; `pilotfish.not.utf8` is our own. */
const PARSER_ERRORS: Readonly<Record<string, RequestError>> = {
  "entity.parse.failed": {
    status: 400,
    error: "the body is not valid JSON",
    remedy: "POST an AdmissionReview as JSON",
  },
  "entity.verify.failed": EMPTY_BODY,
  "pilotfish.not.utf8": NOT_UTF8,
  "entity.too.large": TOO_LARGE,
  "request.aborted": { status: 400, error: "the connection ended within the body", remedy: "send the whole body" },
  "request.size.invalid": {
    status: 400,
    error: "the body is not as long as Content-Length says",
    remedy: "correct Content-Length, or leave it out",
  },
  "charset.unsupported": {
    status: 415,
    error: "the charset of the body is not supported",
    remedy: "send the AdmissionReview in UTF-8",
  },
  "encoding.unsupported": {
    status: 415,
    error: "the content encoding of the body is not supported",
    remedy: "send the AdmissionReview uncompressed, or with gzip",
  },
};

const INTERNAL: RequestError = {
  status: 500,
  error: "the webhook failed on this request",
  remedy: "look for it in the webhook's log and report it there",
};

/** What to tell the client about anything that was thrown while its request was handled. */
export function requestError(thrown: unknown): RequestError {
  if (!(thrown instanceof Error)) return INTERNAL;
  const known = "type" in thrown && typeof thrown.type === "string" ? PARSER_ERRORS[thrown.type] : undefined;
  if (known !== undefined) return known;
  const status = "status" in thrown && typeof thrown.status === "number" ? thrown.status : 500;
  if (status < 400 || status >= 500) return INTERNAL;
  return {
    status,
    error: `the request cannot be read (${STATUS_CODES[status] ?? "client error"})`,
    remedy: "POST an AdmissionReview as JSON to /mutate",
  };
}
