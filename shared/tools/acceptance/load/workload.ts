import type { Answer, Call, Target } from "../target.ts";

/**
 * Sends a request of a workload and keeps account of it.
 *
 * @param expected the statuses of a good answer; any other one is an error
 * @returns the answer, or undefined when it was none of those, or never came
 */
export type Send = (call: Call, ...expected: number[]) => Promise<Answer | undefined>;

/** What is true of the system after the load, or is not. */
export interface Finding {
  holds: boolean;
  text: string;
}

/** One kind of traffic, and what has to be true after it. */
export interface Workload {
  name: string;
  prepare(target: Target): Promise<void>;
  /** One round of one caller; many run at the same time. */
  turn(send: Send): Promise<void>;
  /** Asked once the last turn is over. */
  findings(target: Target): Promise<readonly Finding[]>;
  /** Leaves nothing behind, whatever happened before. */
  cleanUp(target: Target): Promise<void>;
}
