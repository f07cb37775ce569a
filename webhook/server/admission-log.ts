// One log line an admission; for one that has the agent already, only at level debug. Names and numbers only: never the pod, whose environment may hold secrets.

import type { Outcome } from "../admission/admit.ts";
import { reasons } from "../admission/reasons.ts";
import type { Logger } from "../log/logger.ts";

export interface Admission {
  readonly uid: string;
  readonly outcome: Outcome;
  readonly milliseconds: number;
}

export function logAdmission(log: Logger, { uid, outcome, milliseconds }: Admission): void {
  const { reason, pod, warnings, dryRun, injected, message } = outcome;
  const line = {
    uid,
    namespace: pod.namespace,
    pod: pod.name,
    ...(pod.owner !== "" && { owner: pod.owner }),
    reason,
    injected,
    ...(warnings.length > 0 && { warnings }),
    dryRun,
    milliseconds: Math.round(milliseconds * 100) / 100,
  };
  const entry = reason === undefined ? undefined : reasons[reason];
  const text = message || (entry?.sentence ?? "");
  if (entry === undefined || entry.outcome === "refused") log.warn(line, text);
  // The API server asks about each injected pod again when another webhook changed it (reinvocationPolicy: IfNeeded).
  else if (reason === "already_injected") log.debug(line, text);
  else log.info(line, text);
}
