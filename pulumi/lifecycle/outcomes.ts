import { changes } from "./changes.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** What each of the changes does, two at a time: a run of the program is mostly computing. */
export async function allOutcomes(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = [...changes.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      outcomes[next[0]] = await outcomeOf(next[1]);
  };
  await Promise.all([work(), work()]);
  return outcomes;
}
