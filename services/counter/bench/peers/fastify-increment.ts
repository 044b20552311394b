/** What one would write with Fastify: each hit is one INCR, and the answer its result. */
import fastify from "fastify";
import { createClient } from "redis";

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
await redis.connect();

const app = fastify();
app.get("/readyz", () => ({ status: "ready" }));
app.post<{ Params: { page: string } }>("/views/:page", async ({ params: { page } }) => ({
  page,
  count: await redis.incr(`fastify:${page}`),
}));
await app.listen({ port: Number(process.env.PORT) });
