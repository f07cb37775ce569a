// Go's names of cipher suites in OpenSSL's words. Source: telegraf plugins/common/tls/common.go and the names of RFC 5246.

export interface Ciphers {
  /** undefined: the default list. */
  readonly ciphers: string | undefined;
  readonly unknown: readonly string[];
}

/** `names` may hold the groups "secure" (the default), "all" and "insecure". */
export function opensslCiphers(names: readonly string[]): Ciphers {
  if (names.includes("all") || names.includes("insecure")) return { ciphers: "ALL:@SECLEVEL=0", unknown: [] };
  const single = names.filter((name) => name !== "secure");
  if (single.length === 0 || names.includes("secure")) return { ciphers: undefined, unknown: unknownOf(single) };
  return { ciphers: single.map(opensslName).join(":"), unknown: unknownOf(single) };
}

function unknownOf(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  // Loaded when somebody names a suite: TLS costs 3 MiB.
  const known = new Set(process.getBuiltinModule("node:tls").getCiphers());
  return names.filter((name) => !known.has(opensslName(name).toLowerCase()));
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is `ECDHE-RSA-AES128-GCM-SHA256`; TLS 1.3 names are the same in both. */
function opensslName(name: string): string {
  if (!name.includes("_WITH_")) return name;
  return name
    .replace(/^TLS_RSA_WITH_/, "")
    .replace(/^TLS_/, "")
    .replace("_WITH_", "_")
    .replace(/AES_(\d+)/, "AES$1")
    .replace("_CBC_", "_")
    .replace("POLY1305_SHA256", "POLY1305")
    .replaceAll("_", "-");
}
