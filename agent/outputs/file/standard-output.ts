// The special file name "stdout". The only place where a plugin touches the process: writing there is this plugin's idea.

export interface ByteStream {
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

export class StandardOutput {
  readonly name = "stdout";
  readonly #stream: ByteStream;
  // A stream without a listener ends the process when the reader of a pipe goes away; the callback tells us anyway.
  readonly #ignore = (): void => {};

  constructor(stream: ByteStream = process.stdout) {
    this.#stream = stream;
  }

  async open(): Promise<void> {
    this.#stream.on("error", this.#ignore);
  }

  write(pieces: readonly Buffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(Buffer.concat(pieces), (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    this.#stream.off("error", this.#ignore);
  }
}
