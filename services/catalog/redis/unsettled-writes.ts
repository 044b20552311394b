const RETRY_MS = 250;

export interface UnsettledWrite {
  id: number;
  /** Tells it from other writes of the same product. */
  token: string;
  /** Tells the cache; rejects while it is away. */
  tell: () => Promise<unknown>;
}

/**
 * Writes that the cache could not be told of: told again and again, until it has heard.
 *
 * Until then this process does not ask the cache for the product.
 */
export class UnsettledWrites {
  readonly #byProduct = new Map<number, Map<string, UnsettledWrite>>();
  #timer: NodeJS.Timeout | undefined;

  /** How many products have one. */
  get products(): number {
    return this.#byProduct.size;
  }

  has(id: number): boolean {
    return this.#byProduct.size > 0 && this.#byProduct.has(id);
  }

  /** In place of what was still to be told of the same write. */
  add(write: UnsettledWrite): void {
    const writes = this.#byProduct.get(write.id) ?? new Map<string, UnsettledWrite>();
    this.#byProduct.set(write.id, writes.set(write.token, write));
    this.#schedule();
  }

  /** Tells each once more, and never rejects. */
  async retry(): Promise<void> {
    const all = [...this.#byProduct.values()].flatMap((writes) => [...writes.values()]);
    for (const write of all) {
      try {
        await write.tell();
      } catch {
        // The next one would only wait for the same cache.
        return;
      }
      this.#remove(write);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #remove(write: UnsettledWrite): void {
    const writes = this.#byProduct.get(write.id);
    // It may have ended meanwhile: then that is still to be told.
    if (writes?.get(write.token) !== write) return;
    writes.delete(write.token);
    if (writes.size === 0) this.#byProduct.delete(write.id);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      void this.retry().then(() => {
        this.#timer = undefined;
        if (this.#byProduct.size > 0) this.#schedule();
      });
    }, RETRY_MS).unref();
  }
}
