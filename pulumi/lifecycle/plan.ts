import { isDeepStrictEqual } from "node:util";
import type { RecordedResource } from "../offline/recording.ts";
import { deletesFirst, replacingInputs } from "./replacing-inputs.ts";

/** What the engine would do with one resource. */
export interface Step {
  op: "create" | "update" | "replace" | "delete";
  urn: string;
  type: string;
  name: string;
  /** The inputs that changed; empty for a creation and a deletion. */
  keys: string[];
  /** Of a replacement: which comes first. */
  order?: "create-first" | "delete-first";
  /** Pulumi refuses to delete it, and so to replace it. */
  protect: boolean;
}

/**
 * What leads from one recorded graph to another, by URN. Components are left out: nothing happens to
 * them. @throws when it is not known which inputs of a type replace it.
 */
export function plan(
  before: readonly RecordedResource[],
  after: readonly RecordedResource[],
): Step[] {
  const old = byUrn(before);
  const next = byUrn(after);
  const steps = [...next.values()].flatMap((resource) => {
    const was = old.get(resource.urn);
    return was === undefined ? [bare("create", resource)] : change(was, resource);
  });
  const gone = [...old.values()].filter(({ urn }) => !next.has(urn));
  return [...steps, ...gone.map((resource) => bare("delete", resource))].sort(byPlace);
}

function change(was: RecordedResource, is: RecordedResource): Step[] {
  const names = new Set([...Object.keys(was.props), ...Object.keys(is.props)]);
  const keys = [...names]
    .filter((key) => !is.ignoreChanges.some((path) => path.split(/[.[]/)[0] === key))
    .filter((key) => !isDeepStrictEqual(was.props[key], is.props[key]))
    .sort();
  if (keys.length === 0) return [];
  const replacing = replacingInputs[is.type];
  if (replacing === undefined)
    throw new Error(
      `It is not known what replaces a ${is.type}: add it to pulumi/lifecycle/replacing-inputs.ts.`,
    );
  const replaced = keys.some(
    (key) =>
      replacing.includes(key) || (replacing.includes("*") && !/^tags|^skipDestroy$/.test(key)),
  );
  if (!replaced) return [{ ...bare("update", is), keys }];
  const sameName = isDeepStrictEqual(was.props["name"], is.props["name"]);
  const order = sameName && deletesFirst(is.type, is.props) ? "delete-first" : "create-first";
  return [{ ...bare("replace", is), keys, order, protect: was.protect }];
}

function bare(op: Step["op"], { urn, type, name, protect }: RecordedResource): Step {
  return { op, urn, type, name, keys: [], protect };
}

function byUrn(resources: readonly RecordedResource[]): Map<string, RecordedResource> {
  const managed = resources.filter(({ custom, remote }) => custom || remote);
  return new Map(managed.map((resource) => [resource.urn, resource]));
}

function byPlace(a: Step, b: Step): number {
  if (a.urn === b.urn) return 0;
  return a.urn < b.urn ? -1 : 1;
}
