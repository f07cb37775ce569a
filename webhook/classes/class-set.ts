// The classes (where outputs live) as they are known now. One bad class never blocks the others: each carries its own
// problems, and keeps its last good text if it had one. Who may use a class: authorise.ts.

import type { Catalog, ConfigProblem } from "../../agent/config/config.ts";
import { checkConfig } from "./check-config.ts";
import { CLASS_NAME_RULE, classNameOf, isClassName } from "./class-name.ts";

export interface LoadedClass {
  readonly name: string;
  /** The TOML to hand out: the newest that the agent accepts. undefined: there never was one. */
  readonly text: string | undefined;
  /** What is wrong with the newest text; errors mean that `text` is an older one or missing. */
  readonly problems: readonly ConfigProblem[];
}

export interface ClassSet {
  readonly classes: ReadonlyMap<string, LoadedClass>;
  /** False: nobody told us the classes (offline, without --classes); any well-formed name is taken as existing. */
  readonly known: boolean;
}

/** No classes are known, and none is missed. */
export const uncheckedClasses: ClassSet = Object.freeze({ classes: new Map(), known: false });

/** `previous`: the set before this one, for last good texts. Never rejects. */
export async function loadClasses(
  files: ReadonlyMap<string, string>,
  options: { readonly catalog: Catalog; readonly previous?: ClassSet },
): Promise<ClassSet> {
  const classes = new Map<string, LoadedClass>();
  for (const [file, text] of files) {
    const name = classNameOf(file);
    const problems = await problemsOf(name, text, options.catalog);
    const good = !problems.some(({ severity }) => severity === "error");
    classes.set(name, { name, text: good ? text : options.previous?.classes.get(name)?.text, problems });
  }
  return { classes, known: true };
}

async function problemsOf(name: string, text: string, catalog: Catalog): Promise<readonly ConfigProblem[]> {
  if (!isClassName(name))
    return [problem(name, `"${name.slice(0, 80)}" is not a class name`, `name it with ${CLASS_NAME_RULE}`)];
  try {
    return await checkConfig({ name: `class ${name}`, text }, catalog);
  } catch (error) {
    return [problem(name, error instanceof Error ? error.message : String(error), "correct the class's TOML")];
  }
}

function problem(name: string, message: string, remedy: string): ConfigProblem {
  const where = { source: `class ${name.slice(0, 80)}`, line: 1, column: 1, where: "", excerpt: "" };
  return { severity: "error", ...where, message, remedy };
}
