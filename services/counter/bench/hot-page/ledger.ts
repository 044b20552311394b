import type { Epoch, Ledger } from "../../ledger.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A call of DynamoDB, as within a region. */
const CALL_US = 5_000;

/** A ledger in memory that answers as late as DynamoDB does, for a page that has begun. */
export function createLedger(clock: VirtualClock, begun: Epoch & { page: string }): Ledger {
  const { epoch } = begun;
  let reservedTo = begun.to;
  const answer = async <T>(value: T) => {
    await clock.until(clock.nowUs + CALL_US);
    return value;
  };
  return {
    find: () => answer({ count: 0, asOfMs: 0, epoch, reservedTo }),
    begin: () => answer(false),
    extend(_page, more) {
      const isNext = more.from === reservedTo;
      if (isNext) reservedTo = more.to;
      return answer(isNext);
    },
    settle: () => answer(undefined),
    rollUp: () => answer(undefined),
    remove: () => answer(undefined),
  };
}
