// What a class may be called: it is a key of a Secret and a file name, so nothing that leaves its directory.

export const CLASS_NAME_RULE =
  "at most 63 of letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";

export function isClassName(name: string): boolean {
  return name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name) && !name.includes("..");
}

/** The class in a file or key of this name: people write `prod`, `prod.toml` and `prod.conf`. */
export function classNameOf(fileName: string): string {
  return fileName.replace(/\.(toml|conf)$/, "");
}
