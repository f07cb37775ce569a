// `pilotfish`: commands, exit codes, signals. The only place that ends the process. Each command imports what it needs
// when it runs, so that `inject` does not pay for the server, nor the server for the Kubernetes client it does not use.

// First: it is in force while the others are loaded.
import "./signals.ts";
import { Command, CommanderError } from "commander";
import { VERSION } from "./inject/contract.ts";
import type { RawInjectOptions } from "./run-inject.ts";
import type { RawServeOptions } from "./serve-options.ts";
import { EXIT, ExitError } from "./exit-codes.ts";

const program = new Command("pilotfish")
  .description("Seats a metrics agent beside every Kubernetes pod that wants one")
  .version(VERSION)
  .exitOverride()
  .showHelpAfterError("(pilotfish help lists the commands and their options)");

program
  .command("webhook")
  .description("serve the admission webhook")
  .option("--dev", "without a cluster: certificate for localhost and 127.0.0.1, in memory")
  .option(
    "--listen <host:port>",
    "where to serve https; port 0: any free one (default :8443, with --dev 127.0.0.1:8443)",
  )
  .option("--metrics-listen <host:port>", "also serve /healthz, /readyz and /metrics here, over plain http")
  .option("--ca-out <file>", "write the authority that clients must trust here, once it listens")
  .option("--classes <dir>", "classes, a file each; watched (default in a cluster: Secret pilotfish-classes)")
  .option("--config <file>", "settings (config.yaml); watched (default in a cluster: ConfigMap pilotfish)")
  .option("--namespaces <file>", "Namespace objects as YAML, instead of asking a cluster; watched")
  .option("--certificates <dir>", "keep the certificates in this directory, not in a Secret")
  .option("--service <name...>", "name of our Service, for the certificate (default pilotfish.<own namespace>.svc)")
  .option("--webhook-configuration <name>", "whose caBundle to keep; empty: leave it alone (default pilotfish)")
  .option("--drain-delay <seconds>", "time between not ready and closed (default 5, with --dev 0)")
  .option("--grace <seconds>", "time for requests in flight at the end (default 20)")
  .option("--max-in-flight <count>", "let pods pass unchanged beyond this many requests at once (default 256)")
  .option("--log-level <level>", "trace, debug, info, warn, error or silent (default info)")
  .action(async (raw: RawServeOptions) => {
    const { runWebhook } = await import("./run-webhook.ts");
    await runWebhook(raw);
  });

program
  .command("inject")
  .description("read workloads, write them with the agent; the report goes to standard error")
  .requiredOption(
    "-f, --filename <file...>",
    "manifests with pods or pod templates, in this order; - for standard input",
  )
  .option("--classes <dir>", "classes, a file each; without it classes are not checked")
  .option("--config <file>", "settings (config.yaml)")
  .option("--namespace-label <k=v...>", "label of the namespaces that the input does not bring itself")
  .action(async (raw: RawInjectOptions) => {
    const { runInject } = await import("./run-inject.ts");
    process.exitCode = await runInject(raw);
  });

// Also for what nobody awaited.
process.on("uncaughtException", (error) => process.exit(report(error)));

try {
  await program.parseAsync();
} catch (error) {
  process.exit(report(error));
}

function report(error: unknown): number {
  // Commander has written its message; help and version come this way too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof ExitError) {
    process.stderr.write(`pilotfish: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`pilotfish: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.internal;
}
