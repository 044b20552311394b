import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, type Server } from "node:http";
import { container, type ServiceName } from "../../../contract.ts";
import type { Problem } from "../../../kit/http/problem.ts";
import { forward, wasNotConnected, type Exchange } from "./forward.ts";
import { createTraceId, droppedFraming, forwardedHeaders } from "./forwarded-headers.ts";
import {
  badConnection,
  failedInstance,
  noInstance,
  noService,
  problemPages,
  sendProblem,
} from "./problems.ts";
import { matchService } from "./path-rules.ts";
import { TargetGroup } from "./target-group.ts";

const LOOPBACK = "127.0.0.1";

export interface GatewayOptions {
  /** Port to listen on. */
  port: number;
  /** Address to listen on. Default: `127.0.0.1`, reachable from this machine only. */
  host?: string;
  /** Addresses of the instances of each service. */
  instances: Readonly<Record<ServiceName, readonly string[]>>;
  /**
   * HTML pages of its own, by path, before any service's. One whose path ends with a slash has all
   * below it, and is given what follows. A deployed load balancer has none.
   */
  pages?: Readonly<Record<string, (rest: string) => Promise<string>>>;
  /** Default: that of the deployed load balancer. */
  idleTimeoutMs?: number;
  /** How often each instance is asked for its health. Default: 200 ms. */
  healthIntervalMs?: number;
}

/**
 * What the load balancer is in a deployed stack: listener rules by path, a target group with health
 * checks for each service, a fixed 404 for the rest, and headers that say who called.
 */
export class Gateway implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  readonly #idleTimeoutMs: number;
  readonly #groups: Readonly<Record<ServiceName, TargetGroup>>;
  readonly #pages: NonNullable<GatewayOptions["pages"]>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  readonly #healthChecks: NodeJS.Timeout;

  /** Resolves when it listens; rejects with code `EADDRINUSE` when the port is taken. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      await once(gateway.#server.listen(options.port, options.host ?? LOOPBACK), "listening");
      return gateway;
    } catch (error) {
      clearInterval(gateway.#healthChecks);
      throw error;
    }
  }

  private constructor(options: GatewayOptions) {
    const { port, instances, idleTimeoutMs, healthIntervalMs, pages } = options;
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#idleTimeoutMs = idleTimeoutMs ?? container.loadBalancerIdleSeconds * 1_000;
    this.#groups = createGroups(instances);
    this.#pages = { ...problemPages, ...pages };
    this.#server = createServer({ keepAliveTimeout: this.#idleTimeoutMs });
    this.#server.on("request", (request, response) => void this.#answer({ request, response }));
    this.#healthChecks = setInterval(() => void this.checkHealth(), healthIntervalMs ?? 200);
  }

  /** Asks every instance for its health, as happens from time to time anyway. */
  async checkHealth(): Promise<void> {
    await Promise.all(Object.values(this.#groups).map((group) => group.checkHealth()));
  }

  /** Takes no new connections; open requests go on. */
  refuseNew(): void {
    this.#server.close();
  }

  /** Ends every connection. */
  async stop(): Promise<void> {
    clearInterval(this.#healthChecks);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #answer(exchange: Exchange): Promise<void> {
    const path = pathOf(exchange.request);
    const dropped = droppedFraming(exchange.request.headers);
    const page = this.#findPage(path);
    const service = matchService(path);
    if (dropped !== undefined) sendProblem(exchange, badConnection(dropped));
    else if (page !== undefined) sendPage(exchange, await page());
    else if (service === undefined) sendProblem(exchange, noService(path));
    else {
      const problem = await this.#askService(service, exchange);
      if (problem !== undefined) sendProblem(exchange, problem);
    }
  }

  #findPage(path: string): (() => Promise<string>) | undefined {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const page = this.#pages[path] ?? this.#pages[folder];
    return page && (() => page(path.slice(folder.length)));
  }

  /** Resolves with what went wrong, or with undefined when the service answered. */
  async #askService(service: ServiceName, exchange: Exchange): Promise<Problem | undefined> {
    try {
      const answered = await this.#tryInTurn(this.#groups[service], exchange);
      return answered ? undefined : noInstance(service);
    } catch (error) {
      return failedInstance(service, error);
    }
  }

  /** False when no instance took a connection. */
  async #tryInTurn(group: TargetGroup, exchange: Exchange): Promise<boolean> {
    const headers = forwardedHeaders(exchange.request.headers, {
      peerAddress: exchange.request.socket.remoteAddress ?? "",
      port: this.#port,
      traceId: createTraceId(Date.now(), randomBytes(12)),
    });
    const options = { headers, agent: this.#agent, idleTimeoutMs: this.#idleTimeoutMs };
    for (const target of group.inTurn()) {
      try {
        await forward(exchange, target, options);
        return true;
      } catch (error) {
        if (!wasNotConnected(error)) throw error;
        target.markUnhealthy();
      }
    }
    return false;
  }
}

function sendPage({ request, response }: Exchange, html: string): void {
  request.resume();
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : html);
}

function createGroups(instances: GatewayOptions["instances"]): Record<ServiceName, TargetGroup> {
  return Object.fromEntries(
    Object.entries(instances).map(([service, urls]) => [service, new TargetGroup(urls)]),
  ) as Record<ServiceName, TargetGroup>;
}

/** The path as it stands, without query; of an absolute URL (RFC 9112, 3.2.2) as well. */
function pathOf({ url = "/" }: IncomingMessage): string {
  const path = url.replace(/^https?:\/\/[^/?]*/i, "");
  return path.split("?", 1)[0] ?? "";
}
