import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel, type TracingChannel } from "node:diagnostics_channel";
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import type { StoreUnavailable } from "../store-unavailable.ts";
import {
  type Batch,
  batches,
  joins,
  requests,
  type StoreCall,
  storeCalls,
  type TracedRequest,
} from "./channels.ts";
import type { IsChosen } from "./sampling.ts";
import { readTraceHeaders } from "./trace-headers.ts";
import type { TraceIds } from "./trace-ids.ts";

/** What runs now: its span, and for how many callers. */
interface Current {
  span: Span;
  batchSize?: number;
  call?: StoreCall;
}

/** A command of the client `redis`, as it publishes it. Its arguments are data: only a digest is read. */
interface RedisCommand {
  command: string;
  args: readonly string[];
}

const SYSTEMS = { redis: "redis", dynamodb: "aws.dynamodb" } as const;

export interface SpanRecorderOptions {
  /** Records whatever it is asked for. */
  tracer: Tracer;
  /** Those of the tracer. */
  ids: TraceIds;
  /** Whether a request is recorded. */
  isChosen: IsChosen;
}

/**
 * Makes spans of what the channels tell: one for each request, below it one for each batch that it
 * waited for and each call of a store.
 *
 * A batch belongs to the trace of the first of its callers that is recorded; it has a link to each of
 * them, and each has one to it. A span holds names, sizes and outcomes, and never data of a request.
 */
export class SpanRecorder {
  readonly #options: SpanRecorderOptions;
  readonly #current = new AsyncLocalStorage<Current | undefined>();
  /** By what was published. */
  readonly #spans = new WeakMap<object, Span>();
  /** The recorded request of each entry that waits for its batch. */
  readonly #joined = new WeakMap<object, Span>();
  readonly #stops: (() => void)[] = [];

  constructor(options: SpanRecorderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#record(requests, (request) => this.#beginRequest(request), endRequest);
    this.#record(batches, (batch) => this.#beginBatch(batch), endWork);
    this.#record(storeCalls, (call) => this.#beginCall(call), endWork);
    const join = (entry: unknown) => this.#join(entry as object);
    joins.subscribe(join);
    const { start } = tracingChannel("node-redis:command");
    const name = (command: unknown) => this.#nameCommand(command as RedisCommand);
    start.subscribe(name);
    this.#stops.push(
      () => joins.unsubscribe(join),
      () => start.unsubscribe(name),
    );
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** What `begin` returns is current until the work is done; `end` then gets its span. */
  #record<Message extends object>(
    channel: TracingChannel<unknown, Message>,
    begin: (message: Message) => Current | undefined,
    end: (span: Span, message: Message) => void,
  ): void {
    const asyncEnd = (message: Message) => {
      const span = this.#spans.get(message);
      if (span === undefined) return;
      end(span, message);
      span.end();
    };
    channel.start.bindStore(this.#current, begin);
    channel.asyncEnd.subscribe(asyncEnd as never);
    this.#stops.push(
      () => channel.start.unbindStore(this.#current),
      () => channel.asyncEnd.unsubscribe(asyncEnd as never),
    );
  }

  /** Most requests are not recorded: for them nothing is made but a name for the log. */
  #beginRequest(request: TracedRequest): Current | undefined {
    const { tracer, ids, isChosen } = this.#options;
    const remote = readTraceHeaders(request.headers);
    const traceId = remote?.traceId ?? ids.generateTraceId();
    request.traceId = traceId;
    if (!isChosen(remote?.parent?.isSampled)) return undefined;
    const span = ids.within(traceId, () =>
      tracer.startSpan(request.method, { kind: SpanKind.SERVER }, contextOf(remote)),
    );
    this.#spans.set(request, span);
    return { span };
  }

  #join(entry: object): void {
    const span = this.#current.getStore()?.span;
    if (span?.isRecording() === true) this.#joined.set(entry, span);
  }

  /** Undefined, and so no spans of its calls, where none of its callers is recorded. */
  #beginBatch(batch: Batch): Current | undefined {
    const callers = batch.entries.flatMap((entry) => this.#joined.get(entry) ?? []);
    const [first, ...others] = callers;
    if (first === undefined) return undefined;
    const links = callers.map((caller) => ({ context: caller.spanContext() }));
    const attributes = { "batch.size": batch.entries.length };
    const span = this.#child(first, batch, { name: "batch", links, attributes });
    // A request may have been answered before its hit is recorded: then its span is closed.
    for (const other of others) {
      if (other.isRecording()) other.addLink({ context: span.spanContext() });
    }
    return { span, batchSize: batch.entries.length };
  }

  /** Work that goes on after its request was answered is recorded only where it began before. */
  #beginCall(call: StoreCall): Current | undefined {
    const current = this.#current.getStore();
    if (current?.span.isRecording() !== true) return undefined;
    const { store, operation, items = current.batchSize } = call;
    const span = this.#child(current.span, call, {
      name: `${store} ${operation ?? ""}`.trim(),
      kind: SpanKind.CLIENT,
      attributes: {
        "db.system.name": SYSTEMS[store],
        ...(operation !== undefined && { "db.operation.name": operation }),
        ...(items !== undefined && { "db.operation.batch.size": items }),
      },
    });
    return { ...current, span, call };
  }

  #child(parent: Span, message: object, options: SpanOptions & { name: string }): Span {
    const context = trace.setSpan(ROOT_CONTEXT, parent);
    const span = this.#options.tracer.startSpan(options.name, options, context);
    this.#spans.set(message, span);
    return span;
  }

  /** A script goes by its own name; when Redis does not have it yet, `EVAL` follows. */
  #nameCommand({ command, args }: RedisCommand): void {
    const { span, call } = this.#current.getStore() ?? {};
    if (span === undefined || call?.store !== "redis" || command === "EVAL") return;
    const scripts = Object.entries(call.scripts ?? {});
    const [script] = scripts.find(([, { SHA1 }]) => SHA1 === args[1]) ?? [];
    span.updateName(`redis ${script ?? command}`);
    span.setAttribute("db.operation.name", script ?? command);
  }
}

function contextOf(remote: ReturnType<typeof readTraceHeaders>): Context {
  if (remote?.parent === undefined) return ROOT_CONTEXT;
  const { traceId, parent } = remote;
  const traceFlags = parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const context = { traceId, spanId: parent.spanId, traceFlags, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, context);
}

function endRequest(span: Span, { method, headers, route = "none", status = 0 }: TracedRequest) {
  span.updateName(`${method} ${route}`);
  span.setAttributes({
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": status,
    "caller.class": headers.authorization === undefined ? "anonymous" : "authorized",
  });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** An answer that is no success, as a failed condition, is no failure of the store. */
function endWork(span: Span, message: object): void {
  const { error } = message as { error?: unknown };
  if (!(error instanceof Error)) return;
  span.setAttribute("error.type", isOutage(error) ? error.reason : error.name);
  if (isOutage(error)) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** By its name: in an image this file is bundled apart from the stores, with no class in common. */
function isOutage(error: Error): error is StoreUnavailable {
  return error.name === ("StoreUnavailable" satisfies StoreUnavailable["name"]);
}
