import type { ServiceName } from "../../../contract.ts";
import { docsPage } from "./page.ts";
import { sendHtml } from "../html.ts";
import { describeApi } from "./openapi.ts";
import { type Route, route } from "../route.ts";

/** Rises with a change that callers could notice. */
const API_VERSION = "1.0.0";

export interface ServiceDescription {
  service: ServiceName;
  title: string;
  description: string;
}

/** The description of a service's API, for programs and for people. */
export function docsRoutes(about: ServiceDescription, routes: readonly Route[]): Route[] {
  const { service, title, description } = about;
  const info = { title, version: API_VERSION, description };
  // Made for the first request: it would only delay the start of the process.
  const document = once(() => describeApi(info, routes));
  const json = once(() => JSON.stringify(document()));
  const html = once(() => docsPage(document()));
  return [
    route({
      method: "GET",
      paths: [`/${service}/openapi.json`],
      operationId: "getOpenApi",
      summary: "This description",
      replies: { 200: { description: "OpenAPI 3.1" } },
      handle(ctx) {
        ctx.type = "json";
        ctx.body = json();
      },
    }),
    route({
      method: "GET",
      paths: [`/${service}/docs`],
      operationId: "getDocs",
      summary: "This description, for people",
      replies: { 200: { description: "A page", type: "text/html" } },
      handle: (ctx) => sendHtml(ctx, html()),
    }),
  ];
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
