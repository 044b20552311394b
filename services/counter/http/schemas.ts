import { z } from "zod";
import { createCursor } from "../../../shared/kit/http/request/cursor.ts";
import {
  integerParameter,
  limitParameter,
} from "../../../shared/kit/http/request/integer-parameter.ts";
import { HISTORY_SECONDS, MAX_COUNT } from "../counter.ts";
import { KEPT_DAYS } from "../days/days.ts";
import { PAGE_NAME, RESERVED_NAMES } from "../page-name.ts";

const PageName = z
  .string()
  .regex(PAGE_NAME, "expected 1 to 128 of A-Z a-z 0-9 . _ ~ -")
  .refine((name) => !RESERVED_NAMES.has(name), "this name has another meaning; choose another")
  .meta({ description: "Name of a page.", examples: ["guide"] });

const Count = z.int().min(0).max(MAX_COUNT);
const Time = z.iso.datetime();
/** Hits of some time, openings or visitors. */
const Amount = z.int().min(0);

const VisitorsToday = Amount.optional().describe(
  "Different visitors since midnight UTC, within one percent; only with Redis.",
);

export const PageParams = z.object({ page: PageName });

const Window = z
  .object({ from: Time, to: Time })
  .meta({ id: "Window", description: "First and last of 60 seconds, by the store's clock." });

const tally = {
  page: "guide",
  count: 4_231,
  last_minute: 12,
  window: { from: "2026-11-21T20:14:01Z", to: "2026-11-21T20:15:00Z" },
  instance: "8f3b2c1d9e5a4076",
};
const countEvent = {
  count: 4_231,
  last_minute: 12,
  last_ten_minutes: 96,
  spans: [...new Array<number>(52).fill(1), ...[4, 0, 6, 3, 5, 9, 7, 10]],
  bots: 87,
  visitors_today: 310,
  time: tally.window.to,
  instance: tally.instance,
};
const estimate = {
  kind: "estimate",
  page: "guide",
  count: 4_228,
  as_of: "2026-11-21T20:14:52.310Z",
};

export const Tally = z
  .object({
    page: z.string(),
    count: Count.describe("After a hit this hit's own number, else the page's count."),
    last_minute: Amount.describe("Hits of the window."),
    window: Window,
    instance: z.string().describe("The process that answered."),
  })
  .meta({ id: "Tally", examples: [tally] });

export const Reading = Tally.extend({
  kind: z.literal("reading"),
  bots: Amount.optional().describe("Openings by known bots, which do not count."),
  visitors_today: VisitorsToday,
}).meta({
  id: "Reading",
  examples: [{ kind: "reading", ...tally, bots: 87, visitors_today: 310 }],
});

export const Estimate = z
  .object({
    kind: z.literal("estimate"),
    page: z.string(),
    count: Count,
    as_of: Time.describe("When this was the count; later hits are not in it."),
  })
  .meta({ id: "Estimate", examples: [estimate] });

export const PageCount = z
  .discriminatedUnion("kind", [Reading, Estimate])
  .meta({ id: "PageCount" });

export const CountEvent = z
  .object({
    count: Count,
    last_minute: Amount.describe("Hits of the 60 s up to `time`."),
    last_ten_minutes: Amount.describe("The sum of `spans`."),
    spans: z
      .array(Amount)
      .describe(
        "Hits of each of the 60 spans of ten seconds by the clock that end with that of `time`, " +
          "oldest first.",
      ),
    bots: Amount.describe("Openings by known bots, which do not count."),
    visitors_today: VisitorsToday,
    time: Time.describe("The second, by the store's clock, at which all of this was true."),
    instance: z.string().describe("The process that read it."),
  })
  .meta({
    id: "CountEvent",
    examples: [countEvent],
    description:
      "The data of a server-sent event named `count`: the numbers of one moment, so that " +
      "`last_minute` ≤ `last_ten_minutes` ≤ `count`.",
  });
/** The data of an event, as an example. */
export const COUNT_EVENT = JSON.stringify(countEvent);

export const ReadQuery = z.strictObject({
  estimate: z
    .unknown()
    .refine((text) => text === "true" || text === "false", "expected true or false")
    .transform((text) => text === "true")
    .optional()
    .meta({
      ...{ type: "boolean", default: false },
      description: "True: the count as last counted here or rolled up, at no cost for the store.",
    }),
});

export const HistoryQuery = z.strictObject({
  seconds: integerParameter({
    min: 1,
    max: HISTORY_SECONDS,
    default: HISTORY_SECONDS,
    description: "How far back.",
  }),
});

export const History = z
  .object({
    page: z.string(),
    from: Time.describe("First second that the counts cover."),
    to: Time.describe("Last one, still running."),
    seconds: z
      .array(z.object({ time: Time, count: Amount }).meta({ id: "Second" }))
      .describe("Seconds with hits."),
  })
  .meta({
    id: "History",
    examples: [
      {
        page: "guide",
        from: "2026-11-21T20:05:01Z",
        to: "2026-11-21T20:15:00Z",
        seconds: [
          { time: "2026-11-21T20:14:58Z", count: 2 },
          { time: "2026-11-21T20:15:00Z", count: 1 },
        ],
      },
    ],
  });

export const DaysQuery = z.strictObject({
  last: integerParameter({
    ...{ min: 1, max: KEPT_DAYS, default: 30 },
    description: "How many days, today included.",
  }),
});

export const DayList = z
  .object({
    page: z.string(),
    from: z.iso.date().describe("First day that the counts cover."),
    to: z.iso.date().describe("Today, still running."),
    days: z
      .array(z.object({ date: z.iso.date(), count: Amount }).meta({ id: "Day" }))
      .describe("Days with hits, oldest first."),
  })
  .meta({
    id: "DayList",
    examples: [
      {
        ...{ page: "guide", from: "2026-10-23", to: "2026-11-21" },
        days: [
          { date: "2026-11-20", count: 1_804 },
          { date: "2026-11-21", count: 312 },
        ],
      },
    ],
  });

/** Holds the last page of the list's page. */
export const cursor = createCursor("pages");

export const ListQuery = z
  .strictObject({
    order: z.enum(["top"]).optional().meta({
      description: "`top`: the 25 pages with most views, the highest count first; takes no cursor.",
    }),
    limit: limitParameter(),
    cursor: cursor.parameter,
  })
  .refine(({ order, cursor: after }) => order === undefined || after === undefined, {
    path: ["cursor"],
    message: "expected none beside `order`: the top pages are one page",
  });

const ListedPage = Estimate.extend({
  href: z.string().describe("Path of the page's counter, which browsers get as a page."),
}).meta({ id: "ListedPage", examples: [{ ...estimate, href: "/counter/guide" }] });

export const PageList = z
  .object({
    pages: z.array(ListedPage),
    next_cursor: z
      .string()
      .optional()
      .meta({
        description: "Asks for the next page; absent on the last one.",
        examples: [cursor.format("guide")],
      }),
  })
  .meta({ id: "PageList" });

export const NewCount = z
  .strictObject({
    count: Count.describe("The new count; the page's next hit gets the number above."),
  })
  .meta({ id: "NewCount", examples: [{ count: 4_231 }] });
