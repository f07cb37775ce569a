// The TLS options that every client has, and what Node's TLS makes of them. Not the server's side.
// Source: telegraf plugins/common/tls/client.go.

import { readFile } from "node:fs/promises";
import type { ConnectionOptions, SecureVersion } from "node:tls";
import { boolean, choice, string, strings, type OptionProblem, type Options } from "../../config/options.ts";
import { opensslCiphers } from "./tls-ciphers.ts";

export const tlsClientOptions = {
  tlsEnable: boolean("tls_enable", undefined, "false: ignore the TLS options; not set: TLS where the URL says https."),
  tlsCa: string("tls_ca", "", "File with the authorities (PEM) that the server's certificate is checked against."),
  tlsCert: string("tls_cert", "", "File with the client's certificate (PEM)."),
  tlsKey: string("tls_key", "", "File with the client's private key (PEM)."),
  tlsKeyPassword: string("tls_key_pwd", "", "Password of the private key."),
  tlsMinVersion: choice(
    "tls_min_version",
    ["TLS10", "TLS11", "TLS12", "TLS13"],
    "TLS12",
    "The oldest TLS version that is spoken.",
  ),
  tlsCipherSuites: strings("tls_cipher_suites", ["secure"], `"secure", "all", "insecure", or names of cipher suites.`),
  tlsServerName: string("tls_server_name", "", "The name the server's certificate must have, when not the URL's host."),
  tlsRenegotiationMethod: choice(
    "tls_renegotiation_method",
    ["never", "once", "freely"],
    "never",
    "Only never is supported.",
  ),
  insecureSkipVerify: boolean("insecure_skip_verify", false, "Accept any certificate of the server."),
};

export type TlsClientOptions = Options<typeof tlsClientOptions>;

export function tlsClientProblems(options: TlsClientOptions): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  if ((options.tlsCert === "") !== (options.tlsKey === "")) {
    const [key, other] = options.tlsCert === "" ? ["tls_key", "tls_cert"] : ["tls_cert", "tls_key"];
    problems.push({ key, message: `${key} is set without ${other}`, remedy: "set both, or remove both" });
  }
  if (options.tlsRenegotiationMethod !== "never") {
    const message = `tls_renegotiation_method "${options.tlsRenegotiationMethod}" is not supported`;
    problems.push({ key: "tls_renegotiation_method", message, remedy: `remove it or write "never"` });
  }
  for (const name of opensslCiphers(options.tlsCipherSuites).unknown) {
    const message = `"${name}" is not a cipher suite that this program has`;
    problems.push({ key: "tls_cipher_suites", message, remedy: `use ["secure"], or remove the name` });
  }
  return problems;
}

const VERSIONS: Readonly<Record<TlsClientOptions["tlsMinVersion"], SecureVersion>> = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3",
};

/** Reads the files. Rejects with a message that names the option and the file. */
export async function loadTlsClient(options: TlsClientOptions): Promise<ConnectionOptions> {
  if (options.tlsEnable === false) return {};
  const ca = await pem("tls_ca", options.tlsCa);
  const cert = await pem("tls_cert", options.tlsCert);
  const key = await pem("tls_key", options.tlsKey);
  const { ciphers } = opensslCiphers(options.tlsCipherSuites);
  return {
    minVersion: VERSIONS[options.tlsMinVersion],
    rejectUnauthorized: !options.insecureSkipVerify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(options.tlsKeyPassword !== "" && { passphrase: options.tlsKeyPassword }),
    ...(ciphers !== undefined && { ciphers }),
    ...(options.tlsServerName !== "" && { servername: options.tlsServerName }),
  };
}

async function pem(option: string, path: string): Promise<Buffer | undefined> {
  if (path === "") return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read ${option} "${path}": ${text}; mount the file or change ${option}`, { cause: error });
  }
}
