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
});
