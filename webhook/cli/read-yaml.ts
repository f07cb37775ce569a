// YAML as Kubernetes reads it: version 1.1 (`yes` is a boolean, 010 is eight), but without timestamps.

import { parseDocument, type Document } from "yaml";

/** Problems are in the document's `errors`. */
export function readYaml(text: string): Document {
  return parseDocument(text, {
    version: "1.1",
    customTags: (tags) =>
      tags.filter((tag) => tag !== "timestamp" && (typeof tag === "string" || !tag.tag.endsWith(":timestamp"))),
    prettyErrors: false,
  });
}
