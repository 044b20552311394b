import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: { name?: string };
}

const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });

/** A call that costs this process less than `fetch`, so that the load comes from the services. */
export async function call(
  method: string,
  url: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { method, agent, headers: { "content-type": "application/json", ...headers } };
  const sent = request(url, options, (response) => {
    text(response).then((content) => {
      const { statusCode = 0, headers: received } = response;
      resolve({ status: statusCode, headers: received, body: parse(content) });
    }, reject);
  });
  sent.on("error", reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

function parse(content: string): { name?: string } {
  return content === "" ? {} : (JSON.parse(content) as { name?: string });
}
