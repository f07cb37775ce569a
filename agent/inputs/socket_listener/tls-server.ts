// The TLS options of a stream listener. Source: telegraf plugins/common/tls/server.go (1.39.3).

import { readFile } from "node:fs/promises";
import type { SecureVersion, TlsOptions } from "node:tls";
import { choice, string, strings, type OptionProblem, type Options } from "../../config/options.ts";

const VERSIONS = ["TLS12", "TLS13"] as const;

export const tlsServerOptions = {
  tlsCert: string("tls_cert", "", "PEM file of the server's certificate; switches TLS on, with tls_key."),
  tlsKey: string("tls_key", "", "PEM file of the certificate's key."),
  tlsKeyPassword: string("tls_key_pwd", "", "Password of the key."),
  tlsAllowedCacerts: strings(
    "tls_allowed_cacerts",
    [],
    "PEM files; clients must show a certificate that one of them signed.",
  ),
  tlsAllowedDnsNames: strings("tls_allowed_dns_names", [], "Not supported yet."),
  tlsCipherSuites: strings("tls_cipher_suites", [], "Not supported yet."),
  tlsMinVersion: choice("tls_min_version", VERSIONS, "TLS12", "Lowest TLS version."),
  tlsMaxVersion: choice("tls_max_version", ["", ...VERSIONS], "", "Highest TLS version; empty: no limit."),
};

type TlsServerOptions = Options<typeof tlsServerOptions>;

export function tlsWanted(options: TlsServerOptions): boolean {
  return options.tlsCert !== "" || options.tlsKey !== "" || options.tlsAllowedCacerts.length > 0;
}

export function tlsProblems(options: TlsServerOptions): OptionProblem[] {
  const problems: OptionProblem[] = [];
  for (const [key, list] of [
    ["tls_allowed_dns_names", options.tlsAllowedDnsNames],
    ["tls_cipher_suites", options.tlsCipherSuites],
  ] as const) {
    if (list.length > 0)
      problems.push({ key, message: `${key} is not supported by this version`, remedy: "remove it" });
  }
  if (tlsWanted(options) && (options.tlsCert === "" || options.tlsKey === "")) {
    const key = options.tlsCert === "" ? "tls_cert" : "tls_key";
    problems.push({ key, message: `TLS needs ${key}`, remedy: "give both tls_cert and tls_key, or no tls_ option" });
  }
  return problems;
}

/** Reads the files; rejects with a message that names the file. */
export async function readTlsServer(options: TlsServerOptions): Promise<TlsOptions> {
  const ca = await Promise.all(options.tlsAllowedCacerts.map((path) => readPem(path, "tls_allowed_cacerts")));
  return {
    cert: await readPem(options.tlsCert, "tls_cert"),
    key: await readPem(options.tlsKey, "tls_key"),
    ...(options.tlsKeyPassword === "" ? {} : { passphrase: options.tlsKeyPassword }),
    ...(ca.length === 0 ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
    minVersion: nodeVersion(options.tlsMinVersion),
    ...(options.tlsMaxVersion === "" ? {} : { maxVersion: nodeVersion(options.tlsMaxVersion) }),
  };
}

function nodeVersion(version: (typeof VERSIONS)[number]): SecureVersion {
  return version === "TLS12" ? "TLSv1.2" : "TLSv1.3";
}

async function readPem(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read ${path}: ${reason}; check ${option}`, { cause: error });
  }
}
