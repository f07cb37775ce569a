// Texts by name that somebody keeps up to date: the keys of a Secret or of a ConfigMap, whatever follows it.

export interface Texts {
  /** Of the API server. */
  readonly version: string;
  readonly texts: ReadonlyMap<string, string>;
}

export interface TextsSource {
  /** Called with what there is as soon as it is known, and after each change; undefined: the object does not exist. */
  follow(take: (texts: Texts | undefined) => void): void;
}
