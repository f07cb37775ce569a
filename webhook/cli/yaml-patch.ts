// JSON Patch on a YAML document's tree, so that comments and order stay. What the tree cannot express (anchors shared by
// several places) is written anew from plain data: the result always equals the patch applied to the plain document.

import { isDeepStrictEqual } from "node:util";
import { Document, isCollection, isMap, isSeq, type ParsedNode, type ToStringOptions } from "yaml";
import type { Operation } from "../inject/patch.ts";
import { applyPatch, type Patch } from "./apply-patch.ts";

export interface YamlPatch {
  readonly patches: readonly Patch[];
  /** The document's text: its layout is kept. */
  readonly text: string;
}

/** Changes `document`, whose plain form is `value`. */
export function patchYaml(document: Document, value: unknown, { patches, text }: YamlPatch): string {
  const wanted = applyPatch(value, patches);
  const layout = layoutOf(text);
  for (const { path, operations } of patches) for (const operation of operations) apply(document, path, operation);
  if (isDeepStrictEqual(document.toJS(), wanted)) return document.toString(layout);
  const mark = text.startsWith("---") ? "---\n" : "";
  // Comments inside are lost with the tree; those on top are kept.
  const top = /^(?:---[^\n]*\n)?((?:[ \t]*#[^\n]*\n|[ \t]*\n)*)/.exec(text)?.[1] ?? "";
  return mark + top + new Document(wanted, { version: "1.1", aliasDuplicateObjects: false }).toString(layout);
}

function apply(document: Document, path: readonly (string | number)[], { op, path: pointer, value }: Operation): void {
  // Tests were made on the plain document.
  if (op === "test") return;
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = parts.pop() ?? "";
  const parent: unknown = document.getIn([...path, ...parts], true);
  if (!isCollection(parent)) return;
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  openFlow(document, [...path, ...parts]);
  if (isMap(parent)) parent.set(last, node);
  else if (isSeq(parent)) parent.items.splice(last === "-" ? parent.items.length : Number(last), 0, node as ParsedNode);
}

/** `{ … }` and `[ … ]` on the way become blocks: what is added is too much for one line. */
function openFlow(document: Document, path: readonly (string | number)[]): void {
  for (let length = 0; length <= path.length; length++) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isCollection(node)) node.flow = false;
  }
}

/** Line width and list indentation as the file has them. */
function layoutOf(text: string): ToStringOptions {
  const indent = /^( +)\S/m.exec(text)?.[1]?.length ?? 2;
  // Lists below a key at the key's own column, as kubectl writes them.
  const indentSeq = !/^( *)(?:- +)?[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n\1- /m.test(text);
  const asWritten = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
  return { ...asWritten, indent: Math.min(Math.max(indent, 1), 8), indentSeq, flowCollectionPadding: /\{ /.test(text) };
}
