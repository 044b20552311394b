import { type Fault, replaceInstance } from "./fault.ts";

/** What happens to the instances; and nothing at all. */
export const instanceFaults: readonly Fault[] = [
  { name: "none", reservations: 0, isGapFree: true, run: ({ load }) => load.answered(300) },
  {
    name: "an instance killed (SIGKILL)",
    isKill: true,
    reservations: 0,
    run: (scene) => replaceInstance(scene, "kill"),
  },
  {
    name: "both instances replaced in good order (SIGTERM)",
    reservations: 0,
    isGapFree: true,
    async run(scene) {
      await replaceInstance(scene, "stop");
      await replaceInstance(scene, "stop");
    },
  },
];
