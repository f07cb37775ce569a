// The books of one write: which groups are still open, which metrics were accepted or rejected, and what went wrong.

import { WriteError, type WriteVerdict } from "../../core/write-error.ts";
import type { WriteGroup } from "./write-groups.ts";

interface Rejection {
  readonly count: number | "all";
  readonly unserializable: readonly number[];
  readonly message: string;
}

export class WriteLedger {
  readonly #size: number;
  readonly #open: Set<WriteGroup>;
  readonly #unwanted = new Set<WriteGroup>();
  readonly #accepted: number[] = [];
  readonly #rejected: number[] = [];
  readonly #messages: string[] = [];
  #failed = false;

  constructor(groups: readonly WriteGroup[], size: number) {
    this.#open = new Set(groups);
    this.#size = size;
  }

  /** Groups that no server has decided about yet. */
  open(): readonly WriteGroup[] {
    return [...this.#open];
  }

  accepted(group: WriteGroup, unserializable: readonly number[]): void {
    this.#close(group, new Set(unserializable));
    if (unserializable.length > 0) this.#messages.push(unserializableText(unserializable.length));
  }

  /** Of a partial write we know how many points were lost, not which: the last ones stand for them. */
  rejected(group: WriteGroup, { count, unserializable, message }: Rejection): void {
    const lost = new Set(unserializable);
    const wanted = count === "all" ? group.indexes.length : Math.min(lost.size + count, group.indexes.length);
    for (let at = group.indexes.length - 1; lost.size < wanted; at--) lost.add(at);
    this.#close(group, lost);
    this.#messages.push(message);
  }

  /** This server took nothing, another one may. */
  failed(message: string): void {
    this.#failed = true;
    this.#messages.push(message);
  }

  /** This server has no such database and will not have one. */
  unwanted(group: WriteGroup, message: string): void {
    this.#unwanted.add(group);
    this.#messages.push(message);
  }

  verdict(): WriteVerdict {
    if (this.#accepted.length + this.#rejected.length === 0) return { kind: "retry" };
    if (this.#rejected.length === this.#size) return { kind: "drop" };
    return { kind: "partial", accepted: this.#accepted, rejected: this.#rejected };
  }

  /** After the last server: throws unless all was accepted; returns what went wrong on the way there. */
  settle(): readonly string[] {
    // When every server said "no such database", trying again changes nothing (upstream drops these as well).
    if (!this.#failed) for (const group of this.#open) if (this.#unwanted.has(group)) this.#close(group, "all");
    const open = this.#open.size > 0;
    if (!open && this.#rejected.length === 0) return this.#messages;
    const intro = open ? "could not write any address: " : "";
    throw new WriteError(intro + (this.#messages.join("; ") || "there is no address"), this.verdict());
  }

  /** `lost`: places in the group. */
  #close(group: WriteGroup, lost: ReadonlySet<number> | "all"): void {
    this.#open.delete(group);
    for (const [at, index] of group.indexes.entries()) {
      if (lost === "all" || lost.has(at)) this.#rejected.push(index);
      else this.#accepted.push(index);
    }
  }
}

function unserializableText(count: number): string {
  return `${count} metrics cannot be written as line protocol and are dropped`;
}
