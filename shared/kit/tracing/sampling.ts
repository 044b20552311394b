/** Requests that are recorded because their callers ask for it, in each second. */
const ASKED_PER_SECOND = 10;

export interface SamplingOptions {
  /** How many in a hundred of the requests whose callers have not decided are recorded. */
  percent: number;
  /** At least 0, below 1. */
  random: () => number;
  /** Milliseconds since any fixed instant. */
  now: () => number;
}

/** @param asked what the caller has decided; undefined where it has not */
export type IsChosen = (asked: boolean | undefined) => boolean;

/**
 * Chooses which requests are recorded: those whose callers ask for it, ten in a second at most, and of
 * the others so many in a hundred.
 *
 * A caller may be anybody, and each recorded request costs money: above that bound it counts as one
 * that has not decided. It also names the trace, so chance decides, and not the trace's id.
 */
export function createChoice({ percent, random, now }: SamplingOptions): IsChosen {
  let second = -1;
  let followed = 0;
  const mayAsk = () => {
    const current = Math.floor(now() / 1_000);
    if (current !== second) followed = 0;
    second = current;
    followed += 1;
    return followed <= ASKED_PER_SECOND;
  };
  return (asked) => {
    if (asked === false) return false;
    return (asked === true && mayAsk()) || random() * 100 < percent;
  };
}
