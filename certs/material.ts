// All that is kept about certificates, as one value, and its form in a store. Reading checks that the parts belong
// together: a mixture of two generations would be served as a broken handshake.

import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Pair } from "./issue.ts";
import type { Entries } from "./store.ts";

/** An authority that signs no more, trusted until the last thing it signed has expired. */
export interface Retired {
  readonly certificate: string;
  readonly keepUntilMs: number;
}

export interface Material {
  readonly authority: Pair;
  readonly serving: Pair;
  /** The latest end of anything that `authority` signed. */
  readonly signedUntilMs: number;
  /** The coming authority: trusted already (in the bundle), not yet used. */
  readonly next?: Pair;
  readonly retired: readonly Retired[];
}

/** What clients must trust, PEM after PEM: the authority, the coming one, and those with living certificates. */
export function bundleOf(material: Material): string {
  const all = [
    material.authority.certificate,
    material.next?.certificate,
    ...material.retired.map((r) => r.certificate),
  ];
  return all.filter((pem) => pem !== undefined).join("");
}

export function encodeMaterial(material: Material): Entries {
  const { authority, serving, next, retired, signedUntilMs } = material;
  return {
    "tls.crt": serving.certificate,
    "tls.key": serving.key,
    // For people and other programs; reading it back is not needed.
    "ca.crt": bundleOf(material),
    "authority.crt": authority.certificate,
    "authority.key": authority.key,
    ...(next === undefined ? {} : { "next-authority.crt": next.certificate, "next-authority.key": next.key }),
    "state.json": JSON.stringify({ signedUntilMs, retired }),
  };
}

/** The material, or a sentence that says what is wrong with it. */
export function decodeMaterial(entries: Entries): Material | string {
  try {
    const authority = readPair(entries, "authority");
    const serving = readPair(entries, "tls");
    const issuer = new X509Certificate(authority.certificate);
    if (!new X509Certificate(serving.certificate).verify(issuer.publicKey)) {
      return "tls.crt was not signed by authority.crt";
    }
    const state = readState(entries["state.json"]);
    const next = entries["next-authority.crt"] === undefined ? {} : { next: readPair(entries, "next-authority") };
    return { authority, serving, ...state, ...next };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readPair(entries: Entries, name: string): Pair {
  const certificate = entries[`${name}.crt`];
  const key = entries[`${name}.key`];
  if (certificate === undefined || key === undefined) throw new Error(`${name}.crt or ${name}.key is missing`);
  let matches: boolean;
  try {
    matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new Error(`${name}.crt or ${name}.key cannot be read as PEM`, { cause: error });
  }
  if (!matches) throw new Error(`${name}.key does not belong to ${name}.crt`);
  return { certificate, key };
}

function readState(text: string | undefined): { signedUntilMs: number; retired: Retired[] } {
  if (text === undefined) throw new Error("state.json is missing");
  let state: { signedUntilMs?: unknown; retired?: unknown };
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw new Error("state.json is not JSON", { cause: error });
  }
  const { signedUntilMs, retired } = state;
  if (typeof signedUntilMs !== "number" || !Array.isArray(retired)) throw new Error("state.json lacks its fields");
  for (const entry of retired as Partial<Retired>[]) {
    if (typeof entry?.certificate !== "string" || typeof entry.keepUntilMs !== "number") {
      throw new Error("state.json has a retired authority that cannot be read");
    }
    // Throws when it is no certificate: a bundle with rubbish in it is refused by the API server as a whole.
    void new X509Certificate(entry.certificate);
  }
  return { signedUntilMs, retired: retired as Retired[] };
}
