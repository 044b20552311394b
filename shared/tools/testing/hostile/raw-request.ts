import { once } from "node:events";
import { connect } from "node:net";

export interface RawRequest {
  method?: string;
  /** As it stands: nothing is encoded, resolved or checked. */
  path: string;
  /** Lines as they stand, such as `x-user: ann`; `host` and `connection: close` come in any case. */
  headers?: readonly string[];
  body?: string;
}

export interface RawAnswer {
  status: number;
  /** Names in lower case; of lines with one name the last. */
  headers: ReadonlyMap<string, string>;
  text: string;
}

/** Sends what no HTTP client would, one byte for each character, and reads the whole answer. */
export async function sendRaw(url: string, request: RawRequest): Promise<RawAnswer> {
  const { method = "GET", path, headers = [], body } = request;
  const length = body === undefined ? [] : [`content-length: ${body.length}`];
  const own = ["host: test", "connection: close", ...length];
  const head = [`${method} ${path} HTTP/1.1`, ...own, ...headers].join("\r\n");
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  socket.write(Buffer.from(`${head}\r\n\r\n${body ?? ""}`, "latin1"));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return parseAnswer(Buffer.concat(chunks).toString("latin1"));
}

function parseAnswer(answer: string): RawAnswer {
  const end = answer.indexOf("\r\n\r\n");
  const [status = "", ...lines] = answer.slice(0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(status.split(" ")[1]),
    headers: new Map(headers),
    text: answer.slice(end + 4),
  };
}
