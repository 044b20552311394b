import { expect } from "chai";
import type { ServiceName } from "../../../contract.ts";
import { type ApiDocument, problemTypesOf } from "../../../kit/http/docs/openapi.ts";
import { matcherOf } from "../described-answers.ts";
import { type Check, check } from "./check.ts";
import { expectProblem, expectStatus, readJson } from "./expectations.ts";

/** What holds for every service, a new one included. */
export function commonChecks(service: ServiceName): readonly Check[] {
  return [
    check("says that it is healthy", async (target) => {
      const status = await readJson(target, { method: "GET", path: `/${service}/status` });
      expect(status).to.include({ status: "Healthy", service });
    }),
    check("describes itself, for programs and for people", async (target) => {
      const path = `/${service}/openapi.json`;
      const description = await readJson<ApiDocument>(target, { method: "GET", path });
      expect(description.openapi).to.equal("3.1.0");
      const docs = expectStatus(
        await target.send({ method: "GET", path: `/${service}/docs` }),
        200,
      );
      expect(docs.headers.get("content-type")).to.match(/^text\/html/);
      expect(docs.headers.get("content-security-policy")).to.include("default-src 'none'");
      expect(docs.text).to.include(description.info.title);
    }),
    check("explains each kind of problem on a page of its own", async (target) => {
      const path = `/${service}/openapi.json`;
      const types = problemTypesOf(await readJson(target, { method: "GET", path }));
      expect(types).to.include(`/${service}/problems/internal-error`);
      for (const type of types) {
        const page = expectStatus(await target.send({ method: "GET", path: type }), 200);
        expect(page.text, type).to.include(`<code>${type}</code>`);
      }
    }),
    check("answers an unknown path with a 404 problem", (target) =>
      expectProblem(target, { method: "GET", path: `/${service}/no/such/thing` }, 404),
    ),
    check("answers an unknown method with 405 and those it knows", async (target) => {
      const call = { method: "DELETE", path: `/${service}/status` };
      const { headers } = await expectProblem(target, call, 405);
      expect(headers.get("allow")).to.match(/\bGET\b/);
    }),
  ];
}

/**
 * Comes last: fails when an operation that the service describes was never called.
 *
 * So the checks grow with the service, or say so.
 */
export function coverageCheck(service: ServiceName): Check {
  return check("has been asked for everything that it describes", async (target) => {
    const path = `/${service}/openapi.json`;
    const { paths } = await readJson<ApiDocument>(target, { method: "GET", path });
    const described = Object.entries(paths).flatMap(([template, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${template}`),
    );
    const called = [...target.called];
    const missed = described.filter(
      (operation) => !called.some((call) => matcherOf(operation).test(call)),
    );
    if (missed.length > 0) throw new Error(`Never called: ${missed.join(", ")}`);
  });
}
