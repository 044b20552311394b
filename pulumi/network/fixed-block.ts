import * as pulumi from "@pulumi/pulumi";

/** Tag of the load balancer with the block of its VPC, so that the next update can compare. */
export const blockTag = "NetworkBlock";

/**
 * Refuses another `network.cidr` for a deployed stack, in the preview already. It would replace the
 * VPC below a load balancer and a cache that are only updated, and AWS refuses that half-way.
 */
export function refuseNewBlock({ oldInputs, newInputs }: pulumi.ResourceHookArgs): void {
  const [deployed, wanted] = [blockOf(oldInputs), blockOf(newInputs)];
  if (deployed === undefined || wanted === undefined || deployed === wanted) return;
  throw new Error(
    `network.cidr: expected ${deployed}, in which this stack is deployed, got ${wanted}. ` +
      `Remedy: pulumi config set --path network.cidr ${deployed}, or create another stack.`,
  );
}

export const fixedBlock = new pulumi.ResourceHook("fixed-network-block", refuseNewBlock, {
  onDryRun: true,
});

function blockOf(inputs: Record<string, unknown> | undefined): string | undefined {
  const tags = inputs?.["tags"] as Record<string, string> | undefined;
  return tags?.[blockTag];
}
