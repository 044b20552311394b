import type { Fault } from "./faults.ts";

/** Where the sections stand: what they must agree with. */
export interface Place {
  project: string;
  stack: string;
  region: string;
}

/** A region of the partition `aws`; the ARNs of the program name no other. */
const regionName =
  /^(af|ap|ca|eu|il|me|mx|sa|us)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d$/;

/** With the project and a service it still fits into every name that AWS limits. */
const LONGEST_STACK = 32;

/** Faults of the place itself: a region that is none, a stack name that AWS would refuse. */
export function placeFaults({ stack, region }: Place): Fault[] {
  const faults: Fault[] = [];
  if (!regionName.test(region))
    faults.push({
      key: "aws:region",
      expected: "a region of the partition aws, such as eu-west-1",
      got: region === "" ? "nothing" : `"${region}"`,
      remedy: "pulumi config set aws:region eu-west-1",
    });
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(stack) || stack.length > LONGEST_STACK)
    faults.push({
      key: "the stack's name",
      expected: `at most ${LONGEST_STACK} lower-case letters, digits and single -, a letter first`,
      got: `"${stack}"`,
      remedy: "pulumi stack rename <name>, and rename its Pulumi.<stack>.yaml",
    });
  return faults;
}
