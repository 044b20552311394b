import { get } from "node:http";
import { container } from "../../../contract.ts";

const HEALTH_TIMEOUT_MS = 1_000;

/** One instance of a service, and whether its last health check went well. */
export class Target {
  readonly hostname: string;
  readonly port: string;
  #healthy = true;
  #check: Promise<void> | undefined;

  constructor(url: string) {
    ({ hostname: this.hostname, port: this.port } = new URL(url));
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  /** To be called when it takes no connection: the next good health check brings it back. */
  markUnhealthy(): void {
    this.#healthy = false;
  }

  /** Asks it once; resolves with the answer to an earlier question while that is still open. */
  async checkHealth(): Promise<void> {
    this.#check ??= this.#answersHealthy().then((healthy) => {
      this.#healthy = healthy;
      this.#check = undefined;
    });
    return this.#check;
  }

  async #answersHealthy(): Promise<boolean> {
    const { hostname, port } = this;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    get({ hostname, port, path: container.healthPath, agent: false, timeout: HEALTH_TIMEOUT_MS })
      .on("response", (response) => resolve(response.resume().statusCode === 200))
      .on("timeout", () => resolve(false))
      .on("error", () => resolve(false))
      .on("close", () => resolve(false));
    return promise;
  }
}

/** The instances of one service, taken in turn. */
export class TargetGroup {
  readonly #targets: readonly Target[];
  #turn = 0;

  constructor(urls: readonly string[]) {
    this.#targets = urls.map((url) => new Target(url));
  }

  /**
   * The instances in the order in which to try them for one request: the healthy ones, beginning
   * with the one whose turn it is, then, as an ALB does when it has no other, the rest.
   */
  inTurn(): readonly Target[] {
    const start = this.#turn;
    this.#turn = (start + 1) % Math.max(this.#targets.length, 1);
    const rotated = [...this.#targets.slice(start), ...this.#targets.slice(0, start)];
    return rotated.toSorted((one, other) => Number(other.healthy) - Number(one.healthy));
  }

  /** Asks each instance once. */
  async checkHealth(): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.checkHealth()));
  }
}
