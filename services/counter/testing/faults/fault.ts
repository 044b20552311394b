import type { Fleet } from "../fleet.ts";
import type { HitLoad } from "../hit-load.ts";

/** What a fault is done to. */
export interface Scene {
  fleet: Fleet;
  load: HitLoad;
  page: string;
}

export interface Fault {
  name: string;
  /** Default: Redis. */
  store?: "redis" | "dynamodb";
  /** What the page's count is set to before. */
  start?: number;
  /** How many reservations may be skipped; 0 where no number may be missing but those in flight. */
  reservations: number;
  /** True where not even hits in flight may be lost. */
  isGapFree?: boolean;
  /** True where an instance is killed, and cannot answer what it was asked. */
  isKill?: boolean;
  /** How long Redis takes what it is sent without answering. */
  silentSeconds?: number;
  run: (scene: Scene) => Promise<void>;
}

/** How long a store stays away. */
export const AWAY_MS = 4_000;

/** Makes Redis lose all its data. */
export const flush = ({ fleet }: Scene) => fleet.redisClient.run((client) => client.flushAll());

/** Starts a new instance in the place of the oldest. */
export async function replaceInstance({ fleet, load }: Scene, end: "stop" | "kill"): Promise<void> {
  const [first] = fleet.services;
  await fleet.startService();
  fleet.services.splice(0, 1);
  if (end === "stop") load.setUrls([...fleet.urls, first?.url ?? ""]);
  await first?.[end]();
  load.setUrls(fleet.urls);
}
