/** Keeps one call from growing without end; the rest goes with the next one. */
const MAX_KEYS = 500;

/**
 * Makes one call out of the questions that come while another call is under way.
 *
 * A question is never answered by a call that was sent before it was asked. When a call fails, those
 * who were waiting behind it fail with it: they have waited long enough.
 */
export class LookupBatch<Answer> {
  readonly #call: (ids: readonly number[]) => Promise<readonly Answer[]>;
  #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #isUnderWay = false;

  /** @param call answers the ids, each of them there once, in their order */
  constructor(call: (ids: readonly number[]) => Promise<readonly Answer[]>) {
    this.#call = call;
  }

  ask(id: number): Promise<Answer> {
    const asked = this.#waiting.get(id);
    if (asked !== undefined) return asked.promise;
    const question = Promise.withResolvers<Answer>();
    this.#waiting.set(id, question);
    if (!this.#isUnderWay) void this.#run();
    return question.promise;
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#waiting.size > 0) {
      const batch = this.#take(MAX_KEYS);
      try {
        const answers = await this.#call([...batch.keys()]);
        let index = 0;
        for (const question of batch.values()) question.resolve(answers[index++] as Answer);
      } catch (error) {
        for (const question of batch.values()) question.reject(error);
        for (const question of this.#take(Infinity).values()) question.reject(error);
      }
    }
    this.#isUnderWay = false;
  }

  #take(count: number): Map<number, PromiseWithResolvers<Answer>> {
    if (this.#waiting.size <= count) {
      const all = this.#waiting;
      this.#waiting = new Map();
      return all;
    }
    const some = new Map([...this.#waiting].slice(0, count));
    for (const id of some.keys()) this.#waiting.delete(id);
    return some;
  }
}
