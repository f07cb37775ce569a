// What a kubelet does with the injected container, as far as the demo needs it: files of the projected volume, the
// environment from the downward API, the arguments. Everything is read from the pod that the webhook answered with.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

interface Projection {
  readonly downwardAPI?: { readonly items: readonly { path: string; fieldRef: { fieldPath: string } }[] };
  readonly secret?: { readonly items: readonly { key: string; path: string }[] };
}

export interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: readonly EnvEntry[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly { readonly name: string; readonly projected?: { sources: readonly Projection[] } }[];
  };
}

export interface Seat {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `fields`: the values the downward API would give; `secrets`: the keys of the classes Secret. */
export function seatContainer(
  pod: Pod,
  container: Container,
  {
    directory,
    fields,
    secrets,
  }: { directory: string; fields: Record<string, string>; secrets: Record<string, string> },
): Seat {
  const mount = container.volumeMounts.find(({ name }) => pod.spec.volumes.some((v) => v.name === name && v.projected));
  const volume = pod.spec.volumes.find(({ name }) => name === mount?.name);
  if (mount === undefined) throw new Error(`the container ${container.name} mounts no projected volume`);
  for (const source of volume?.projected?.sources ?? []) {
    for (const { path, fieldRef } of source.downwardAPI?.items ?? []) {
      write(join(directory, path), fieldValue(fieldRef.fieldPath, pod, fields));
    }
    for (const { key, path } of source.secret?.items ?? []) {
      const text = secrets[key];
      if (text !== undefined) write(join(directory, path), text);
    }
  }
  const env = container.env.map(({ name, value, valueFrom }) => {
    const path = valueFrom?.fieldRef?.fieldPath;
    return [name, path === undefined ? (value ?? "") : fieldValue(path, pod, fields)];
  });
  return { args: container.args.map((arg) => arg.replace(mount.mountPath, directory)), env: Object.fromEntries(env) };
}

function fieldValue(path: string, pod: Pod, fields: Readonly<Record<string, string>>): string {
  const annotation = /^metadata\.annotations\['(.+)'\]$/.exec(path)?.[1];
  const value = annotation === undefined ? fields[path] : pod.metadata.annotations[annotation];
  if (value === undefined) throw new Error(`the demo's kubelet knows no field ${path}`);
  return value;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
