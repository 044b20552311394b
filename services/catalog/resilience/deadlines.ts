/** How often a call of DynamoDB is sent at most, and the pause between the two. */
const DYNAMODB_ATTEMPTS = 2;
export const RETRY_PAUSE_MS = 50;
/** Longest wait of a load for its turn. */
const QUEUE_MS = 3_000;
/** After its last attempt has timed out, DynamoDB may still be busy with a write. */
const LATE_WRITE_MS = 5_000;
/** What a process may need beside its waits. */
const MARGIN_MS = 500;

/**
 * Longest time until a process that lost Redis has it again, once Redis is there for everybody: its
 * last attempt to connect times out (2 s), then it pauses (1 s) before the next one. A connection
 * that was silent is given up sooner. See shared/kit/redis.ts.
 */
const REDIS_RECONNECT_MS = 3_000;

/** All times in milliseconds. */
export interface Deadlines {
  /** Longest time of one load or write once it is its turn. */
  callMs: number;
  /** Longest wait of a load for its turn; then it is refused. */
  queueMs: number;
  /** How long an open circuit leaves a store alone before it tries one call. */
  halfOpenAfterMs: number;
  /** A lease outlives the longest load of its holder, so that no fill comes too late. */
  leaseMs: number;
  /** Longest wait for somebody else's load: until its lease must be over. */
  waitMs: number;
  /** Longest wait of a reader for the store where there is a copy. */
  patienceMs: number;
  /** Longest time in which a write to the store may still happen. */
  writeMs: number;
  /**
   * Longest time that a read takes: it waits for a lease that is never used, then for a load that
   * began before it did, then for its own.
   */
  readMs: number;
  /** Longest wait of a write for one reply of Redis. */
  redisWriteMs: number;
  link: LinkDeadlines;
}

/** How a process knows that its Redis is the one that the others see; README.md has the argument. */
export interface LinkDeadlines {
  /** Pause between two beats. */
  beatMs: number;
  /** Longest wait for the reply to a beat. */
  silenceMs: number;
  /** Redis is used for this long after a good beat was sent. */
  trustMs: number;
  /** A write whose end Redis does not hear waits this long for it, counted from the last good beat. */
  graceMs: number;
  /** After Redis was lost it is not used for this long, until every other process has it again. */
  quarantineMs: number;
}

/** The deadlines of the catalog, each derived from those that it has to outlast. */
export function deadlinesFor(settings: {
  dynamodbTimeoutMs: number;
  redisTimeoutMs: number;
}): Deadlines {
  const callMs = DYNAMODB_ATTEMPTS * settings.dynamodbTimeoutMs + RETRY_PAUSE_MS;
  const leaseMs = QUEUE_MS + callMs + MARGIN_MS;
  const redisWriteMs = 500;
  const trustMs = 1_000;
  return {
    callMs,
    queueMs: QUEUE_MS,
    halfOpenAfterMs: 1_000,
    leaseMs,
    waitMs: leaseMs,
    patienceMs: 200,
    writeMs: callMs + LATE_WRITE_MS,
    readMs: settings.redisTimeoutMs + leaseMs + 2 * (QUEUE_MS + callMs),
    redisWriteMs,
    link: {
      beatMs: 200,
      silenceMs: 300,
      trustMs,
      graceMs: 2 * trustMs,
      quarantineMs: REDIS_RECONNECT_MS + redisWriteMs + MARGIN_MS,
    },
  };
}
