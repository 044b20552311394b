/** What an opening of a page counts as: a hit, a bot's visit, or only a look. */
export type HitKind = "hit" | "bot" | "look";

/** What a request tells of its maker. Header names as Node gives them: lower case. */
export interface Opening {
  method: string;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Programs that say they are no person: crawlers, link previews, monitors.
 *
 * Generic words cover most, so that the list keeps itself; the names are of well-known ones that use
 * none of those words. Plain HTTP libraries are no bots: behind them may be anyone's own service.
 */
const BOT = new RegExp(
  [
    String.raw`(?<!cu)bots?\b|crawl|spider|slurp|scrap(er|y)|archiver|validator|monitor|uptime|preview`,
    "headless|lighthouse|facebookexternalhit|whatsapp|embedly|mediapartners-google|googleother",
    "google-inspectiontool|apis-google|feedfetcher|claude-web|perplexity-user|chatgpt-user",
    "ia_archiver|pingdom|statuscake|elb-healthchecker|kube-probe|prometheus|zabbix|nagios",
  ].join("|"),
  "i",
);

/** A browser asks ahead of a click that may never come. */
const AHEAD = /prefetch|prerender|preview/;

/** How many user agents are remembered; real traffic has a few that are sent again and again. */
const REMEMBERED = 1_000;
const remembered = new Map<string, boolean>();

/** Tells hits from what never counts: HEAD, and pages fetched ahead; and known bots from people. */
export function hitKind({ method, headers }: Opening): HitKind {
  if (method === "HEAD" || isAhead(headers)) return "look";
  return isBot(headers["user-agent"]) ? "bot" : "hit";
}

function isAhead(headers: Opening["headers"]): boolean {
  const purpose = headers["sec-purpose"] ?? headers["purpose"] ?? headers["x-moz"];
  return purpose !== undefined && AHEAD.test(String(purpose).toLowerCase());
}

function isBot(userAgent: string | string[] | undefined): boolean {
  if (typeof userAgent !== "string") return false;
  const known = remembered.get(userAgent);
  if (known !== undefined) return known;
  const bot = BOT.test(userAgent);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(userAgent, bot);
  return bot;
}
