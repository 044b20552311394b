import type { Call } from "./target.ts";

/** One request of a `.http` file, as editors run it, its variables not yet filled in. */
export interface HttpRequest {
  title: string;
  /** By which later requests take values out of its answer. */
  name: string | undefined;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Reads the requests of a file: each begins with `### title`, and may be named: `# @name start`. */
export function parseHttpFile(text: string): readonly HttpRequest[] {
  return text
    .split(/^###/m)
    .slice(1)
    .map((section) => {
      const [titleLine = "", ...lines] = section.trim().split("\n");
      const name = lines.map((line) => /^# @name (\w+)$/.exec(line)?.[1]).find(Boolean);
      const [head = "", ...body] = lines
        .filter((line) => !line.startsWith("#"))
        .join("\n")
        .split("\n\n");
      const [requestLine = "", ...headers] = head.split("\n");
      const [method = "", url = ""] = requestLine.split(" ");
      return {
        title: titleLine.trim(),
        name,
        method,
        url,
        headers: Object.fromEntries(headers.map(readHeader)),
        body: body.length === 0 ? undefined : body.join("\n\n"),
      };
    });
}

function readHeader(line: string): [name: string, value: string] {
  const [name = "", value = ""] = line.split(": ", 2);
  return [name.toLowerCase(), value];
}

/**
 * The request with its variables filled in; `{{url}}` is the target's own and falls away.
 *
 * @param values of the file's variables, of the editors' own such as `$timestamp`, and of answers
 */
export function fillIn(request: HttpRequest, values: Readonly<Record<string, string>>): Call {
  const fill = (text: string) =>
    text.replaceAll(/\{\{(\$?[\w.]+)\}\}/g, (_, name: string) => values[name] ?? "");
  const headers = Object.entries(request.headers).map(([name, value]) => [name, fill(value)]);
  return {
    method: request.method,
    path: fill(request.url),
    headers: Object.fromEntries(headers) as Record<string, string>,
    authorized: false,
    ...(request.body !== undefined && { body: fill(request.body) }),
  };
}
