import { hostname } from "node:os";

const METADATA_TIMEOUT_MS = 1_000;

/**
 * Names this process: the ECS task's id, elsewhere `host-pid`.
 *
 * @param metadataUri `ECS_CONTAINER_METADATA_URI_V4`, which ECS sets in every container
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
 */
export async function findInstance(metadataUri: string | undefined): Promise<string> {
  const fallback = `${hostname()}-${process.pid}`;
  if (metadataUri === undefined) return fallback;
  try {
    const answer = await fetch(`${metadataUri}/task`, {
      signal: AbortSignal.timeout(METADATA_TIMEOUT_MS),
    });
    const task = (await answer.json()) as { TaskARN?: string };
    return task.TaskARN?.split("/").at(-1) ?? fallback;
  } catch {
    // A service that does not know its own name can still serve.
    return fallback;
  }
}
