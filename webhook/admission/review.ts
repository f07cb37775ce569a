// The AdmissionReview of the API server, v1 only: shape in, answer out. Not the decision.
// Source: k8s.io/api/admission/v1; "Dynamic Admission Control" in the Kubernetes documentation.
// A body that cannot be answered (no uid to copy) gets an HTTP error: 400 when it is not a JSON object, 422 when it is one
// but not an AdmissionReview v1 request. All else is answered with 200 and allowed, whatever the object looks like.

import { isObject, stringOf, type JsonObject } from "../inject/json.ts";

export const REVIEW_VERSION = "admission.k8s.io/v1";

export interface Review {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
  /** A CREATE of a core/v1 Pod itself, not of one of its sub-resources. */
  readonly createsPod: boolean;
  /** For messages: "UPDATE of apps/v1 Deployment". */
  readonly what: string;
  readonly object: unknown;
}

export interface Unanswerable {
  readonly status: number;
  readonly error: string;
  readonly remedy: string;
}

export function readReview(body: unknown): Review | Unanswerable {
  if (!isObject(body)) {
    return { status: 400, error: "the body is JSON, but not an object", remedy: "POST an AdmissionReview as JSON" };
  }
  if (body["kind"] !== "AdmissionReview" || body["apiVersion"] !== REVIEW_VERSION) {
    const got = `${stringOf(body["apiVersion"])} ${stringOf(body["kind"])}`.trim().slice(0, 120);
    return {
      status: 422,
      error: `the body is "${got}", not an AdmissionReview of ${REVIEW_VERSION}`,
      remedy: 'set admissionReviewVersions: ["v1"] in the MutatingWebhookConfiguration',
    };
  }
  const request = body["request"];
  const uid = isObject(request) ? stringOf(request["uid"]) : "";
  if (!isObject(request) || uid === "") {
    return {
      status: 422,
      error: "the AdmissionReview has no request.uid",
      remedy: "send the request part of the review",
    };
  }
  return { uid, ...readRequest(request) };
}

function readRequest(request: JsonObject): Omit<Review, "uid"> {
  const kind = isObject(request["kind"]) ? request["kind"] : {};
  const group = stringOf(kind["group"]);
  const kindName = stringOf(kind["kind"]);
  const operation = stringOf(request["operation"]);
  const subResource = stringOf(request["subResource"]);
  const resource = [group, stringOf(kind["version"])].filter((part) => part !== "").join("/");
  return {
    namespace: stringOf(request["namespace"]),
    name: stringOf(request["name"]),
    dryRun: request["dryRun"] === true,
    createsPod: group === "" && kindName === "Pod" && operation === "CREATE" && subResource === "",
    what: `${operation || "no operation"} of ${resource} ${kindName || "nothing"}${subResource && `/${subResource}`}`.slice(
      0,
      200,
    ),
    object: request["object"],
  };
}

export interface Answer {
  readonly uid: string;
  readonly warnings: readonly string[];
  readonly patch: readonly object[];
  readonly reason: string;
}

/** Always allowed: nothing here ever denies a pod. */
export function answer({ uid, warnings, patch, reason }: Answer): object {
  return {
    apiVersion: REVIEW_VERSION,
    kind: "AdmissionReview",
    response: {
      uid,
      allowed: true,
      ...(patch.length > 0 && {
        patchType: "JSONPatch",
        patch: Buffer.from(JSON.stringify(patch)).toString("base64"),
      }),
      ...(warnings.length > 0 && { warnings }),
      auditAnnotations: { reason },
    },
  };
}
