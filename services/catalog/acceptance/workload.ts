import { randomInt } from "node:crypto";
import { expectStatus } from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Target } from "../../../shared/tools/acceptance/target.ts";
import type { Finding, Send, Workload } from "../../../shared/tools/acceptance/load/workload.ts";

interface Product {
  id: number;
  name: string;
  price: number;
}

const PRODUCTS = 20;

export const createWorkloads = (): Workload[] => [new ProductWorkload()];

/** Reads of products that do not change: every answer has to be the product as it was written. */
class ProductWorkload implements Workload {
  readonly name = "catalog: reads";
  readonly #products: readonly Product[];
  #wrong = 0;

  constructor() {
    // New in every run, and far from any that is in use.
    const firstId = randomInt(8_000_000_000, 8_900_000_000);
    this.#products = Array.from({ length: PRODUCTS }, (_, index) => ({
      id: firstId + index,
      name: `Stress ${index}`,
      price: 0.01 * index,
    })).map((product) => ({ ...product, price: Number(product.price.toFixed(2)) }));
  }

  async prepare(target: Target): Promise<void> {
    for (const body of this.#products) {
      expectStatus(await target.send({ method: "POST", path: "/data", body }), 201);
    }
  }

  async turn(send: Send): Promise<void> {
    const product = this.#products[randomInt(PRODUCTS)];
    if (product === undefined) return;
    const answer = await send({ method: "GET", path: `/product/${product.id}` }, 200);
    if (answer === undefined) return;
    if (answer.text !== JSON.stringify(product)) this.#wrong += 1;
  }

  findings(): Promise<readonly Finding[]> {
    const text = `${this.#wrong} reads showed another product than was written`;
    return Promise.resolve([{ holds: this.#wrong === 0, text }]);
  }

  async cleanUp(target: Target): Promise<void> {
    for (const { id } of this.#products) {
      await target.send({ method: "DELETE", path: `/catalog/products/${id}` });
    }
  }
}
