import type { Fault } from "./faults.ts";

/** Where the sections stand: what they must agree with. */
export interface Place {
  project: string;
  stack: string;
  region: string;
}

/** With the project and a service it still fits into every name that AWS limits. */
const LONGEST_STACK = 32;

/** Faults of the place itself: a region that is none, a stack name that AWS would refuse. */
export function placeFaults({ stack, region }: Place): Fault[] {
  const faults: Fault[] = [];
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    faults.push({
      key: "aws:region",
      expected: "a region such as eu-west-1",
      got: region === "" ? "nothing" : `"${region}"`,
      remedy: "pulumi config set aws:region eu-west-1",
    });
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stack) || stack.length > LONGEST_STACK)
    faults.push({
      key: "the stack's name",
      expected: `at most ${LONGEST_STACK} lower-case letters, digits and single -`,
      got: `"${stack}"`,
      remedy: "pulumi stack rename <name>, and rename its Pulumi.<stack>.yaml",
    });
  return faults;
}
