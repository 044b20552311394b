import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { endWithParent } from "./end-with-parent.ts";
import { OutputLines } from "../output/output-lines.ts";
import { printable } from "../output/printable.ts";

export interface ChildProcessOptions {
  /** How messages call it. */
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment: nothing is inherited but PATH, and where Node keeps compiled code. */
  env?: Record<string, string>;
  /** Called with each line it writes to standard output or standard error. */
  onLine?: (line: string) => void;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
}

/**
 * A process of ours: it remembers its last lines, tells when it ended, and never outlives us, not
 * even when we are killed. It has a process group of its own, so that Ctrl-C in a terminal
 * reaches only the one who started it, who then stops it in good order.
 */
export class ChildProcess implements AsyncDisposable {
  static readonly #running = new Set<ChildProcess>();
  readonly name: string;
  readonly pid: number;
  /** Resolves, and never rejects, when the process is gone and all its output is read. */
  readonly exited: Promise<ProcessExit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #output: OutputLines;
  #exit: ProcessExit | undefined;

  /** Rejects when the program cannot be started at all. */
  static async start(options: ChildProcessOptions): Promise<ChildProcess> {
    const child = spawn(options.command, options.args, {
      detached: true,
      env: { ...inherited(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    await once(child, "spawn");
    return new ChildProcess(options, child);
  }

  /** Ends every process of ours at once, without waiting. */
  static killAll(): void {
    for (const process of ChildProcess.#running) process.#child.kill("SIGKILL");
  }

  private constructor(
    { name, onLine }: ChildProcessOptions,
    child: ChildProcessByStdio<null, Readable, Readable>,
  ) {
    this.name = name;
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#output = new OutputLines([child.stdout, child.stderr]);
    if (onLine) this.#output.onLine(onLine);
    ChildProcess.#running.add(this);
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        ChildProcess.#running.delete(this);
        this.#exit = { code: code ?? undefined, signal: signal ?? undefined };
        resolve(this.#exit);
      });
    });
    endWithParent(child);
  }

  get isRunning(): boolean {
    return this.#exit === undefined;
  }

  /** Its latest lines, oldest first. */
  get lastLines(): readonly string[] {
    return this.#output.latest;
  }

  /** Resolves with the first line that matches; rejects when it ends, or at the deadline. */
  async waitForLine(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    return this.readyOrThrow(this.#output.first(pattern), timeoutMs);
  }

  /** What `ready` gives; rejects, with the last output, when the process ends or takes too long. */
  async readyOrThrow<Result>(ready: Promise<Result>, timeoutMs: number): Promise<Result> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(this.#fault(`was not ready within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const gone = this.exited.then((exit) => {
      throw this.#fault(`ended (${describeExit(exit)}) before it was ready`);
    });
    try {
      return await Promise.race([ready, late, gone]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks it to end (SIGTERM) and waits; after `graceMs` it is killed. */
  async stop(graceMs = 30_000): Promise<ProcessExit> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it at once (SIGKILL), as a crash would. */
  async kill(): Promise<ProcessExit> {
    this.#child.kill("SIGKILL");
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #fault(what: string): Error {
    const output = this.lastLines.map((line) => `  ${printable(line)}`).join("\n");
    return new Error(`${this.name} ${what}. Its last output:\n${output || "  (none)"}`);
  }
}

function inherited(): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE };
}

export function describeExit({ code, signal }: ProcessExit): string {
  return signal ?? `code ${code ?? "unknown"}`;
}
