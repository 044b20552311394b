/**
 * A consumer of the counter: counts an opening of a page, reads how it went before, and raises the
 * number of a user.
 *
 *   npm run example -- counter [url] [page]
 *
 * Its types are made of `../openapi.json`: `npm run check` refuses what the API does not say.
 */
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { paths } from "./api.d.ts";

const [url = "http://localhost:8080", page = "example"] = process.argv.slice(2);
const counter = createClient<paths>({ baseUrl: url });

const { data: hit, error } = await counter.POST("/counter/{page}/hits", {
  params: { path: { page } },
});
if (error) throw new Error(error.detail);
console.log(
  `You are visitor ${hit.count} of ${hit.page}, ${hit.last_minute} came within a minute.`,
);

const { data: history } = await counter.GET("/counter/{page}/history", {
  params: { path: { page }, query: { seconds: 60 } },
});
for (const { time, count } of history?.seconds ?? []) {
  console.log(`${time}  ${"#".repeat(Math.min(count, 60))} ${count}`);
}

/** A user of this run alone; yours has a password that you keep. */
const body = { email: `${randomUUID()}@example.com`, password: randomUUID() };
const registration = await counter.POST("/counter/v1/registration", { body });
if (registration.error) throw new Error(registration.error.detail);
const login = await counter.POST("/counter/v1/login", { body });
if (login.error) throw new Error(login.error.detail);
const raised = await counter.POST("/counter/v1/next", {
  headers: { authorization: `Bearer ${login.data.access_token}` },
  // One key for one intention: sent again after a lost answer, it counts once.
  params: { header: { "idempotency-key": randomUUID() } },
});
if (raised.error) throw new Error(raised.error.detail);
console.log(`Your own number is ${raised.data.number}.`);
