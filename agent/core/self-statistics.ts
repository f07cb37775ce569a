// What the agent knows about itself. Pull model: a plugin keeps plain numbers, and only a reader makes objects of them.

export interface StatisticsSource {
  /** Measurement name, for instance `internal_statsd`. */
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Called when somebody reads; returns integers. Must be cheap and must not throw. */
  readonly read: () => Readonly<Record<string, number>>;
}

export class SelfStatistics {
  readonly #sources = new Set<StatisticsSource>();

  /** Returns the function that takes the source out again. */
  register(source: StatisticsSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  sources(): Iterable<StatisticsSource> {
    return this.#sources;
  }
}
