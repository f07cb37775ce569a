// `pilotfish inject` with the real streams of this process.

import { catalog } from "../agent/catalog.ts";
import { inject } from "./cli/inject.ts";
import { EXIT } from "./exit-codes.ts";

/** As commander hands them over. */
export interface RawInjectOptions {
  readonly filename: readonly string[];
  readonly classes?: string;
  readonly config?: string;
  readonly namespaceLabel?: readonly string[];
}

/** Resolves with the exit code. */
export async function runInject({ filename, ...options }: RawInjectOptions): Promise<number> {
  const { stdin, stdout, stderr } = process;
  // `pilotfish inject … | head` is not an error.
  stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? EXIT.done : EXIT.io));
  return inject(
    { files: filename, ...options },
    { stdin, out: (text) => void stdout.write(text), err: (text) => void stderr.write(text), catalog },
  );
}
