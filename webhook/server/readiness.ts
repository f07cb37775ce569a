// Whether the webhook should be sent requests: a list of named conditions, and the end of service.

export class Readiness {
  readonly #conditions = new Map<string, () => boolean>();
  #draining = false;

  /** `name` is what the answer lists while `holds` says no: "certificates", "first list of namespaces". */
  require(name: string, holds: () => boolean): void {
    this.#conditions.set(name, holds);
  }

  /** From now on never ready again. */
  drain(): void {
    this.#draining = true;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** What is still missing; empty means ready. */
  missing(): string[] {
    if (this.#draining) return ["shutting down"];
    return [...this.#conditions].filter(([, holds]) => !holds()).map(([name]) => name);
  }
}
