import type { RecordedResource } from "./recording.ts";

/** A resource with these members, and what a plain one has for the rest. */
export function sampleResource(
  given: Partial<RecordedResource> & Pick<RecordedResource, "type">,
): RecordedResource {
  const { type, name = "it" } = given;
  return {
    urn: `urn:pulumi:dev::p::${type}::${name}`,
    name,
    parent: "",
    custom: true,
    remote: false,
    props: {},
    dependencies: [],
    ignoreChanges: [],
    protect: false,
    afterUpdateHooks: 0,
    beforeUpdateHooks: [],
    aliases: [],
    ...given,
  };
}
