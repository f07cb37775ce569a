// The agent's log, in Telegraf's text form: `2026-01-02T15:04:05Z E! [inputs.statsd] message`.
// Not pino: the agent lives in every pod, and one line format with five levels needs no library.

export const LOG_LEVELS = ["error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
  trace(message: string): void;
  /** True when `level` is written: spare the work of building a message that nobody sees. */
  enabled(level: LogLevel): boolean;
  /**
   * For what can happen a million times a second: the first message of each `key` is written at once, later ones at
   * most once in ten seconds, then with the number of those left out. Counters hold the truth.
   */
  bounded(level: LogLevel, key: string, message: () => string): void;
  /** A log that writes `[name]` in front of each message. */
  child(name: string, level?: LogLevel): Log;
}

export interface LogSettings {
  readonly level: LogLevel;
  /** `structured` writes one JSON object a line. */
  readonly format: "text" | "structured";
  /** Key of the message in structured lines. */
  readonly messageKey: string;
  readonly write: (line: string) => void;
  readonly nowNs: () => bigint;
}

const BOUND_NS = 10_000_000_000n;
/** Keys come from us, not from users; the cap is a second lock on the door. */
const MOST_BOUNDED_KEYS = 200;

interface Bound {
  lastNs: bigint;
  suppressed: number;
}

export function createLog(settings: LogSettings): Log {
  return new NamedLog(settings, "", settings.level);
}

class NamedLog implements Log {
  readonly #settings: LogSettings;
  readonly #name: string;
  readonly #level: LogLevel;
  readonly #bounds = new Map<string, Bound>();

  constructor(settings: LogSettings, name: string, level: LogLevel) {
    this.#settings = settings;
    this.#name = name;
    this.#level = level;
  }

  error(message: string): void {
    this.#write("error", message);
  }
  warn(message: string): void {
    this.#write("warn", message);
  }
  info(message: string): void {
    this.#write("info", message);
  }
  debug(message: string): void {
    this.#write("debug", message);
  }
  trace(message: string): void {
    this.#write("trace", message);
  }

  enabled(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(this.#level);
  }

  bounded(level: LogLevel, key: string, message: () => string): void {
    if (!this.enabled(level)) return;
    const nowNs = this.#settings.nowNs();
    let bound = this.#bounds.get(key);
    if (bound !== undefined && nowNs - bound.lastNs < BOUND_NS && nowNs >= bound.lastNs) {
      bound.suppressed += 1;
      return;
    }
    if (bound === undefined) {
      if (this.#bounds.size >= MOST_BOUNDED_KEYS) this.#bounds.clear();
      bound = { lastNs: nowNs, suppressed: 0 };
      this.#bounds.set(key, bound);
    }
    const more = bound.suppressed === 0 ? "" : ` (and ${bound.suppressed} more like it since the last line)`;
    bound.lastNs = nowNs;
    bound.suppressed = 0;
    this.#write(level, message() + more);
  }

  child(name: string, level: LogLevel = this.#level): Log {
    return new NamedLog(this.#settings, name, level);
  }

  #write(level: LogLevel, message: string): void {
    if (!this.enabled(level)) return;
    const { format, nowNs, messageKey, write } = this.#settings;
    const seconds = Number(nowNs() / 1_000_000_000n);
    const time = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
    // One event, one line: what users send us must not be able to forge a second one.
    const text = message.replace(/[\r\n]+/g, " ");
    if (format === "structured") {
      const entry = { time, level: level.toUpperCase(), plugin: this.#name || undefined, [messageKey]: text };
      write(JSON.stringify(entry) + "\n");
      return;
    }
    const name = this.#name === "" ? "" : `[${this.#name}] `;
    write(`${time} ${level[0]?.toUpperCase()}! ${name}${text}\n`);
  }
}
