import type { RecordedResource } from "./recording.ts";

/** The resources as a tree: children below their parent, siblings by name, then by type. */
export function resourceTree(resources: readonly RecordedResource[]): string {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return stack === undefined ? "" : branch(stack, resources, 0).join("\n");
}

function branch(
  resource: RecordedResource,
  all: readonly RecordedResource[],
  depth: number,
): string[] {
  const children = all.filter(({ parent }) => parent === resource.urn).sort(byNameAndType);
  const mark = resource.remote ? " (its children are created by awsx)" : "";
  const line = `${"  ".repeat(depth)}${resource.name}  ${shortType(resource.type)}${mark}`;
  return [line, ...children.flatMap((child) => branch(child, all, depth + 1))];
}

function byNameAndType(a: RecordedResource, b: RecordedResource): number {
  return compare(a.name, b.name) || compare(a.type, b.type);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `aws:ecs:Service` for `aws:ecs/service:Service`, and `Network` for a component of ours. */
function shortType(type: string): string {
  return type.replace(/\/[^:]*/, "").replace(/^page-services:index:/, "");
}
