// Which kinds are Kubernetes' own, so that `pilotfish inject` can tell "has no pods" from "may have pods that are not
// found here". Source: the API reference of Kubernetes 1.34, and older versions of the same groups.

/** The kinds of these groups are told one by one: a misspelt Deployment is not of Kubernetes either. */
const KINDS: Readonly<Record<string, string>> = {
  "":
    "Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim " +
    "ResourceQuota Secret Service ServiceAccount",
  apps: "ControllerRevision",
  extensions: "Ingress NetworkPolicy PodSecurityPolicy",
  autoscaling: "HorizontalPodAutoscaler Scale",
  policy: "Eviction PodDisruptionBudget PodSecurityPolicy",
};

/** In front of `.k8s.io`. No kind of these makes a pod. */
const GROUPS =
  "admissionregistration apiextensions apiregistration authentication authorization certificates coordination " +
  "discovery events flowcontrol.apiserver networking node rbac.authorization resource scheduling storage " +
  "storagemigration";

/** It is of Kubernetes itself and has no pod template; the kinds with one are in workload.ts. */
export function hasNoPods(apiVersion: string, kind: string): boolean {
  if (kind === "") return false;
  const slash = apiVersion.indexOf("/");
  const group = slash === -1 ? "" : apiVersion.slice(0, slash);
  if (group === "" && apiVersion !== "v1") return false;
  if (group.endsWith(".k8s.io")) return GROUPS.split(" ").includes(group.slice(0, -".k8s.io".length));
  return Object.hasOwn(KINDS, group) && KINDS[group]?.split(" ").includes(kind) === true;
}
