// Carries out what is due: material in, newer material out. No store and no timer here.

import { randomBytes } from "node:crypto";
import { issueAuthority, issueServing, type Pair } from "./issue.ts";
import type { Material, Retired } from "./material.ts";
import { dueStep, validityOf, type CertificatePolicy, type Step } from "./rotation.ts";

export async function firstMaterial(policy: CertificatePolicy, nowMs: number): Promise<Material> {
  const authority = await newAuthority(policy, nowMs);
  return withServing({ authority, retired: [] }, policy, nowMs);
}

/** The material with everything done that is due; the same object when nothing was. */
export async function advance(material: Material, policy: CertificatePolicy, nowMs: number): Promise<Material> {
  let current = material;
  // Each step makes its own cause vanish; the bound is for a policy that contradicts itself (a life of no length).
  for (let count = 0; count < 8; count++) {
    const step = dueStep(current, policy, nowMs);
    if (step === undefined) break;
    current = await STEPS[step](current, policy, nowMs);
  }
  return current;
}

const STEPS = { announce, activate, renew: withServing, forget } satisfies Record<
  Step,
  (material: Material, policy: CertificatePolicy, nowMs: number) => Promise<Material>
>;

async function announce(material: Material, policy: CertificatePolicy, nowMs: number): Promise<Material> {
  return { ...material, next: await newAuthority(policy, nowMs) };
}

async function activate(material: Material, policy: CertificatePolicy, nowMs: number): Promise<Material> {
  const { authority, next, retired, signedUntilMs } = material;
  if (next === undefined) return material;
  const old = { certificate: authority.certificate, keepUntilMs: signedUntilMs };
  return withServing({ authority: next, retired: [...retired, old] }, policy, nowMs);
}

function forget(material: Material, _policy: CertificatePolicy, nowMs: number): Promise<Material> {
  const retired = material.retired.filter((entry) => nowMs < entry.keepUntilMs);
  return Promise.resolve({ ...material, retired });
}

interface Signer {
  readonly authority: Pair;
  readonly next?: Pair;
  readonly retired: readonly Retired[];
  readonly signedUntilMs?: number;
}

async function withServing(signer: Signer, policy: CertificatePolicy, nowMs: number): Promise<Material> {
  // A certificate that outlives its authority is refused from the authority's end on: say so in the certificate.
  const authorityEndMs = validityOf(signer.authority.certificate).notAfterMs;
  const notAfterMs = Math.min(nowMs + policy.servingLifeMs, authorityEndMs);
  const serving = await issueServing({
    authority: signer.authority,
    dnsNames: policy.dnsNames,
    ipAddresses: policy.ipAddresses,
    bits: policy.servingBits,
    notBeforeMs: nowMs - policy.backdateMs,
    notAfterMs,
  });
  return { ...signer, serving, signedUntilMs: Math.max(signer.signedUntilMs ?? 0, notAfterMs) };
}

function newAuthority(policy: CertificatePolicy, nowMs: number): Promise<Pair> {
  return issueAuthority({
    // A name of its own for each: clients look an issuer up by name first, and old and new are trusted side by side.
    commonName: `${policy.commonName} ${randomBytes(4).toString("hex")}`,
    bits: policy.authorityBits,
    notBeforeMs: nowMs - policy.backdateMs,
    notAfterMs: nowMs + policy.authorityLifeMs,
  });
}
