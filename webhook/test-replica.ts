// One replica of the webhook without its server, beside the stand-in of an API server: for tests of what happens in the
// background. What admission answers is told by `answered`.

import { catalog } from "../agent/catalog.ts";
import type { Clock } from "../certs/clock.ts";
import type { Outcome } from "./admission/admit.ts";
import { openBackground, type Background } from "./background.ts";
import { ClassSecrets } from "./kube/class-secrets.ts";
import { ClusterEvents } from "./kube/event-sink.ts";
import type { FakeApiServer } from "./kube/fake-api-server.ts";
import { FollowedTexts } from "./kube/followed-texts.ts";
import { ClusterNamespaces } from "./kube/namespaces.ts";
import { createLogger } from "./log/logger.ts";
import { readServeOptions, type RawServeOptions } from "./serve-options.ts";
import { Metrics } from "./server/metrics.ts";
import { openKnowledge, type Knowledge } from "./sources/knowledge.ts";

export const OWN = "pilotfish-system";

/** Nobody waits long in real time, and who looks at the clock afterwards sees that the time has passed. */
export class HurriedClock implements Clock {
  #aheadMs = 0;

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  after(delayMs: number, callback: () => void): { cancel: () => void } {
    const dueMs = this.nowMs() + delayMs;
    const fire = (): void => {
      this.#aheadMs += Math.max(0, dueMs - this.nowMs());
      callback();
    };
    // Limits of calls are not waited for: they are long compared to a call.
    const handle = setTimeout(fire, delayMs >= 10_000 ? delayMs : Math.min(delayMs, 5));
    return { cancel: () => clearTimeout(handle) };
  }
}

export interface Replica {
  readonly knowledge: Knowledge;
  readonly background: Background;
  readonly classes: ClassSecrets;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** All that it logged. */
  readonly log: () => string;
  readonly answered: (outcome: Partial<Outcome>) => void;
  readonly stop: () => Promise<void>;
}

export async function startReplica(api: FakeApiServer, raw: RawServeOptions = {}): Promise<Replica> {
  const clock = new HurriedClock();
  const metrics = new Metrics();
  let text = "";
  const log = createLogger("trace", { write: (line) => void (text += line) });
  const base = { config: api.config, clock, onProblem: (message: string) => log.error(message) };
  const namespaces = new ClusterNamespaces(base);
  const classes = new ClassSecrets({ ...base, ownNamespace: OWN });
  const settings = new FollowedTexts({ ...base, namespace: OWN, name: "pilotfish" });
  const cluster = { namespaces, classes, settings, events: new ClusterEvents({ ...base, instance: "replica" }) };
  for (const followed of [namespaces, classes, settings]) followed.start();
  const knowledge = await openKnowledge(readServeOptions(raw, {}), { catalog, clock, log, metrics, cluster });
  const background = openBackground({ cluster, knowledge, ownNamespace: OWN, clock, log, metrics });
  return {
    knowledge,
    background,
    classes,
    metrics,
    clock,
    log: () => text,
    answered: (outcome) => background.observe({ ...INJECTED, ...outcome }),
    async stop() {
      for (const each of [knowledge, namespaces, classes, settings]) each.stop();
      await background.stop();
    },
  };
}

const INJECTED: Outcome = {
  status: 200,
  body: {},
  reason: "injected",
  injected: true,
  message: "",
  pod: { namespace: "elsewhere", name: "web-*", owner: "" },
  warnings: [],
  dryRun: false,
};
