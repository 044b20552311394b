/**
 * A consumer of the catalog: keeps a product and raises its price, unless somebody else was faster.
 *
 *   npm run example -- catalog [url] [id]     with API_KEY where the system asks for one
 *
 * Its types are made of `../openapi.json`: `npm run check` refuses what the API does not say.
 */
import createClient from "openapi-fetch";
import type { paths } from "./api.d.ts";

const [url = "http://localhost:8080", id = "4711"] = process.argv.slice(2);
const apiKey = process.env["API_KEY"];
const catalog = createClient<paths>({
  baseUrl: url,
  headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
});

const path = { id: Number(id) };
const television = { ...path, name: "Samsung TV", price: 140 };
const { error } = await catalog.POST("/catalog/products", { body: television });
// Somebody kept it already: that is as good.
if (error !== undefined && error.status !== 409) throw new Error(error.detail);

const { data: product, response } = await catalog.GET("/catalog/products/{id}", {
  params: { path },
});
if (product === undefined) throw new Error(`Product ${id} is gone again`);
console.log(`${product.name}: ${product.price} (${response.headers.get("x-cache") ?? ""})`);

const { data: raised } = await catalog.PUT("/catalog/products/{id}", {
  params: { path, header: { "if-match": response.headers.get("etag") ?? "" } },
  body: { name: product.name, price: product.price + 1 },
});
console.log(raised === undefined ? "Somebody else was faster." : `It is ${raised.price} now.`);
