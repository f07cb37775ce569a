// config.yaml to Settings, with every problem named. With a problem there are no settings: who watches the file keeps the
// last good ones.

import type { LabelRequirement, LabelSelector } from "../classes/label-selector.ts";
import { CLASS_NAME_RULE, classNameOf, isClassName } from "../classes/class-name.ts";
import { GROUPS } from "../inject/allowed-tables.ts";
import { isObject } from "../inject/json.ts";
import { DEFAULT_KEYS, readDefaults } from "./read-defaults.ts";
import { defaultSettings, type ClassPolicy, type Defaults, type Settings } from "./settings.ts";
import { YamlWalk, type Path, type SettingsProblem } from "./yaml-walk.ts";

export interface ReadSettings {
  /** undefined exactly when there are problems. */
  readonly settings: Settings | undefined;
  readonly problems: readonly SettingsProblem[];
}

const KEYS = ["image", "telegrafImage", "defaults", "classes"];
const OPERATORS: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);
const ALLOWED = ["outputs", ...Object.keys(GROUPS)];

/** `base`: what counts where the file says nothing. Never throws. */
export function readSettings(text: string, base: Settings = defaultSettings): ReadSettings {
  const walk = new YamlWalk(text);
  const root = walk.mapping(walk.root, [], KEYS) ?? {};
  const given = walk.mapping(root["defaults"], ["defaults"], ["class", ...DEFAULT_KEYS]) ?? {};
  const image = walk.text(root["image"], ["image"]);
  const telegrafImage = walk.text(root["telegrafImage"], ["telegrafImage"]);
  const defaultClass = classNameOf(walk.text(given["class"], ["defaults", "class"]) ?? base.defaultClass);
  if (!isClassName(defaultClass)) {
    walk.report(["defaults", "class"], `"${defaultClass}" is not a class name`, `use ${CLASS_NAME_RULE}`);
  }
  const defaults: Defaults = {
    ...base.defaults,
    ...(image !== undefined && { image }),
    ...readDefaults(given, { walk, path: ["defaults"], base: base.defaults }),
  };
  const classes = new Map<string, ClassPolicy>();
  for (const [name, value] of Object.entries(walk.mapping(root["classes"], ["classes"]) ?? {})) {
    classes.set(classNameOf(name), readPolicy(value, { walk, path: ["classes", name], base: defaults }));
  }
  if (walk.problems.length > 0) return { settings: undefined, problems: walk.problems };
  const settings = { ...base, defaultClass, defaults, classes, ...(telegrafImage !== undefined && { telegrafImage }) };
  return { settings, problems: [] };
}

interface Place {
  readonly walk: YamlWalk;
  readonly path: Path;
  readonly base: Defaults;
}

function readPolicy(value: unknown, { walk, path, base }: Place): ClassPolicy {
  const name = String(path.at(-1));
  if (!isClassName(name)) walk.report(path, `"${name}" is not a class name`, `use ${CLASS_NAME_RULE}`);
  const given = walk.mapping(value, path, ["namespaces", "allow", ...DEFAULT_KEYS]) ?? {};
  const allow = walk.texts(given["allow"], [...path, "allow"]) ?? [];
  for (const entry of allow) {
    if (ALLOWED.includes(entry) || /^(inputs|processors|aggregators|outputs)\.\w+$/.test(entry)) continue;
    const remedy = `use ${ALLOWED.join(", ")} or one table such as inputs.tail`;
    walk.report([...path, "allow"], `"${entry}" cannot be allowed`, remedy);
  }
  const namespaces = readSelector(given["namespaces"], walk, [...path, "namespaces"]);
  return {
    allow: new Set(allow),
    defaults: readDefaults(given, { walk, path, base }),
    ...(namespaces !== undefined && { namespaces }),
  };
}

function readSelector(value: unknown, walk: YamlWalk, path: Path): LabelSelector | undefined {
  // Nothing behind `namespaces:` must not open the class to everybody: the problem stops the whole file.
  if (value === null) walk.report(path, "the selector is empty", "write {} for all namespaces, or matchLabels");
  const given = walk.mapping(value, path, ["matchLabels", "matchExpressions"]);
  if (given === undefined) return undefined;
  const matchLabels = Object.create(null) as Record<string, string>;
  for (const [key, label] of Object.entries(walk.mapping(given["matchLabels"], [...path, "matchLabels"]) ?? {})) {
    const text = walk.text(label, [...path, "matchLabels", key]);
    if (text !== undefined) matchLabels[key] = text;
  }
  const expressions = given["matchExpressions"] ?? [];
  const at = [...path, "matchExpressions"];
  if (!Array.isArray(expressions)) walk.report(at, "the value is not a list", "write - {key, operator, values}");
  const list: readonly unknown[] = Array.isArray(expressions) ? expressions : [];
  const matchExpressions = list.map((item, index) => readRequirement(item, walk, [...at, index]));
  return { matchLabels, matchExpressions: matchExpressions.filter((one) => one !== undefined) };
}

function readRequirement(value: unknown, walk: YamlWalk, path: Path): LabelRequirement | undefined {
  const given = walk.mapping(value, path, ["key", "operator", "values"]);
  const key = walk.text(given?.["key"], [...path, "key"]) ?? "";
  const operator = isObject(given) ? given["operator"] : undefined;
  const values = walk.texts(given?.["values"], [...path, "values"]) ?? [];
  const takesValues = operator === "In" || operator === "NotIn";
  if (key === "" || typeof operator !== "string" || !OPERATORS.has(operator) || values.length > 0 !== takesValues) {
    walk.report(
      path,
      "this is not a label requirement",
      "write {key, operator: In | NotIn, values} or Exists, DoesNotExist",
    );
    return undefined;
  }
  return { key, operator: operator as LabelRequirement["operator"], values };
}
