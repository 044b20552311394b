import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * A way to a local server that is as slow as to a far one, and that can lose replies: what was sent
 * is done, and its sender never hears of it.
 */
export class FarServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #losing = false;

  static async start(targetPort: number, roundTripMs: number): Promise<FarServer> {
    const far = new FarServer(targetPort, roundTripMs / 2);
    far.#server.listen(0, "127.0.0.1");
    await once(far.#server, "listening");
    return far;
  }

  private constructor(targetPort: number, delayMs: number) {
    this.#server = createServer((client) => {
      const target = connect(targetPort, "127.0.0.1");
      this.#pass(client, target, { delayMs, isReply: false });
      this.#pass(target, client, { delayMs, isReply: true });
    });
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Loses the next reply, and the connection with it. */
  loseReply(): void {
    this.#losing = true;
  }

  get hasLostIt(): boolean {
    return !this.#losing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(from: Socket, to: Socket, { delayMs, isReply }: { delayMs: number; isReply: boolean }) {
    this.#sockets.add(from);
    from.on("data", (data) => {
      if (isReply && this.#losing) {
        this.#losing = false;
        from.destroy();
      } else if (delayMs === 0) to.write(data);
      // Timers of one length end in the order in which they began.
      else setTimeout(() => to.write(data), delayMs);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
