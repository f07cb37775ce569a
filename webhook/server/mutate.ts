// POST /mutate: body in, decision asked for, answer out; counted and logged once. The decision itself: admission/.

import { isUtf8 } from "node:buffer";
import { json, Router, type Request, type RequestHandler, type Response } from "express";
import { controllerOf, type Outcome } from "../admission/admit.ts";
import { reasons } from "../admission/reasons.ts";
import { answer } from "../admission/review.ts";
import { at, stringOf } from "../inject/json.ts";
import type { Logger } from "../log/logger.ts";
import { logAdmission } from "./admission-log.ts";
import type { Metrics } from "./metrics.ts";
import { refuseTooLarge } from "./refuse-early.ts";
import {
  BODY_LIMIT_MIB,
  EMPTY_BODY,
  NOT_JSON_TYPE,
  NOT_POST,
  NOT_UTF8,
  TOO_LARGE,
  type RequestError,
} from "./request-errors.ts";

export interface MutateParts {
  readonly decide: (body: unknown) => Promise<Outcome>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Requests in flight beyond this are let through unchanged: a slow answer delays every pod of the cluster. */
  readonly mostInFlight: number;
  /** Told of each answer after it was sent. Must not throw. */
  readonly observe?: (outcome: Outcome) => void;
}

export function mutateRoute(parts: MutateParts): Router {
  const routes = Router({ caseSensitive: true });
  const load: Load = { inFlight: 0 };
  const body = json({ limit: BODY_LIMIT_MIB * 2 ** 20, type: () => true, strict: false, verify: checkBytes });
  const notTooLarge = refuseTooLarge(() => {
    parts.metrics.rejected.inc({ status: String(TOO_LARGE.status) });
    parts.log.warn({ status: TOO_LARGE.status }, `${TOO_LARGE.error}; ${TOO_LARGE.remedy}`);
  });
  routes.post("/mutate", isJson, notTooLarge, counted(load, parts.metrics), body, async (request, response) => {
    if (request.body === undefined) sendError(response, EMPTY_BODY);
    else await mutate({ body: request.body, response, load }, parts);
  });
  routes.all("/mutate", (_request, response) => {
    response.set("Allow", "POST");
    sendError(response, NOT_POST);
  });
  return routes;
}

export function sendError(response: Response, { status, error, remedy }: RequestError): void {
  response.status(status).json({ error, remedy });
}

interface Load {
  inFlight: number;
}

/** Before the body is read: what is not JSON is not worth seven megabytes. */
const isJson: RequestHandler = (request, response, next) => {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/json") next();
  else sendError(response, isEmpty(request) ? EMPTY_BODY : NOT_JSON_TYPE);
};

function isEmpty(request: Request): boolean {
  return request.headers["transfer-encoding"] === undefined && Number(request.headers["content-length"] ?? 0) === 0;
}

/** body-parser would take an empty body for `{}`, and put U+FFFD in place of what is not UTF-8. */
function checkBytes(_request: unknown, _response: unknown, body: Buffer): void {
  if (body.length === 0) throw new Error(EMPTY_BODY.error);
  // UTF-16 and UTF-32 have a NUL in the first character of any JSON; JSON itself has none.
  const isWide = body.subarray(0, 4).includes(0);
  if (isWide || !isUtf8(body)) throw Object.assign(new Error(NOT_UTF8.error), { type: "pilotfish.not.utf8" });
}

/** Requests count from their first byte: the ones whose body still waits to be read are the queue. */
function counted(load: Load, metrics: Metrics): RequestHandler {
  return (_request, response, next) => {
    load.inFlight += 1;
    metrics.inFlight.set(load.inFlight);
    response.once("close", () => {
      load.inFlight -= 1;
      metrics.inFlight.set(load.inFlight);
    });
    next();
  };
}

interface Received {
  readonly body: unknown;
  readonly response: Response;
  readonly load: Load;
}

async function mutate({ body, response, load }: Received, parts: MutateParts): Promise<void> {
  const { metrics, log, mostInFlight } = parts;
  const started = performance.now();
  const uid = stringOf(at(body, "request", "uid"));
  const shed = load.inFlight > mostInFlight && uid !== "";
  const outcome = shed ? letThrough("overloaded", uid, body) : await decideSafely(parts, uid, body);
  const milliseconds = performance.now() - started;
  if (outcome.reason === undefined) {
    metrics.rejected.inc({ status: String(outcome.status) });
  } else {
    metrics.duration.observe(milliseconds / 1000);
    metrics.admissions.inc({ reason: outcome.reason });
  }
  logAdmission(log, { uid, outcome, milliseconds });
  response.status(outcome.status).json(outcome.body);
  parts.observe?.(outcome);
}

/** A decision that fails lets the pod pass; only without a uid to answer to is it the client's error. */
async function decideSafely(parts: Pick<MutateParts, "decide" | "log">, uid: string, body: unknown): Promise<Outcome> {
  try {
    return await parts.decide(body);
  } catch (error) {
    if (uid === "") throw error;
    parts.log.error({ uid, err: error }, "the decision failed");
    return letThrough("internal_error", uid, body);
  }
}

/** Admitted unchanged, with no look at anything but its name and its owner, who should hear of it. */
function letThrough(reason: "overloaded" | "internal_error", uid: string, body: unknown): Outcome {
  const warnings = [`pilotfish: ${reason}: the agent was not added; recreate the pod later`];
  const object = at(body, "request", "object");
  const metadata = at(object, "metadata");
  const controller = controllerOf(object);
  return {
    status: 200,
    body: answer({ uid, warnings, patch: [], reason }),
    reason,
    injected: false,
    message: `${reasons[reason].sentence} ${reasons[reason].remedy}`,
    pod: {
      namespace: stringOf(at(body, "request", "namespace")).slice(0, 256),
      name: (stringOf(at(metadata, "name")) || `${stringOf(at(metadata, "generateName"))}*`).slice(0, 256),
      owner: controller === undefined ? "" : `${controller.kind}/${controller.name}`,
      ...(controller !== undefined && { controller }),
    },
    warnings,
    dryRun: at(body, "request", "dryRun") === true,
  };
}
