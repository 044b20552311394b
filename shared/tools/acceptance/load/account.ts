import type { Answer } from "../target.ts";

/** What became of the requests of one workload. */
export class Account {
  readonly name: string;
  readonly #latenciesMs: number[] = [];
  readonly #errors = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  get requests(): number {
    return this.#latenciesMs.length;
  }

  /** Kinds of errors, such as `503 store-unavailable` or `ECONNREFUSED`, the most frequent first. */
  get errors(): readonly [kind: string, count: number][] {
    return [...this.#errors].sort(([, a], [, b]) => b - a);
  }

  get errorCount(): number {
    return this.errors.reduce((sum, [, count]) => sum + count, 0);
  }

  answered(latencyMs: number): void {
    this.#latenciesMs.push(latencyMs);
  }

  /** An answer came, and was none of those that are good. */
  refused(latencyMs: number, { status, text }: Answer): void {
    const problem = /"type":"[^"]*\/problems\/([\w-]+)"/.exec(text)?.[1] ?? "";
    this.#count(latencyMs, `${status} ${problem}`.trimEnd());
  }

  /** No answer came. */
  failed(latencyMs: number, error: unknown): void {
    this.#count(latencyMs, kindOf(error));
  }

  /** Latencies in milliseconds, of failed requests too; NaN without any. */
  percentiles<const Q extends readonly number[]>(...quantiles: Q): { [K in keyof Q]: number } {
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    const at = (quantile: number) => {
      const index = Math.ceil(quantile * sorted.length) - 1;
      return sorted[Math.max(index, 0)] ?? Number.NaN;
    };
    return quantiles.map(at) as { [K in keyof Q]: number };
  }

  #count(latencyMs: number, kind: string): void {
    this.#latenciesMs.push(latencyMs);
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }
}

/** The system's own code where there is one: `fetch failed` tells nothing apart. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === "string" ? code : error.name;
}
