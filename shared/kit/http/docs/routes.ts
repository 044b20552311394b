import { z } from "zod";
import { docsPage, docsScriptHash } from "./page.ts";
import { sendHtml } from "../html.ts";
import { Problem, problems } from "../problem.ts";
import { describeApi, type ServiceDescription } from "./openapi.ts";
import { servicesPage } from "./services-page.ts";
import { problemCatalogue, problemList, problemPage } from "./problem-page.ts";
import { type Route, route } from "../route.ts";
import { originOf } from "../request/scheme.ts";
import { ORIGIN } from "./request.ts";

/** The description of a service's API, for programs and for people. */
export function docsRoutes(about: ServiceDescription, routes: readonly Route[]): Route[] {
  const { service } = about;
  const kinds = problemCatalogue(routes);
  const toDocs = `<p><a href="/${service}/docs">All of the API</a></p>`;
  // Made for the first request: it would only delay the start of the process.
  const document = once(() => describeApi(about, routes));
  const json = once(() => JSON.stringify(document()));
  const html = once(() =>
    docsPage({ service, document: document(), problems: problemList(service, kinds.values()) }),
  );
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
      handle: (ctx) =>
        sendHtml(ctx, html().replaceAll(ORIGIN, originOf(ctx.req)), { scriptHash: docsScriptHash }),
    }),
    route({
      method: "GET",
      paths: ["/docs"],
      operationId: "getServices",
      summary: "Where the documentation of each service begins",
      replies: { 200: { description: "A page", type: "text/html" } },
      handle: (ctx) => sendHtml(ctx, servicesPage()),
    }),
    route({
      method: "GET",
      paths: [`/${service}/problems/{kind}`],
      operationId: "getProblem",
      summary: "What a kind of problem means, for people",
      params: z.object({ kind: z.string() }),
      replies: { 200: { description: "A page", type: "text/html" } },
      async handle(ctx, { params }) {
        const kind = kinds.get(params.kind);
        if (kind === undefined) {
          throw new Problem(problems.notFound, { detail: "There is no such kind of problem." });
        }
        await sendHtml(ctx, problemPage(service, kind, toDocs));
      },
    }),
  ];
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
