// The agent's container. It satisfies Pod Security "restricted" on its own, and has no probes: the application never
// waits for it.

import { AGENT_ARGUMENTS, CONTAINER_NAME, MOUNT_PATH, USER_ID, VOLUME_NAME } from "./contract.ts";
import { environmentMembers, type Environment } from "./environment.ts";
import type { JsonObject } from "./json.ts";
import type { ContainerPort } from "./listeners.ts";

export type LogLevel = "debug" | "info" | "error";

export interface ContainerParts {
  readonly image: string;
  readonly logLevel: LogLevel;
  readonly native: boolean;
  readonly environment: Environment;
  readonly ports: readonly ContainerPort[];
  readonly resources: JsonObject;
  readonly mounts: readonly JsonObject[];
}

const LOG_ARGUMENTS: Readonly<Record<LogLevel, readonly string[]>> = {
  debug: ["--debug"],
  info: [],
  error: ["--quiet"],
};

export function containerFor(parts: ContainerParts): JsonObject {
  return {
    name: CONTAINER_NAME,
    image: parts.image,
    args: [...AGENT_ARGUMENTS, ...LOG_ARGUMENTS[parts.logLevel]],
    ...(parts.native && { restartPolicy: "Always" }),
    ...environmentMembers(parts.environment),
    ...(parts.ports.length > 0 && { ports: parts.ports }),
    resources: parts.resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsGroup: USER_ID,
      runAsNonRoot: true,
      runAsUser: USER_ID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    // The last lines of a failing agent are then in the pod's status.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: VOLUME_NAME, mountPath: MOUNT_PATH, readOnly: true }, ...parts.mounts],
  };
}
