import {
  list,
  optionalText,
  type Setting,
  type Values,
  wholeNumber,
} from "../../shared/kit/config.ts";
import {
  apiKeySettings,
  corsSetting,
  dynamodbSettings,
  serviceSettings,
  tableSetting,
} from "../../shared/kit/settings.ts";
import { MAX_STREAM_LIMIT } from "./guard.ts";

export const streamGuardSettings = {
  ...serviceSettings,
  ...apiKeySettings,
  /** None: a page of another origin would see what its visitor watches, and take the slots. */
  corsOrigins: corsSetting([]),
  ...dynamodbSettings,
  streamsTable: tableSetting("streams"),
  streamLimit: wholeNumber({
    env: "STREAM_LIMIT",
    meaning: "streams that one caller may have at the same time",
    unit: "streams",
    min: 1,
    max: MAX_STREAM_LIMIT,
    default: 3,
  }),
  leaseSeconds: wholeNumber({
    env: "LEASE_SECONDS",
    meaning: "a stream loses its slot this long after its last heartbeat",
    unit: "seconds",
    min: 1,
    max: 3_600,
    default: 60,
  }),
  clockSkewSeconds: wholeNumber({
    env: "CLOCK_SKEW_SECONDS",
    meaning:
      "how far the clocks of two instances may be apart; counts up to a quarter of the lease",
    unit: "seconds",
    min: 0,
    max: 60,
    default: 5,
  }),
  userHeader: {
    ...optionalText({
      env: "USER_HEADER",
      meaning: "header by which a trusted layer in front names the user; unset for the address",
      expects: "header name, such as x-user-id",
    }),
    parse: (name: string) => (/^[\w-]+$/.test(name) ? name.toLowerCase() : undefined),
  },
  viewerSecrets: list({
    env: "VIEWER_SECRETS",
    meaning: "secrets of viewer tokens (HS256), all accepted; then a token names the caller",
    entries: "secrets of 32 or more printable characters",
    pattern: /^[\x21-\x2b\x2d-\x7e]{32,}$/,
    secret: true,
    default: [],
  }),
  viewerKeySetUrl: {
    ...optionalText({
      env: "VIEWER_JWKS_URL",
      meaning: "key set of viewer tokens (ES256); then a token names the caller",
      expects: "URL with https://, or http://localhost",
    }),
    parse: parseKeySetUrl,
  } satisfies Setting<string | undefined> as Setting<string | undefined>,
  viewerAudience: optionalText({
    env: "VIEWER_AUDIENCE",
    meaning: "what the claim `aud` of a viewer token must hold; unset accepts any",
    expects: "text",
  }),
  deadlineMs: wholeNumber({
    env: "DEADLINE_MS",
    meaning: "longest time until a request is answered, whatever the store does; then it is 503",
    unit: "milliseconds",
    min: 100,
    max: 30_000,
    default: 2_500,
  }),
  callerParallel: wholeNumber({
    env: "CALLER_PARALLEL",
    meaning: "requests of one caller that are worked on at the same time",
    unit: "requests",
    min: 1,
    max: 64,
    default: 4,
  }),
  callerWaiting: wholeNumber({
    env: "CALLER_WAITING",
    meaning: "further requests of one caller that wait their turn; beyond it is 429",
    unit: "requests",
    min: 0,
    max: 10_000,
    default: 256,
  }),
};

/** Keys that come in clear text are anybody's. */
function parseKeySetUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && hostname === "localhost")
    ? text
    : undefined;
}

/** One thing names the caller; a key set signs for others as well, so the audience must be told. */
export function findConflicts(settings: Values<typeof streamGuardSettings>): string[] {
  const { userHeader, viewerSecrets, viewerKeySetUrl, viewerAudience } = settings;
  const names = [
    userHeader !== undefined && "USER_HEADER",
    viewerSecrets.length > 0 && "VIEWER_SECRETS",
    viewerKeySetUrl !== undefined && "VIEWER_JWKS_URL",
  ].filter((name) => name !== false);
  const [first, ...others] = names;
  const conflicts =
    others.length === 0
      ? []
      : [`${first}: expected alone, got ${others.join(" and ")} beside it; unset all but one`];
  if (viewerKeySetUrl !== undefined && viewerAudience === undefined) {
    const fix = "set it to what the issuer writes into `aud`";
    conflicts.push(`VIEWER_AUDIENCE: expected beside VIEWER_JWKS_URL, got none; ${fix}`);
  }
  return conflicts;
}
