import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const KEPT_LINES = 40;

/** What a process writes, line by line: the latest are kept. */
export class OutputLines {
  readonly #latest: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  constructor(outputs: readonly Readable[]) {
    for (const input of outputs) {
      createInterface({ input }).on("line", (line) => this.#add(line));
    }
  }

  /** Oldest first. */
  get latest(): readonly string[] {
    return this.#latest;
  }

  onLine(listener: (line: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Resolves with the first line that matches, past or to come. */
  async first(pattern: RegExp): Promise<string> {
    const seen = this.#latest.find((line) => pattern.test(line));
    if (seen !== undefined) return seen;
    const { promise, resolve } = Promise.withResolvers<string>();
    const listener = (line: string) => {
      if (!pattern.test(line)) return;
      this.#listeners.delete(listener);
      resolve(line);
    };
    this.#listeners.add(listener);
    return promise;
  }

  #add(line: string): void {
    this.#latest.push(line);
    if (this.#latest.length > KEPT_LINES) this.#latest.shift();
    for (const listener of this.#listeners) listener(line);
  }
}
