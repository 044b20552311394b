import * as pulumi from "@pulumi/pulumi";
import { type Config, ConfigError, parseConfig } from "./config/parse.ts";

/**
 * Reads the configuration of the running stack; nothing else in the program does.
 * @throws pulumi.RunError with every fault in one message, before any resource is registered.
 */
export function readConfig(): Config {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  try {
    return parseConfig({ project, stack, values: pulumi.runtime.allConfig() });
  } catch (error) {
    // Without a stack trace: the fault is in the configuration, not in the program.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
