import type Koa from "koa";
import { createServiceApp, type ServiceContext } from "../../shared/kit/http/service-app.ts";
import type { Catalog } from "./catalog.ts";
import { createRoutes } from "./http/routes.ts";

const about = {
  service: "catalog",
  title: "Catalog",
  description:
    "Products with exact prices. A read is answered from a cache in Redis that is filled when it " +
    "is asked for something new, and that never answers with what a write has replaced.",
  version: "2.1.0",
  tags: { products: "Products with exact prices." },
} as const;

export interface AppOptions {
  catalog: Catalog;
  context: ServiceContext;
}

export function createApp({ catalog, context }: AppOptions): Koa {
  return createServiceApp(about, createRoutes(catalog), context);
}
