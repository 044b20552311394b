import { expect } from "chai";
import { createTraceList, createTracePage } from "./trace-page.ts";
import { TraceReceiver } from "./trace-receiver.ts";

const MARKUP = "<b>markup</b>";

describe("the pages of traces", () => {
  it("show as text whatever a sender calls its service, trace, span and attributes", async () => {
    await using receiver = await TraceReceiver.start();
    const attribute = { key: MARKUP, value: { stringValue: MARKUP } };
    const name = { key: "service.name", value: { stringValue: MARKUP } };
    const span = {
      ...{ traceId: MARKUP, spanId: "1", name: MARKUP, attributes: [attribute] },
      ...{ startTimeUnixNano: "1", endTimeUnixNano: "2", links: [{ traceId: MARKUP }] },
    };
    const scopeSpans = [{ spans: [span] }];
    const body = { resourceSpans: [{ resource: { attributes: [name] }, scopeSpans }] };
    const sent = { method: "POST", body: JSON.stringify(body) };
    expect(await fetch(`${receiver.url}/v1/traces`, sent)).to.have.property("status", 200);
    for (const page of [createTraceList(receiver), createTracePage(receiver, MARKUP)]) {
      expect(page).to.include("&lt;b&gt;markup").and.to.not.include(MARKUP);
    }
  });

  it("show a slow request after so many fast ones that those are forgotten", async () => {
    await using receiver = await TraceReceiver.start();
    const span = (traceId: string, endMs: number) => ({
      ...{ traceId, spanId: traceId, name: "GET /", kind: 2 },
      ...{ startTimeUnixNano: "0", endTimeUnixNano: `${endMs}000000` },
    });
    const fast = Array.from({ length: 1_000 }, (_, index) => span(`fast-${index}`, 500));
    const spans = [span("first", 500), span("slow", 501), ...fast];
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    await fetch(`${receiver.url}/v1/traces`, { method: "POST", body });
    expect(receiver.find("slow")).to.have.lengthOf(1);
    expect(receiver.find("first")).to.be.empty;
    expect(receiver.traces).to.have.lengthOf(1_001);
    expect(createTracePage(receiver, "first")).to.include("There is no such trace");
  });
});
