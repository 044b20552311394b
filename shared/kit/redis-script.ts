import { type CommandParser, defineScript } from "redis";

/**
 * A Lua script as a command of the client, which sends its text only to a server that does not have
 * it yet. Scripts are given to `createRedis` by the names of their commands.
 *
 * @param toReply gives the script's reply its type
 */
export function redisScript<Reply>(lua: string, toReply: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: lua,
    parseCommand(parser: CommandParser, keys: readonly string[], args: readonly string[] = []) {
      parser.pushKeysLength([...keys]);
      parser.push(...args);
    },
    transformReply: toReply,
  });
}
