// Kubernetes quantities, as far as resources need them. Source: apimachinery pkg/api/resource, quantity.go.

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The amount; undefined when the text is not a quantity that a resource may have (so not below zero either). */
export function parseQuantity(text: string): number | undefined {
  const match = /^\+?(\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (match === null) return undefined;
  const amount = Number(`${match[1]}${match[2] ?? ""}`) * (FACTORS[match[3] ?? ""] as number);
  return Number.isFinite(amount) ? amount : undefined;
}
