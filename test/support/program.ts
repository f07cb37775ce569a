// Runs one of our programs as a user would, through bin/pilotfish, and watches what it prints.

import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const PILOTFISH = fileURLToPath(new URL("../../bin/pilotfish", import.meta.url));

export interface ProgramSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export class Program {
  stdout = "";
  stderr = "";
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], { env = {}, cwd }: ProgramSettings = {}) {
    this.#child = spawn(PILOTFISH, args, { env: { PATH: process.env["PATH"] ?? "", ...env }, cwd });
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#heard("stdout", chunk));
    this.#child.stderr?.on("data", (chunk: Buffer) => this.#heard("stderr", chunk));
    this.exited = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until both streams together match; rejects with what was printed when the program ends or time is up. */
  async until(pattern: RegExp, deadlineMs = 15_000): Promise<RegExpExecArray> {
    const end = Date.now() + deadlineMs;
    for (;;) {
      const match = pattern.exec(this.stdout + this.stderr);
      if (match !== null) return match;
      const leftMs = end - Date.now();
      if (!this.running || leftMs <= 0) {
        throw new Error(`no ${pattern} within ${deadlineMs} ms; it printed:\n${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        const wake = () => (clearTimeout(timer), this.#watchers.delete(wake), resolve());
        this.#watchers.add(wake);
      });
    }
  }

  /** Asks it to end, and makes it end after the deadline. Returns the exit code. */
  async stop(name: NodeJS.Signals = "SIGTERM", deadlineMs = 15_000): Promise<number | null> {
    if (this.running) this.#child.kill(name);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), deadlineMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  #heard(stream: "stdout" | "stderr", chunk: Buffer): void {
    this[stream] += chunk.toString();
    this.#wake();
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
