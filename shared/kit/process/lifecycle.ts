/** Where a process stands between its start and its end; shared by the server and the routes. */
export class Lifecycle {
  readonly #stopping = new AbortController();

  /** True from the first stop signal on: the process still serves, and asks not to be asked. */
  get draining(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Aborted when draining begins: the end of every answer that would never end by itself. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  drain(): void {
    this.#stopping.abort();
  }
}
