// What a cluster looked like when a test failed: for people who only have the run's output.

import { DEFAULT_NAMESPACE } from "../../webhook/inject/contract.ts";
import { ask } from "../cluster/kubectl.ts";

const MOST_LINES = 25;
const MOST_COLUMNS = 250;

const questions: readonly [what: string, args: readonly string[], ours: RegExp][] = [
  ["pods", ["get", "pods", "-A", "-o", "wide"], /^(e2e-|pilotfish|NAMESPACE)/],
  [
    "warnings",
    ["get", "events", "-A", "--field-selector=type=Warning", "--sort-by=.lastTimestamp"],
    /^(e2e-|pilotfish)/,
  ],
  ["the webhook's log", ["-n", DEFAULT_NAMESPACE, "logs", "-l", "app.kubernetes.io/name=pilotfish", "--tail=15"], /./],
];

export async function circumstances(): Promise<string> {
  const parts = questions.map(async ([what, args, ours]) => {
    const { stdout, stderr } = await ask(args);
    const lines = (stdout || stderr).split("\n").filter((line) => ours.test(line));
    return [`-- ${what}`, ...lines.slice(-MOST_LINES).map((line) => line.slice(0, MOST_COLUMNS))].join("\n");
  });
  return (await Promise.all(parts)).join("\n");
}
