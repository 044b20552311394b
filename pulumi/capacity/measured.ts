/**
 * What one unit of work costs. Measured on two shared cores of an AMD EPYC, by the command named; a
 * Graviton core differs, so measure there before you buy for long.
 */
export const measured = {
  /** Processor time of the counter for a hit (`npm run bench`). */
  hitUs: 43,
  /** Of the catalog for a cached read: 36 µs of bare Koa at 0.73 of its rate (`npm run bench`). */
  readUs: 49,
  /** Of the Valkey primary for a batch, system calls included (`npm run simulate`). */
  callUs: 52.7,
} as const;

/** What nobody has measured: change it where you know better. */
export const assumed = {
  /** Of the stream guard for a heartbeat: about three hits, as it is one call of DynamoDB. */
  heartbeatUs: 150,
  /** Of a link within a region, there and back. */
  redisRoundTripUs: 500,
  heartbeatSeconds: 20,
  /** Records of hits that an instance writes a second, as `SESSION_RATE` has it by default. */
  sessionsPerTask: 1_000,
  /** Reads that DynamoDB answers, since the copy is old or was written. */
  missShare: 0.01,
  /** Of one page in Valkey, with its seconds and visitors. */
  pageBytes: 2_048,
  /** Of a request and its answer. */
  requestBytes: 1_000,
  /** A client's connection serves so many. */
  requestsPerConnection: 100,
  /** How busy a task and a primary may be: the rest is for bursts and failures. */
  busyShare: 0.6,
  tasksAtLeast: 2,
  replicas: 1,
} as const;

/** What AWS and this program allow; most can be raised on request. */
export const limits = {
  targetsOfLoadBalancer: 1_000,
  shards: 50,
  /** Write units of an on-demand table in a second. */
  tableWrites: 40_000,
} as const;

/** Smallest first: the share of one core that a burstable node sustains, and the memory of a node. */
export const nodes = [
  { type: "cache.t4g.micro", coreShare: 0.1, gb: 0.5 },
  { type: "cache.t4g.small", coreShare: 0.2, gb: 1.37 },
  { type: "cache.m7g.large", coreShare: 1, gb: 6.38 },
] as const;
