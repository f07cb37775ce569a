// `pilotfish webhook`: its options as typed values. Wrong ones are told with the option's name and end with exit code 64.

import { isIP } from "node:net";
import { hostname } from "node:os";
import { parseListenAddress, type ListenAddress } from "./server/listen-address.ts";
import { EXIT, ExitError } from "./exit-codes.ts";
import { DEFAULT_NAMESPACE } from "./inject/contract.ts";
import { LEVELS, type Level } from "./log/logger.ts";

/** As commander hands them over. */
export interface RawServeOptions {
  readonly dev?: boolean;
  readonly listen?: string;
  readonly metricsListen?: string;
  readonly caOut?: string;
  readonly classes?: string;
  readonly namespaces?: string;
  readonly config?: string;
  readonly certificates?: string;
  readonly service?: readonly string[];
  readonly webhookConfiguration?: string;
  readonly drainDelay?: string;
  readonly grace?: string;
  readonly maxInFlight?: string;
  readonly logLevel?: string;
}

export interface ServeOptions {
  readonly dev: boolean;
  readonly listen: ListenAddress;
  readonly metricsListen: ListenAddress | undefined;
  readonly caOut: string | undefined;
  readonly classes: string | undefined;
  readonly namespaces: string | undefined;
  readonly config: string | undefined;
  /** Directory of the certificates; undefined: in memory with `dev`, else a Secret. */
  readonly certificates: string | undefined;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Whose caBundle is kept; undefined: nobody's. */
  readonly webhookConfiguration: string | undefined;
  readonly ownNamespace: string;
  /** Which replica this is, for Events. */
  readonly instance: string;
  readonly drainDelayMs: number;
  readonly graceMs: number;
  readonly mostInFlight: number;
  readonly logLevel: Level;
}

export function readServeOptions(raw: RawServeOptions, env: Readonly<NodeJS.ProcessEnv>): ServeOptions {
  const dev = raw.dev === true;
  const ownNamespace = env["POD_NAMESPACE"] || DEFAULT_NAMESPACE;
  const listen = address("--listen", raw.listen ?? (dev ? "127.0.0.1:8443" : ":8443"));
  return {
    dev,
    listen,
    metricsListen: raw.metricsListen === undefined ? undefined : address("--metrics-listen", raw.metricsListen),
    caOut: raw.caOut,
    classes: raw.classes,
    namespaces: raw.namespaces,
    config: raw.config,
    certificates: raw.certificates,
    ...(dev ? localNames(listen) : serviceNames(raw.service ?? [`pilotfish.${ownNamespace}.svc`])),
    webhookConfiguration:
      dev || raw.webhookConfiguration === "" ? undefined : (raw.webhookConfiguration ?? "pilotfish"),
    ownNamespace,
    instance: env["POD_NAME"] || hostname(),
    drainDelayMs: seconds("--drain-delay", raw.drainDelay ?? (dev ? "0" : "5")),
    graceMs: seconds("--grace", raw.grace ?? "20"),
    mostInFlight: count("--max-in-flight", raw.maxInFlight ?? "256"),
    logLevel: level(raw.logLevel ?? "info"),
  };
}

type Names = Pick<ServeOptions, "dnsNames" | "ipAddresses">;

/** The API server asks for <service>.<namespace>.svc; the longer name is for people who come by curl. */
function serviceNames(services: readonly string[]): Names {
  return { dnsNames: services.flatMap((name) => [name, `${name}.cluster.local`]), ipAddresses: [] };
}

/** This machine as itself, and as the host that was asked for, unless that means every address. */
function localNames({ host }: ListenAddress): Names {
  const own = host === undefined || host === "0.0.0.0" || host === "::" ? [] : [host];
  return {
    dnsNames: [...new Set(["localhost", ...own.filter((name) => isIP(name) === 0)])],
    ipAddresses: [...new Set(["127.0.0.1", "::1", ...own.filter((name) => isIP(name) !== 0)])],
  };
}

function address(option: string, text: string): ListenAddress {
  const parsed = parseListenAddress(text);
  if (typeof parsed === "string") throw usage(`${option}: ${parsed}`);
  return parsed;
}

function seconds(option: string, text: string): number {
  const value = /^\d+(\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (!(value <= 3600)) throw usage(`${option}: "${text}" is not a number of seconds; write for example 5`);
  return value * 1000;
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw usage(`${option}: "${text}" is not a number of requests; write for example 256`);
  return Number(text);
}

function level(text: string): Level {
  const found = LEVELS.find((known) => known === text);
  if (found === undefined) throw usage(`--log-level: "${text}" is none of ${LEVELS.join(", ")}`);
  return found;
}

function usage(message: string): ExitError {
  return new ExitError(message, EXIT.usage);
}
