/**
 * Draws from 1 to `highest`, each as often as a Zipf distribution of exponent 1 has it: 2 half as often
 * as 1, 3 a third as often. The same draws on every call.
 */
export function drawZipf(draws: number, highest: number): number[] {
  const random = createRandom();
  const harmonic = Array.from({ length: highest }, () => 0);
  let sum = 0;
  for (let rank = 1; rank <= highest; rank += 1) {
    sum += 1 / rank;
    harmonic[rank - 1] = sum;
  }
  return Array.from({ length: draws }, () => {
    const drawn = random() * sum;
    return rankOf(harmonic, drawn);
  });
}

/** By bisection: the first rank whose share, with those before it, reaches what was drawn. */
function rankOf(harmonic: readonly number[], drawn: number): number {
  let low = 0;
  let high = harmonic.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((harmonic[middle] ?? 0) < drawn) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Numerical Recipes' linear congruential generator: good enough to spread load, and repeatable. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
