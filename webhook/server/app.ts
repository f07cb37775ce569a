// The express application: what is served at which path. Not the socket (https-server.ts) and not the decision.

import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Logger } from "../log/logger.ts";
import type { Metrics } from "./metrics.ts";
import { mutateRoute, sendError, type MutateParts } from "./mutate.ts";
import { probeRoutes, type ProbeParts } from "./probes.ts";
import type { Readiness } from "./readiness.ts";
import { NOT_FOUND, requestError } from "./request-errors.ts";

export interface AppParts extends MutateParts, ProbeParts {}

/** /mutate and the probes. */
export function createApp(parts: AppParts): Express {
  return application([closeWhenDraining(parts.readiness), mutateRoute(parts), probeRoutes(parts)], parts);
}

/** The probes alone, for the plain port. */
export function createProbeApp(parts: ProbeParts & { readonly log: Logger }): Express {
  return application([probeRoutes(parts)], parts);
}

function application(handlers: readonly RequestHandler[], parts: { log: Logger; metrics: Metrics }): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.use(...handlers);
  app.use((_request, response) => sendError(response, NOT_FOUND));
  app.use(answerError(parts));
  return app;
}

/** While we leave, each answer asks its client to connect anew: the API server then finds another replica. */
function closeWhenDraining(readiness: Readiness): RequestHandler {
  return (_request, response, next) => {
    if (readiness.draining) response.set("Connection", "close");
    next();
  };
}

function answerError({ log, metrics }: { log: Logger; metrics: Metrics }): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const { status, error, remedy } = requestError(thrown);
    metrics.rejected.inc({ status: String(status) });
    const line = { status, method: request.method, path: request.path };
    if (status >= 500) log.error({ ...line, err: thrown }, error);
    else log.warn(line, `${error}; ${remedy}`);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    // What is left of a body we refused would be read as the next request.
    if (!request.complete) response.set("Connection", "close");
    sendError(response, { status, error, remedy });
  };
}
