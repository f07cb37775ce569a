// Which names Kubernetes accepts: whatever we write into a pod has to pass, or the API server denies the whole pod.
// Source: apimachinery pkg/util/validation, validation.go.

/** DNS subdomain: Secrets, ConfigMaps. */
export function isSecretName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
}

/** A key of a Secret or ConfigMap. */
export function isDataKey(key: string): boolean {
  return key.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(key) && key !== "." && key !== ".." && !key.startsWith("..");
}

/** A key of a label or annotation, with or without a prefix. */
export function isQualifiedName(name: string): boolean {
  const slash = name.indexOf("/");
  const prefix = slash === -1 ? undefined : name.slice(0, slash);
  const rest = name.slice(slash + 1);
  if (prefix !== undefined && !isSecretName(prefix)) return false;
  return rest.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(rest);
}
