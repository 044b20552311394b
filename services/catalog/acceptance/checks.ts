import { randomInt } from "node:crypto";
import { expect } from "chai";
import { bodyChecks } from "../../../shared/tools/acceptance/checks/body-checks.ts";
import { type Check, check } from "../../../shared/tools/acceptance/checks/check.ts";
import {
  expectInvalid,
  expectProblem,
  expectStatus,
  readJson,
} from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Call } from "../../../shared/tools/acceptance/target.ts";

/** Ids that are not in use: new in every run, and the products are removed at its end. */
const id = randomInt(9_000_000_000, 9_900_000_000);
const otherId = id + 1;
const product = { id, name: "Acceptance of the catalog", price: 99_999_999.99 };

const one = (number: number) => `/catalog/products/${number}`;
const get = (path: string): Call => ({ method: "GET", path });
const create = (body: unknown, path = "/data"): Call => ({ method: "POST", path, body });

export const checks: readonly Check[] = [
  check("keeps a product and gives it back, cent by cent, by both of its paths", async (target) => {
    const created = expectStatus(await target.send(create(product)), 201);
    expect(created.headers.get("location")).to.equal(one(id));
    for (const path of [`/product/${id}`, one(id)]) {
      const answer = expectStatus(await target.send(get(path)), 200);
      expect(JSON.parse(answer.text)).to.deep.equal(product);
      expect(answer.headers.get("x-cache")).to.be.oneOf(["hit", "miss", "bypass"]);
    }
  }),
  check("refuses the same id twice", async (target) => {
    await expectProblem(target, create(product), 409);
    const other = { ...product, id: otherId };
    await readJson(target, create(other, "/catalog/products"), 201);
    await expectProblem(target, create(other, "/catalog/products"), 409);
  }),
  check("answers 304 to who has the product already", async (target) => {
    const { headers } = await target.send(get(one(id)));
    const etag = headers.get("etag") ?? "none";
    const again = await target.send({ ...get(one(id)), headers: { "if-none-match": etag } });
    expectStatus(again, 304);
  }),
  check(
    "shows a change to the very next read, and refuses one that came too late",
    async (target) => {
      const { headers } = await target.send(get(one(id)));
      const ifMatch = { "if-match": headers.get("etag") ?? "none" };
      const put = { method: "PUT", path: one(id), body: { name: "Changed", price: 19.99 } };
      expectStatus(await target.send({ ...put, headers: ifMatch }), 200);
      const seen = await readJson(target, get(`/product/${id}`));
      expect(seen).to.deep.equal({ id, name: "Changed", price: 19.99 });
      await expectProblem(target, { ...put, headers: ifMatch }, 412);
    },
  ),
  check("lists products page by page", async (target) => {
    interface Page {
      products: unknown[];
      next_cursor?: string;
    }
    const first = await readJson<Page>(target, get("/catalog/products?limit=1"));
    expect(first.products).to.have.lengthOf(1);
    const cursor = encodeURIComponent(first.next_cursor ?? "");
    const second = await readJson<Page>(target, get(`/catalog/products?limit=1&cursor=${cursor}`));
    expect(second.products).to.not.deep.equal(first.products);
  }),
  check("refuses a write without the key, where there is a key", async (target) => {
    if (!target.hasKey) return;
    await expectProblem(target, { ...create(product), authorized: false }, 401);
    await expectProblem(target, { method: "DELETE", path: one(id), authorized: false }, 401);
  }),
  check("removes a product for every reader", async (target) => {
    for (const number of [id, otherId]) {
      expectStatus(await target.send({ method: "DELETE", path: one(number) }), 204);
      await expectProblem(target, get(`/product/${number}`), 404);
      await expectProblem(target, { method: "DELETE", path: one(number) }, 404);
    }
  }),
  check("refuses ids and prices that are none", async (target) => {
    await expectInvalid(target, get("/product/1abc"), ["id"]);
    await expectInvalid(target, create({ ...product, price: 0.001 }), ["price"]);
    await expectInvalid(target, create({ id, name: "" }), ["name", "price"]);
  }),
  ...bodyChecks({ method: "POST", path: "/data" }),
];
