// `host:port` of --listen and --metrics-listen: `127.0.0.1:8443`, `[::1]:8443`, `:8443` for every address.

export interface ListenAddress {
  /** Undefined: every address of both families. */
  readonly host?: string;
  readonly port: number;
}

/** The address, or a sentence that says what is wrong. */
export function parseListenAddress(text: string): ListenAddress | string {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null) return `"${text}" is not host:port; write 127.0.0.1:8443, [::1]:8443 or :8443`;
  const port = Number(match[3]);
  if (port > 65_535) return `port ${port} of "${text}" is above 65535`;
  const host = match[1] ?? match[2] ?? "";
  return host === "" ? { port } : { host, port };
}

export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
