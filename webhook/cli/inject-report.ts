// What `pilotfish inject` tells on standard error: a few lines a workload.

import { reasons } from "../admission/reasons.ts";
import type { Injection } from "../inject/inject-pod.ts";
import { clip } from "../inject/warning-text.ts";
import type { Stranger, Workload } from "./workload.ts";

export function reportLines({ kind, name, namespace }: Workload, injection: Injection): string {
  const { reason, message, warnings, plugins, className } = injection;
  const { sentence, remedy, outcome } = reasons[reason];
  const lines = [`${kind}/${name} in namespace ${namespace}: ${reason}: ${sentence}`];
  if (plugins.length > 0) lines.push(`  plugins: ${plugins.join(", ")}`, `  class: ${className}`);
  if (outcome === "refused" || reason === "unsupported_object") lines.push(`  because: ${message}`);
  if (reason !== "injected" && reason !== "already_injected") lines.push(`  remedy: ${remedy}`);
  for (const warning of warnings) lines.push(`  warning: ${warning.replace(/^pilotfish: /, "")}`);
  return `${lines.join("\n")}\n`;
}

/** Most are custom resources without pods; of an Argo Rollout one has to know. */
export function strangerLine({ kind, name, apiVersion }: Stranger): string {
  const what = apiVersion === "" ? "no apiVersion" : clip(apiVersion, 120);
  return `${clip(kind, 120) || "?"}/${clip(name, 256)}: kind not known (${what}): unchanged\n`;
}
