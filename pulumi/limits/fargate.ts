/** Memory in MiB that Fargate offers for each CPU size: `from` to `to` in steps. */
const memoryRanges: Record<number, { from: number; to: number; step: number }> = {
  512: { from: 1024, to: 4096, step: 1024 },
  1024: { from: 2048, to: 8192, step: 1024 },
  2048: { from: 4096, to: 16384, step: 1024 },
  4096: { from: 8192, to: 30720, step: 1024 },
  8192: { from: 16384, to: 61440, step: 4096 },
  16384: { from: 32768, to: 122880, step: 8192 },
};

/** Which half of a task size Fargate does not offer, and what it offers; undefined for a good pair. */
export function sizeFault(
  cpu: number,
  memory: number,
): { of: "cpu" | "memory"; expected: string } | undefined {
  if (!fargateCpus.includes(cpu))
    return { of: "cpu", expected: `a CPU size of Fargate: ${fargateCpus.join(", ")}` };
  if (fargateMemories(cpu).includes(memory)) return undefined;
  const sizes = describeMemories(cpu);
  return { of: "memory", expected: `a memory size of Fargate for ${cpu} CPU units: ${sizes} MiB` };
}

/** CPU units (1024 are one vCPU) that Fargate offers. */
const fargateCpus = [256, ...Object.keys(memoryRanges).map(Number)];

/**
 * Memory sizes in MiB that go with `cpu`; none for a CPU size that does not exist.
 * Source: AWS, "Fargate task definition considerations", table of task sizes.
 */
function fargateMemories(cpu: number): number[] {
  if (cpu === 256) return [512, 1024, 2048];
  const range = memoryRanges[cpu];
  if (range === undefined) return [];
  const steps = (range.to - range.from) / range.step;
  return Array.from({ length: steps + 1 }, (_, i) => range.from + i * range.step);
}

/** "512, 1024, 2048" or "4096 to 16384": the sizes in words for a message. */
function describeMemories(cpu: number): string {
  const sizes = fargateMemories(cpu);
  const [first, second] = sizes;
  if (sizes.length <= 4 || first === undefined || second === undefined) return sizes.join(", ");
  return `${first} to ${sizes.at(-1) ?? first} in steps of ${second - first}`;
}
