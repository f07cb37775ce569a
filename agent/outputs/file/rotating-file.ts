// One file that is appended to and, if asked, moved aside when it is too old or too big. Not the choice of what to write.
// Source: telegraf internal/rotate/file_writer.go: the same moments, names and purging.

import { open, readdir, rename, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";

export interface Rotation {
  /** 0: never by age. */
  readonly intervalMs: number;
  /** 0: never by size. */
  readonly maxSizeBytes: number;
  /** -1: keep all. */
  readonly maxArchives: number;
}

export class RotatingFile {
  readonly name: string;
  readonly #rotation: Rotation;
  readonly #clock: Clock;
  readonly #log: Log;
  #handle: FileHandle | undefined;
  #sizeBytes = 0;
  #expiresMs = 0;

  constructor(path: string, rotation: Rotation, services: { readonly clock: Clock; readonly log: Log }) {
    this.name = path;
    this.#rotation = rotation;
    this.#clock = services.clock;
    this.#log = services.log;
  }

  /** Opens or creates the file; one left from an earlier run that is due already is moved aside at once. */
  async open(): Promise<void> {
    const handle = await open(this.name, "a", 0o644);
    this.#handle = handle;
    const { mtimeMs, size } = await handle.stat();
    this.#sizeBytes = size;
    // By the file's own age: an agent restarted every 23 hours still rotates a file of 24 hours.
    this.#expiresMs = mtimeMs + this.#rotation.intervalMs;
    if (size > 0) await this.#rotateIfDue();
  }

  /** Appends all pieces. A failed append leaves no half line; only pieces before a rotation may be there already. */
  async write(pieces: readonly Buffer[]): Promise<void> {
    if (this.#handle === undefined) await this.open();
    const { maxSizeBytes } = this.#rotation;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    for (const piece of pieces) {
      waiting.push(piece);
      waitingBytes += piece.length;
      if (maxSizeBytes <= 0 || this.#sizeBytes + waitingBytes < maxSizeBytes) continue;
      await this.#append(Buffer.concat(waiting));
      waiting = [];
      waitingBytes = 0;
    }
    if (waitingBytes > 0) await this.#append(Buffer.concat(waiting));
  }

  async close(): Promise<void> {
    if (this.#handle !== undefined && this.#sizeBytes > 0) await this.#rotateIfDue();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #append(bytes: Buffer): Promise<void> {
    const handle = this.#handle as FileHandle;
    let written = 0;
    try {
      while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten;
    } catch (error) {
      await this.#cutTornEnd(handle, written);
      throw error;
    }
    this.#sizeBytes += written;
    await this.#rotateIfDue();
  }

  /** A full disk takes half a line. Nothing may follow it; but only touch the file when nobody else wrote to it. */
  async #cutTornEnd(handle: FileHandle, writtenBytes: number): Promise<void> {
    if (writtenBytes === 0) return;
    try {
      const stat = await handle.stat();
      if (stat.isFile() && stat.size === this.#sizeBytes + writtenBytes) await handle.truncate(this.#sizeBytes);
    } catch {
      // The write error is the one to report.
    }
  }

  async #rotateIfDue(): Promise<void> {
    const { intervalMs, maxSizeBytes } = this.#rotation;
    const nowMs = Number(this.#clock.nowNs() / 1_000_000n);
    const tooOld = intervalMs > 0 && nowMs > this.#expiresMs;
    const tooBig = maxSizeBytes > 0 && this.#sizeBytes >= maxSizeBytes;
    if (!tooOld && !tooBig) return;
    await this.#handle?.close();
    this.#handle = undefined;
    let moved = false;
    try {
      await this.#moveAside(nowMs);
      moved = true;
    } catch (error) {
      this.#log.error(`cannot rotate ${this.name}, it goes on growing: ${String(error)}`);
    }
    this.#handle = await open(this.name, "a", 0o644);
    this.#sizeBytes = moved ? 0 : (await this.#handle.stat()).size;
    this.#expiresMs = nowMs + intervalMs;
  }

  async #moveAside(nowMs: number): Promise<void> {
    const extension = extname(this.name);
    const stem = this.name.slice(0, this.name.length - extension.length);
    await rename(this.name, `${stem}.${localDate(nowMs)}-${Math.floor(nowMs / 1000)}${extension}`);
    if (this.#rotation.maxArchives === -1) return;
    const folder = dirname(this.name);
    const prefix = `${basename(stem)}.`;
    // Narrower than upstream's `stem.*-*.ext`, which would also delete a neighbour such as app.web-1.log.
    const archives = (await readdir(folder))
      .filter((name) => name.startsWith(prefix) && name.endsWith(extension))
      .filter((name) => /^\d{4}-\d{2}-\d{2}-\d+$/.test(name.slice(prefix.length, name.length - extension.length)))
      .toSorted();
    const surplus = archives.slice(0, Math.max(archives.length - this.#rotation.maxArchives, 0));
    for (const name of surplus) await unlink(join(folder, name));
  }
}

function localDate(nowMs: number): string {
  const date = new Date(nowMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
