// Checks a plain Kubernetes object against the API's own schema, offline: types, required fields and, which the schemas
// of kubernetes-models alone do not tell, fields that the API does not know (an API server drops those in silence).

interface Visit {
  readonly value: object;
  readonly path: string;
  readonly read: Set<string>;
  isMap: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Every complaint about one object, as `path: problem`; empty when the object is right. */
export async function schemaProblems(object: Json): Promise<string[]> {
  const { apiVersion, kind } = object;
  const validate = await validatorOf(String(apiVersion), String(kind));
  if (validate === undefined) return [`${String(apiVersion)} ${String(kind)}: no such kind in Kubernetes' own API`];

  const visits: Visit[] = [];
  try {
    validate.call(watched(object, "", visits));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return visits.flatMap(unknownFields);
}

async function validatorOf(apiVersion: string, kind: string): Promise<((this: object) => void) | undefined> {
  try {
    const module = (await import(`kubernetes-models/${apiVersion}/${kind}`)) as Record<string, new () => Model>;
    return module[kind]?.prototype.validate as ((this: object) => void) | undefined;
  } catch {
    return undefined;
  }
}

interface Model {
  validate(): void;
}

/**
 * Wraps an object so that what a validator reads of it is written down. A generated validator reads every field that
 * the API declares by its name, and enumerates an object only where any name is allowed (labels, data).
 */
function watched(value: object, path: string, visits: Visit[]): object {
  const visit: Visit = { value, path, read: new Set(), isMap: false };
  visits.push(visit);
  const children = new Map<string, object>();
  return new Proxy(value, {
    get(target, key) {
      const child: unknown = Reflect.get(target, key);
      if (typeof key === "symbol") return child;
      visit.read.add(key);
      if (typeof child !== "object" || child === null) return child;
      const known = children.get(key) ?? watched(child, `${path}/${key}`, visits);
      children.set(key, known);
      return known;
    },
    ownKeys(target) {
      visit.isMap = true;
      return Reflect.ownKeys(target);
    },
  });
}

function unknownFields({ value, path, read, isMap }: Visit): string[] {
  // Nothing read at all: the API takes any object here and looks no further.
  if (isMap || read.size === 0 || Array.isArray(value)) return [];
  return Object.keys(value)
    .filter((key) => !read.has(key))
    .map((key) => `${path}/${key}: no such field`);
}
