// Why a port could not be opened, in words of the command line.

import { EXIT, ExitError } from "../exit-codes.ts";

export function listenFailure(error: unknown, option: string, address: string): ExitError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const port = address.slice(address.lastIndexOf(":") + 1);
  const why = WHY[code]?.(port) ?? (error instanceof Error ? error.message : String(error));
  return new ExitError(`cannot listen on ${address} (${option}): ${why}`, EXIT.unavailable, { cause: error });
}

const WHY: Readonly<Record<string, (port: string) => string>> = {
  EADDRINUSE: (port) =>
    `port ${port} is in use. End the program that holds it, or choose another port (0: any free one)`,
  EACCES: (port) => `port ${port} is reserved. Choose one above 1023`,
  EADDRNOTAVAIL: () => "this machine does not have that address. Choose 127.0.0.1, or leave the host out for all",
};
