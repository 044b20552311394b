import type { Target } from "../target.ts";

const PATIENCE_MS = 10_000;

/**
 * The data of the events of a server-sent event stream, as they come, for at most ten seconds.
 * A reader that stops closes the connection.
 */
export async function* readEvents(target: Target, path: string): AsyncGenerator<string, void> {
  const hangUp = new AbortController();
  const signal = AbortSignal.any([hangUp.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const call = { method: "GET", path, headers: { accept: "text/event-stream" } };
  try {
    const { body, status } = await target.open(call, signal);
    if (status !== 200 || body === null) throw new Error(`GET ${path}: got ${status}`);
    let text = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      yield* events.flatMap((event) => /^data: ?(.*)$/m.exec(event)?.[1] ?? []);
    }
  } finally {
    hangUp.abort();
  }
}
