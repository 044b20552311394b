/** What an ALB takes; asked by the checks of the contract and by the policies. */
export const mostConditionValues = 5;
export const highestPriority = 50_000;
export const longestPattern = 128;

/** The first of `rules` that has the priority of the one at `index`, if that is another. */
export function earlierTwin<Rule>(
  rules: readonly Rule[],
  index: number,
  priorityOf: (rule: Rule) => unknown,
): Rule | undefined {
  const rule = rules[index];
  if (rule === undefined) return undefined;
  return rules.slice(0, index).find((other) => priorityOf(other) === priorityOf(rule));
}
