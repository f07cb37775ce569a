// Which class the pod's metrics go to, and whether it may: the class has to exist, to be valid, and to be open to the
// namespace. Its outputs themselves reach the agent by another way (the Secret), never through the pod.

import { nearest } from "../../agent/config/near.ts";
import type { Known } from "../admission/known.ts";
import { classesFor, mayUse } from "../classes/authorise.ts";
import { CLASS_NAME_RULE, classNameOf, isClassName } from "../classes/class-name.ts";
import { nameOf, type Asked } from "./asked.ts";
import type { Notes } from "./notes.ts";
import { clip, quote } from "./warning-text.ts";

export function chosenClass(
  asked: Asked,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  known: Known,
  notes: Notes,
): string {
  const { settings, classes } = known;
  const ask = asked.get("class");
  const name = classNameOf(ask?.value.trim() ?? settings.defaultClass);
  const loaded = classes.classes.get(name);
  if (ask !== undefined && !isClassName(name)) {
    notes.refuse("invalid_annotation", `${nameOf(ask)}: ${quote(name)} is not a class name`, `use ${CLASS_NAME_RULE}`);
  } else if (!classes.known) {
    if (!mayUse(settings, name, namespace)) refuseNamespace(name, namespace.name, notes);
  } else if (loaded === undefined) {
    // Near names only of classes that this namespace may use: a message is no directory of the others.
    const near = nearest(name, classesFor(classes, settings, namespace).keys());
    const remedy = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "add it to the Secret pilotfish-classes";
    notes.refuse("unknown_class", `there is no class ${quote(name)}`, remedy);
  } else if (!mayUse(settings, name, namespace)) {
    refuseNamespace(name, namespace.name, notes);
  } else if (loaded.text === undefined) {
    const problem = loaded.problems[0];
    const why = problem === undefined ? "" : `, line ${problem.line}: ${clip(problem.message, 80)}`;
    notes.refuse("invalid_config", `class ${name} is not valid${why}`, "have the class corrected");
  }
  return name;
}

function refuseNamespace(name: string, namespace: string, notes: Notes): void {
  const what = `namespace ${clip(namespace, 40)} may not use class ${clip(name, 40)}`;
  notes.refuse("class_not_allowed", what, "choose another class or label the namespace");
}
