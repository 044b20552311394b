import { type ServiceName, serviceNames } from "../../../contract.ts";
import { importPart } from "../../service-part.ts";
import type { Check, Suite } from "./check.ts";
import { commonChecks, coverageCheck } from "./service-checks.ts";
import { edgeChecks } from "./edge-checks.ts";

/** What all services have in common, and what each adds in its `acceptance/checks.ts`. */
export async function loadSuites(): Promise<readonly Suite[]> {
  const ofServices = serviceNames.map(async (name) => ({
    name,
    checks: [...commonChecks(name), ...(await ownChecks(name))],
  }));
  return [...(await Promise.all(ofServices)), { name: "everything else", checks: edgeChecks }];
}

async function ownChecks(service: ServiceName): Promise<readonly Check[]> {
  const part = await importPart<{ checks: readonly Check[] }>(service, "acceptance/checks.ts");
  return part === undefined ? [] : [...part.checks, coverageCheck(service)];
}
