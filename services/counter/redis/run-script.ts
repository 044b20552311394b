import { createHash } from "node:crypto";
import type { Redis } from "../../../shared/kit/redis.ts";

export interface Script {
  lua: string;
  sha: string;
}

export function toScript(lua: string): Script {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

export interface ScriptCall {
  script: Script;
  keys: string[];
  arguments?: string[];
}

/** Runs a script by its digest; sends its text only to a server that has not seen it yet. */
export async function runScript(redis: Redis, call: ScriptCall): Promise<number[]> {
  const { script, keys, arguments: args = [] } = call;
  const options = { keys, arguments: args };
  try {
    return (await redis.run((client) => client.evalSha(script.sha, options))) as number[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return (await redis.run((client) => client.eval(script.lua, options))) as number[];
  }
}
