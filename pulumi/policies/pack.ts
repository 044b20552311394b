// The rules as a CrossGuard pack: pulumi preview --policy-pack pulumi/policies
import {
  PolicyPack,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { Rule } from "./rule.ts";
import { rules } from "./rules.ts";

function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description } = rule;
  const named = { name, description, enforcementLevel: "mandatory" as const };
  if ("checkAll" in rule)
    return {
      ...named,
      validateStack({ resources }, report) {
        for (const { urn, message } of rule.checkAll(resources)) report(message, urn);
      },
    };
  return {
    ...named,
    validateResource(resource, report) {
      if (!rule.types.includes(resource.type)) return;
      for (const message of rule.check(resource)) report(message);
    },
  };
}

new PolicyPack("page-services", { policies: rules.map(toPolicy) });
