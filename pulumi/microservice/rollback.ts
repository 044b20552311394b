import type * as pulumi from "@pulumi/pulumi";

/**
 * Fails the `pulumi up` in which ECS rolled a deployment back. The provider does so itself for a
 * deployment that it still watches; this is the second net, for a service that was steady again,
 * with the old task definition, before the provider looked.
 */
export function refuseRollback({ name, newInputs, newOutputs }: pulumi.ResourceHookArgs): void {
  const wanted: unknown = newInputs?.["taskDefinition"];
  const running: unknown = newOutputs?.["taskDefinition"];
  if (typeof wanted !== "string" || typeof running !== "string") return;
  if (revisionOf(wanted) === revisionOf(running)) return;
  throw new Error(
    `ECS rolled ${name} back: it runs ${revisionOf(running)} instead of ${revisionOf(wanted)}. ` +
      "The events of the service and the log of the failed tasks say why. The next up sends only " +
      "what differs from this one; to send the same again, replace the task definition: " +
      "see pulumi/README.md, When a deployment fails.",
  );
}

/** `family:revision`, whether the ARN or only this part is given. */
function revisionOf(taskDefinition: string): string {
  return taskDefinition.split("/").at(-1) ?? taskDefinition;
}
