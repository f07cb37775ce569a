// Puts what a person should know on the object that the person knows: an Event on the pod's top owner. Never waits and
// never throws on the admission's way: a bounded queue takes it from there. Best effort, as Events are; all is counted.

import type { Clock } from "../../certs/clock.ts";
import type { ObjectReference } from "../admission/admit.ts";
import { Allowance } from "./allowance.ts";
import type { Notable } from "./notable.ts";
import { Recently } from "./recently.ts";

export interface EventSink {
  /** Up the controllers: pod -> ReplicaSet -> Deployment. The nearest known one when the next cannot be read. */
  topOwner(namespace: string, nearest: ObjectReference): Promise<ObjectReference>;
  /** `exists`: another replica has said it in this window. */
  create(event: Notable, window: number): Promise<"created" | "exists">;
}

export type EventResult = "sent" | "repeated" | "limited" | "dropped" | "failed";

export interface EventRecorderOptions {
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly count: (result: EventResult) => void;
  readonly onProblem: (error: unknown) => void;
}

/** Said once in this time: about the same owner, for the same reason, in the same words. */
const WINDOW_MS = 600_000;
const MOST_WAITING = 200;
const PER_NAMESPACE = { burst: 20, everyMs: 15_000 } as const;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #waiting: Notable[] = [];
  readonly #said: Recently;
  readonly #allowance: Allowance;
  #sending = false;
  #stopped = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#said = new Recently(options.clock, WINDOW_MS);
    this.#allowance = new Allowance(options.clock, PER_NAMESPACE);
  }

  tell(event: Notable): void {
    if (this.#stopped) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#options.count("dropped");
      return;
    }
    this.#waiting.push(event);
    if (!this.#sending) void this.#sendAll();
  }

  /** What still waits is not sent. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        this.#options.count(await this.#send(next));
      } catch (error) {
        this.#options.count("failed");
        this.#options.onProblem(error);
      }
    }
    this.#sending = false;
  }

  async #send(event: Notable): Promise<EventResult> {
    const { sink, clock } = this.#options;
    const about = await sink.topOwner(event.namespace, event.about);
    const key = JSON.stringify([event.namespace, about.kind, about.uid || about.name, event.reason, event.note]);
    if (this.#said.has(key)) return "repeated";
    if (!this.#allowance.take(event.namespace)) return "limited";
    const result = await sink.create({ ...event, about }, Math.floor(clock.nowMs() / WINDOW_MS));
    this.#said.add(key);
    return result === "created" ? "sent" : "repeated";
  }
}
