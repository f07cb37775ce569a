// Why a port could not be opened, in words of the command line.

/** Thrown to the composition root, which writes the message and exits with the code (69: EX_UNAVAILABLE of sysexits.h). */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.name = "ExitError";
    this.exitCode = exitCode;
  }
}

export const EXIT_USAGE = 64;
export const EXIT_NO_INPUT = 66;
export const EXIT_UNAVAILABLE = 69;
export const EXIT_CANNOT_CREATE = 73;

export function listenFailure(error: unknown, option: string, address: string): ExitError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const port = address.slice(address.lastIndexOf(":") + 1);
  const why = WHY[code]?.(port) ?? (error instanceof Error ? error.message : String(error));
  return new ExitError(`cannot listen on ${address} (${option}): ${why}`, EXIT_UNAVAILABLE, { cause: error });
}

const WHY: Readonly<Record<string, (port: string) => string>> = {
  EADDRINUSE: (port) =>
    `port ${port} is in use. End the program that holds it, or choose another port (0: any free one)`,
  EACCES: (port) => `port ${port} is reserved. Choose one above 1023`,
  EADDRNOTAVAIL: () => "this machine does not have that address. Choose 127.0.0.1, or leave the host out for all",
};
