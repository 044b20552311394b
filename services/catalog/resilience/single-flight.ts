/** One call at a time for a key: callers that come while it is under way share its answer. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  share(key: string, call: () => Promise<T>): Promise<T> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = call().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}

interface Flight<T> {
  underWay: Promise<T>;
  next?: Promise<T>;
}

/**
 * One call at a time for a key, and no answer older than its question: callers that come while one
 * is under way share the next, since this one may have looked before a write that they already
 * know of.
 */
export class NextFlight<T> {
  readonly #flights = new Map<number, Flight<T>>();

  share(key: number, call: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#start(key, call);
    flight.next ??= settled(flight.underWay).then(() => this.#start(key, call));
    return flight.next;
  }

  #start(key: number, call: () => Promise<T>): Promise<T> {
    const flight: Flight<T> = { underWay: call() };
    this.#flights.set(key, flight);
    void settled(flight.underWay).then(() => {
      if (flight.next === undefined) this.#flights.delete(key);
    });
    return flight.underWay;
  }
}

function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(() => undefined);
}
