// Which sockets a `host:port` option means, and what to say when one cannot be opened. Not the opening itself.
// Go's net.Listen rules, with one addition: `localhost` means every loopback family there is, so that a client finds us
// whichever address its resolver picks.

export interface ListenAddress {
  readonly host: string;
  readonly family: 4 | 6;
  readonly port: number;
}

export interface ListenPlan {
  readonly addresses: readonly ListenAddress[];
  /** `first`: the first address that this machine has (wildcard: dual stack, else IPv4). `every`: all that it has. */
  readonly take: "first" | "every";
}

/** `family` limits the plan (`udp4`, `tcp6`). undefined: `text` is not `host:port`. */
export function listenPlan(text: string, family?: 4 | 6): ListenPlan | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  const host = match[1] ?? match[2] ?? "";
  const candidates = hostAddresses(host).filter((address) => family === undefined || address.family === family);
  const addresses = candidates.map((address) => ({ ...address, port }));
  return { addresses, take: host.toLowerCase() === "localhost" ? "every" : "first" };
}

function hostAddresses(host: string): readonly Omit<ListenAddress, "port">[] {
  if (host === "" || host === "*") {
    return [
      { host: "::", family: 6 },
      { host: "0.0.0.0", family: 4 },
    ];
  }
  if (host.toLowerCase() === "localhost") {
    return [
      { host: "127.0.0.1", family: 4 },
      { host: "::1", family: 6 },
    ];
  }
  return [{ host, family: host.includes(":") ? 6 : 4 }];
}

const NOT_ON_THIS_MACHINE = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "ENOTSUP", "EINVAL"]);

/**
 * Opens what the plan says. With port 0 and several addresses, all get the port that the first was given.
 * Rejects with the first real failure after closing what was open.
 */
export async function openListeners<T>(
  plan: ListenPlan,
  socket: {
    readonly open: (address: ListenAddress) => Promise<T>;
    readonly port: (opened: T) => number;
    readonly close: (opened: T) => Promise<void>;
  },
): Promise<readonly T[]> {
  const opened: T[] = [];
  let lastError: unknown = new Error("no address of the wanted family");
  for (const address of plan.addresses) {
    const first = opened[0];
    try {
      const port = first === undefined ? address.port : socket.port(first);
      opened.push(await socket.open({ ...address, port }));
      if (plan.take === "first") return opened;
    } catch (error) {
      lastError = error;
      if (NOT_ON_THIS_MACHINE.has(errorCode(error))) continue;
      await Promise.all(opened.map((one) => socket.close(one)));
      throw error;
    }
  }
  if (opened.length === 0) throw lastError;
  return opened;
}

/** The message for a listener that could not open: what was attempted, why not, which option to change. */
export function listenFailure(error: unknown, address: string, option: string): Error {
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `the address is in use by another process or another input of this config; stop that one or change ${option}`,
    EACCES: `permission denied; choose a port above 1023 or a path that this user may write, in ${option}`,
    EADDRNOTAVAIL: `this machine has no such address; change the host in ${option}`,
    ENOTFOUND: `the host name is unknown; change the host in ${option}`,
    ENOENT: `the directory does not exist; create it or change ${option}`,
  };
  return new Error(`cannot listen on ${address}: ${reasons[code] ?? `${text}; check ${option}`}`, { cause: error });
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
