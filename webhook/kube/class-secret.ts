// A Secret with classes: from what the API server shows to what we keep of it, and back.

import type { V1Secret } from "@kubernetes/client-node";
import { digestOf, type Copy, type Wanted } from "../classes/copy.ts";
import { formatStamp, parseStamp } from "../classes/stamp.ts";
import { CLASSES_SECRET, MANAGED_BY_LABEL, MANAGED_BY_VALUE, SOURCE_ANNOTATION } from "../inject/contract.ts";
import { at, stringOf, stringsOf } from "../inject/json.ts";
import type { Texts } from "../sources/texts-source.ts";

/** A new one, or the old one with what others put on it. */
export function secretWith({ texts, kept, stamp }: Wanted, old: V1Secret | undefined): V1Secret {
  const data: Record<string, string> = {};
  for (const [name, text] of Object.entries(old?.data ?? {})) if (kept.has(name)) data[name] = text;
  for (const [name, text] of texts) data[name] = Buffer.from(text).toString("base64");
  const ours = { "app.kubernetes.io/name": "pilotfish", [MANAGED_BY_LABEL]: MANAGED_BY_VALUE };
  const { labels, annotations, ...metadata } = old?.metadata ?? { name: CLASSES_SECRET };
  return {
    type: old?.type ?? "Opaque",
    ...(old?.immutable !== undefined && { immutable: old.immutable }),
    metadata: {
      ...metadata,
      labels: { ...labels, ...ours },
      annotations: { ...annotations, [SOURCE_ANNOTATION]: formatStamp(stamp) },
    },
    data,
  };
}

export function copyOf(secret: object): Copy {
  const data = Object.entries(stringsOf(at(secret, "data")));
  return {
    managed: at(secret, "metadata", "labels", MANAGED_BY_LABEL) === MANAGED_BY_VALUE,
    stamp: parseStamp(stringOf(at(secret, "metadata", "annotations", SOURCE_ANNOTATION))),
    digests: new Map(data.map(([name, text]) => [name, digestOf(Buffer.from(text, "base64"))])),
  };
}

export function textsOf(secret: object): Texts {
  const data = Object.entries(stringsOf(at(secret, "data")));
  return {
    version: stringOf(at(secret, "metadata", "resourceVersion")),
    texts: new Map(data.map(([name, text]) => [name, Buffer.from(text, "base64").toString()])),
  };
}

export function namespaceOf(object: object): string {
  return stringOf(at(object, "metadata", "namespace"));
}
