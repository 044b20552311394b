import type * as pulumi from "@pulumi/pulumi";

/** Tag of the load balancer with the block of its VPC, so that the next update can compare. */
export const blockTag = "NetworkBlock";

/**
 * Refuses another `network.cidr` for a deployed stack, in the preview already. It would replace the
 * VPC below a load balancer and a cache that are only updated, and AWS refuses that half-way.
 */
export function refuseNewBlock(args: pulumi.ResourceHookArgs): void {
  if (!isNewBlock(args)) return;
  const [deployed, wanted] = [blockOf(args.oldInputs), blockOf(args.newInputs)];
  throw new Error(
    `network.cidr: expected ${String(deployed)}, in which this stack is deployed, got ${String(wanted)}. ` +
      `Remedy: pulumi config set --path network.cidr ${String(deployed)}, or create another stack.`,
  );
}

/** Inputs before and after, as far as they are known. */
interface Update {
  oldInputs?: Record<string, unknown> | undefined;
  newInputs?: Record<string, unknown> | undefined;
}

/** False as long as one of the two is not known. */
export function isNewBlock({ oldInputs, newInputs }: Update): boolean {
  const [deployed, wanted] = [blockOf(oldInputs), blockOf(newInputs)];
  return deployed !== undefined && wanted !== undefined && deployed !== wanted;
}

function blockOf(inputs: Record<string, unknown> | undefined): string | undefined {
  const tags = inputs?.["tags"] as Record<string, string> | undefined;
  return tags?.[blockTag];
}
