/** What one would write with Express: each hit is one INCR, and the answer its result. */
import express from "express";
import { createClient } from "redis";

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
await redis.connect();

const app = express();
app.get("/readyz", (_request, response) => {
  response.json({ status: "ready" });
});
app.post("/views/:page", async ({ params: { page } }, response) => {
  response.json({ page, count: await redis.incr(`express:${page}`) });
});
app.listen(Number(process.env.PORT));
