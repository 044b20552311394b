import type * as pulumi from "@pulumi/pulumi";

/**
 * Fails the `pulumi up` in which ECS rolled a deployment back. The provider waits until the service
 * is steady, and after a rollback it is: with the old task definition. Without this, a failed
 * deployment would count as a success.
 */
export function refuseRollback({ name, newInputs, newOutputs }: pulumi.ResourceHookArgs): void {
  const wanted: unknown = newInputs?.["taskDefinition"];
  const running: unknown = newOutputs?.["taskDefinition"];
  if (typeof wanted !== "string" || typeof running !== "string") return;
  if (revisionOf(wanted) === revisionOf(running)) return;
  throw new Error(
    `ECS rolled ${name} back: it runs ${revisionOf(running)} instead of ${revisionOf(wanted)}. ` +
      "The events of the service and the log of the failed tasks say why.",
  );
}

/** `family:revision`, whether the ARN or only this part is given. */
function revisionOf(taskDefinition: string): string {
  return taskDefinition.split("/").at(-1) ?? taskDefinition;
}
