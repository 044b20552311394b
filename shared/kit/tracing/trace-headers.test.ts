import { expect } from "chai";
import { readTraceHeaders } from "./trace-headers.ts";

const traceId = "5759e988bd862e3fe1be46a994272793";
const spanId = "53995c3f42cd8ad8";
const root = "Root=1-5759e988-bd862e3fe1be46a994272793";

describe("readTraceHeaders", () => {
  it("reads who called, and whether that is recorded", () => {
    for (const [flags, isSampled] of [
      ["01", true],
      ["00", false],
      ["03", true],
    ] as const) {
      const headers = { traceparent: `00-${traceId}-${spanId}-${flags}`, "x-amzn-trace-id": root };
      expect(readTraceHeaders(headers)).to.deep.equal({ traceId, parent: { spanId, isSampled } });
    }
    for (const [sampled, isSampled] of [
      ["1", true],
      ["0", false],
    ] as const) {
      const header = `Self=1-67891234-12456789abcdef012345678;${root};Parent=${spanId};Sampled=${sampled}`;
      expect(readTraceHeaders({ "x-amzn-trace-id": header })).to.deep.equal({
        traceId,
        parent: { spanId, isSampled },
      });
    }
  });

  it("takes only the name of a trace for which nobody has decided", () => {
    for (const header of [
      root,
      `Self=1-67891234-12456789abcdef012345678;${root}`,
      `${root};Sampled=?`,
    ]) {
      expect(readTraceHeaders({ "x-amzn-trace-id": header })).to.deep.equal({
        traceId,
        parent: undefined,
      });
    }
  });

  it("ignores what is malformed", () => {
    const zeros = "0".repeat(32);
    const parents = [
      ...["", "00", `00-${traceId}-${spanId}`, `ff-${traceId}-${spanId}-01`],
      ...[`00-${zeros}-${spanId}-01`, `00-${traceId}-${"0".repeat(16)}-01`],
      ...[`00-${traceId.toUpperCase()}-${spanId}-01`, `00-${traceId}-${spanId}-01x`],
    ];
    for (const traceparent of parents) {
      expect(readTraceHeaders({ traceparent }), traceparent).to.equal(undefined);
    }
    for (const header of ["", "Root=1-2", "Root=2-5759e988-bd862e3fe1be46a994272793", `x${root}`]) {
      expect(readTraceHeaders({ "x-amzn-trace-id": header }), header).to.equal(undefined);
    }
  });
});
