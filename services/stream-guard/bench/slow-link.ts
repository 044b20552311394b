import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** A way to a local server that is as long as the one to a server in the same region. */
export interface SlowLink extends AsyncDisposable {
  url: string;
}

/**
 * Passes every answer on after a while, as the network and a real database would.
 *
 * @param targetUrl the server, on the loopback address
 * @param delayMs added to each answer
 */
export async function openSlowLink(targetUrl: string, delayMs: number): Promise<SlowLink> {
  const port = Number(new URL(targetUrl).port);
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    client.pipe(target);
    target.on("data", (chunk) => setTimeout(() => client.write(chunk), delayMs));
    // Either side's end is the other's; what was on its way is of no use to anybody.
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
