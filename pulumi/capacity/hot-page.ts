/** One page, hit through several instances, each with one call under way at a time. */
export interface PageLoad {
  hitsPerSecond: number;
  instances: number;
  roundTripUs: number;
  /** Processor time of the primary for one call. */
  callUs: number;
}

/** Rounds after which pause and cycle agree. */
const ROUNDS = 50;

/**
 * Calls a second at the primary. An instance's cycle is its call, and the pause until the next hit where
 * none came meanwhile; the primary does one call at a time. Mean value analysis of that closed network
 * (Reiser and Lavenberg, 1980).
 */
export function callsPerSecond({
  hitsPerSecond,
  instances,
  roundTripUs,
  callUs,
}: PageLoad): number {
  const hitsPerUs = hitsPerSecond / instances / 1e6;
  let callTimeUs = roundTripUs + callUs;
  let perUs = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const pauseUs = Math.exp(-hitsPerUs * callTimeUs) / hitsPerUs;
    const primary = analyse({ instances, elsewhereUs: roundTripUs + pauseUs, callUs });
    perUs = primary.perUs;
    // Halfway, so that it does not swing.
    callTimeUs = (callTimeUs + roundTripUs + primary.responseUs) / 2;
  }
  return perUs * 1e6;
}

function analyse(network: { instances: number; elsewhereUs: number; callUs: number }) {
  let queue = 0;
  let responseUs: number = network.callUs;
  let perUs = 0;
  for (let count = 1; count <= network.instances; count += 1) {
    responseUs = network.callUs * (1 + queue);
    perUs = count / (network.elsewhereUs + responseUs);
    queue = perUs * responseUs;
  }
  return { perUs, responseUs };
}
