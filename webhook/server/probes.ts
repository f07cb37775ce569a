// GET /healthz, /readyz, /metrics. Served beside /mutate, and on a plain port of their own where one is configured:
// kubelet and Prometheus cannot verify a private authority, and readiness must be told before there is a certificate.

import { Router } from "express";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";

export interface ProbeParts {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

export function probeRoutes({ readiness, metrics }: ProbeParts): Router {
  const routes = Router({ caseSensitive: true });
  routes.get("/healthz", (_request, response) => {
    response.json({ status: "alive" });
  });
  routes.get("/readyz", (_request, response) => {
    const missing = readiness.missing();
    response.status(missing.length === 0 ? 200 : 503).json({ ready: missing.length === 0, missing });
  });
  routes.get("/metrics", async (_request, response) => {
    const page = await metrics.registry.metrics();
    response.type(metrics.registry.contentType).send(page);
  });
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    routes.all(path, (request, response) => {
      response
        .set("Allow", "GET, HEAD")
        .status(405)
        .json({
          error: `${request.method} ${path} is not supported`,
          remedy: `use GET ${path}`,
        });
    });
  }
  return routes;
}
