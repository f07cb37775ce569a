// Kubernetes label selectors: do these labels match? Source: apimachinery meta/v1 LabelSelector.

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/** All requirements have to hold; none: everything matches. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelRequirement[];
}

export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(selector.matchLabels).every(([key, value]) => label(labels, key) === value) &&
    selector.matchExpressions.every(({ key, operator, values }) => OPERATORS[operator](label(labels, key), values))
  );
}

const OPERATORS: Record<
  LabelRequirement["operator"],
  (value: string | undefined, values: readonly string[]) => boolean
> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

function label(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
