import { container } from "../../../contract.ts";
import { type Check, check } from "./check.ts";
import { expectProblem } from "./expectations.ts";

const operational = [container.healthPath, container.metricsPath, "/readyz", "/status"];

/** What the load balancer answers by itself. */
export const edgeChecks: readonly Check[] = [
  ...operational.map((path) =>
    check(`keeps ${path} to the inside`, (target) =>
      expectProblem(target, { method: "GET", path }, 404),
    ),
  ),
  check("answers a path that belongs to no service with a 404 problem", (target) =>
    expectProblem(target, { method: "POST", path: "/nobody", body: {} }, 404),
  ),
];
