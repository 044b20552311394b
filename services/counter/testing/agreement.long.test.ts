import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { Fleet } from "./fleet.ts";

const LOAD_MS = 120_000;

interface CountEvent {
  count: number;
  last_minute: number;
  last_ten_minutes: number;
  spans: number[];
}

/** Follows a page until the signal ends it, and hands out each event. */
async function follow(url: string, signal: AbortSignal, take: (event: CountEvent) => void) {
  const answer = await fetch(url, { signal });
  let text = "";
  try {
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const whole = text.slice(0, text.lastIndexOf("\n\n") + 2);
      text = text.slice(whole.length);
      for (const [, data = ""] of whole.matchAll(/^data: (.*)$/gm)) {
        take(JSON.parse(data) as CountEvent);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

describe("The numbers of the events, on two instances for 120 s", () => {
  for (const store of ["redis", "dynamodb"] as const) {
    for (const [load, pauseMs] of [
      ["steady", 20],
      ["bursty", 3_000],
    ] as const) {
      it(`never contradict each other under ${load} hits on ${store}`, async function () {
        this.timeout(300_000);
        await using fleet = await Fleet.start({ instances: 2, store });
        const page = fleet.newPage();
        const end = new AbortController();
        const events: CountEvent[] = [];
        const following = fleet.urls.map((url) =>
          follow(`${url}/counter/${page}/events`, end.signal, (event) => {
            events.push(event);
          }),
        );
        const hits = load === "steady" ? 1 : 200;
        let counted = 0;
        const untilMs = Date.now() + LOAD_MS;
        while (Date.now() < untilMs) {
          const answers = await Promise.all(
            Array.from({ length: hits }, (_, turn) =>
              fetch(`${fleet.urls[turn % 2]}/counter/${page}/hits`, { method: "POST" }),
            ),
          );
          counted += answers.filter(({ status }) => status === 201).length;
          await delay(pauseMs);
        }
        end.abort();
        await Promise.all(following);
        const contradictions = events.filter(
          ({ count, last_minute: minute, last_ten_minutes: ten, spans }) =>
            minute > ten || ten > count || ten !== spans.reduce((sum, each) => sum + each),
        );
        expect(contradictions).to.deep.equal([]);
        expect(events.length).to.be.above(30);
        expect(counted).to.be.above(hits * 10);
      });
    }
  }
});
