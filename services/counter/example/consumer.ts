/**
 * A consumer of the counter: counts an opening of a page, and reads how it went before.
 *
 *   node services/counter/example/consumer.ts [url] [page]
 *
 * Its types are made of `../openapi.json`: `npm run check` refuses what the API does not say.
 */
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
