// Signatures by which the SDK marks a value on the wire; see its runtime/rpc.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The value without the wrapping of its secrets, or with `[secret]` in their place. */
export function unwrap(value: unknown, secrets: "plain" | "masked" = "plain"): unknown {
  if (Array.isArray(value)) return value.map((each) => unwrap(each, secrets));
  if (!isObject(value)) return value;
  if (value[signatureKey] === secretSignature)
    return secrets === "plain" ? unwrap(value["value"], secrets) : "[secret]";
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, unwrap(each, secrets)]),
  );
}

/** Where in a value something is unknown, as paths such as `loadBalancers.0.targetGroupArn`. */
export function unknownPaths(value: unknown, path: readonly string[] = []): string[] {
  if (value === unknownValue) return [path.join(".")];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => unknownPaths(each, [...path, key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
