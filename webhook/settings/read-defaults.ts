// The defaults in config.yaml: the same keys below `defaults` and, for one class, below `classes.<name>`.

import { envSource } from "../inject/env-source.ts";
import { isImage, isInterval } from "../inject/choices.ts";
import { isVariableName } from "../inject/environment.ts";
import { isObject, type JsonObject } from "../inject/json.ts";
import { parseQuantity } from "../inject/quantity.ts";
import type { Defaults, EnvSource, Resources, Sidecar } from "./settings.ts";
import type { Path, YamlWalk } from "./yaml-walk.ts";

export const DEFAULT_KEYS: readonly string[] = ["image", "plugins", "interval", "resources", "sidecar", "tags", "env"];

interface Place {
  readonly walk: YamlWalk;
  readonly path: Path;
  /** What `resources`, `tags` and `env` are laid over. */
  readonly base: Defaults;
}

/** Only what is given. */
export function readDefaults(given: JsonObject, { walk, path, base }: Place): Partial<Defaults> {
  const image = checked(walk, [...path, "image"], given["image"], isImage, "write registry/name:tag");
  const interval = checked(walk, [...path, "interval"], given["interval"], isInterval, 'write "10s" or "1m30s"');
  const sidecar = checked(walk, [...path, "sidecar"], given["sidecar"], isSidecar, "use auto, native or classic");
  const plugins = walk.texts(given["plugins"], [...path, "plugins"]);
  const resources =
    given["resources"] === undefined ? undefined : readResources(given["resources"], walk, [...path, "resources"]);
  const tags = given["tags"] === undefined ? undefined : readTags(given["tags"], walk, [...path, "tags"]);
  const env = given["env"] === undefined ? undefined : readEnv(given["env"], walk, [...path, "env"]);
  return {
    ...(image !== undefined && { image }),
    ...(interval !== undefined && { interval }),
    ...(sidecar !== undefined && { sidecar: sidecar as Sidecar }),
    ...(plugins !== undefined && { plugins }),
    ...(resources !== undefined && { resources: { ...base.resources, ...resources } }),
    ...(tags !== undefined && { tags: new Map([...base.tags, ...tags]) }),
    ...(env !== undefined && { env: new Map([...base.env, ...env]) }),
  };
}

function checked(
  walk: YamlWalk,
  path: Path,
  value: unknown,
  accepts: (text: string) => boolean,
  remedy: string,
): string | undefined {
  const text = walk.text(value, path);
  if (text === undefined || accepts(text)) return text;
  walk.report(path, `"${text}" is not a value of ${String(path.at(-1))}`, remedy);
  return undefined;
}

function isSidecar(text: string): boolean {
  return text === "auto" || text === "native" || text === "classic";
}

/** As in a container; an empty text removes the default. */
function readResources(value: unknown, walk: YamlWalk, path: Path): Partial<Resources> {
  const given = walk.mapping(value, path, ["requests", "limits"]) ?? {};
  const result: { -readonly [K in keyof Resources]?: string } = {};
  const read = (kind: "requests" | "limits", what: "cpu" | "memory", into: keyof Resources): void => {
    const amounts = given[kind];
    const at = [...path, kind, what];
    const amount = isObject(amounts) ? amounts[what] : undefined;
    const text = checked(
      walk,
      at,
      amount,
      (one) => one === "" || parseQuantity(one) !== undefined,
      "write 100m or 50Mi",
    );
    if (text !== undefined) result[into] = text;
  };
  for (const kind of ["requests", "limits"] as const) walk.mapping(given[kind], [...path, kind], ["cpu", "memory"]);
  read("requests", "cpu", "cpuRequest");
  read("requests", "memory", "memoryRequest");
  read("limits", "cpu", "cpuLimit");
  read("limits", "memory", "memoryLimit");
  return result;
}

function readTags(value: unknown, walk: YamlWalk, path: Path): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const [key, tag] of Object.entries(walk.mapping(value, path) ?? {})) {
    const text = walk.text(tag, [...path, key]);
    if (text !== undefined) tags.set(key, text);
  }
  return tags;
}

/** A text, or one of {value}, {field}, {secret: name/key}, {configmap: name/key}. */
function readEnv(value: unknown, walk: YamlWalk, path: Path): ReadonlyMap<string, EnvSource> {
  const kinds = { value: "env", field: "env-field", secret: "env-secret", configmap: "env-configmap" } as const;
  const env = new Map<string, EnvSource>();
  for (const [name, given] of Object.entries(walk.mapping(value, path) ?? {})) {
    const at = [...path, name];
    if (!isVariableName(name)) walk.report(at, `"${name}" cannot be a variable`, "use letters, digits and _");
    const spelled = isObject(given) ? given : { value: given };
    const known = walk.mapping(spelled, at, Object.keys(kinds)) ?? {};
    const [kind, text] = Object.entries(known)[0] ?? [];
    const source = walk.text(text, at);
    if (source === undefined || kind === undefined || !Object.hasOwn(kinds, kind)) continue;
    const read = envSource(kinds[kind as keyof typeof kinds], source);
    if (typeof read === "string") walk.report(at, `"${source}" is not understood`, read);
    else env.set(name, read);
  }
  return env;
}
