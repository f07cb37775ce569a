// The pod of the demo: what the API server sends when the ReplicaSet of an ordinary Deployment makes one.

export const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    generateName: "shop-web-7d4b9c6f5-",
    labels: { app: "shop-web", "pod-template-hash": "7d4b9c6f5" },
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "ReplicaSet", name: "shop-web-7d4b9c6f5", uid: "8d1c", controller: true },
    ],
  },
  spec: {
    containers: [
      {
        name: "web",
        image: "shop/web:1.4",
        ports: [{ name: "http", containerPort: 8080 }],
        resources: { requests: { cpu: "250m", memory: "128Mi" } },
      },
    ],
    serviceAccountName: "default",
    terminationGracePeriodSeconds: 30,
  },
};

export const NAMESPACES = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pilotfish.dev/injection: enabled
  annotations:
    pilotfish.dev/interval: 2s
    pilotfish.dev/tags: team=shop
    pilotfish.dev/statsd.percentiles: "[50, 90, 99]"
`;

export function reviewOf(pod: object): object {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "3b8a7a5e-demo",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: "shop",
      operation: "CREATE",
      dryRun: false,
      object: pod,
    },
  };
}
