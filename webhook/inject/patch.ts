// JSON Patch (RFC 6902) for a pod.

export type Operation =
  | { readonly op: "add" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };
