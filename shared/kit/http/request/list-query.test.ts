import { expect } from "chai";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { createCursor } from "./cursor.ts";
import { limitParameter } from "./integer-parameter.ts";
import { validate } from "./validate.ts";

const cursor = createCursor("things");
const Query = z.strictObject({ limit: limitParameter(), cursor: cursor.parameter });

function refusal(query: Record<string, unknown>): string {
  try {
    validate(Query, query, "query");
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  throw new Error("the query was accepted");
}

describe("the query of a list", () => {
  it("has a limit of digits, and else the default", () => {
    expect(validate(Query, {}, "query")).to.deep.equal({ limit: 25 });
    for (const limit of [1, 7, 100]) {
      expect(validate(Query, { limit: String(limit) }, "query")).to.include({ limit });
    }
  });

  for (const limit of ["0", "101", "999", "0x10", "1e1", "007", "+1", "-1", "1.0", " 1", "", "a"]) {
    it(`refuses the limit "${limit}"`, () => {
      expect(refusal({ limit })).to.include("expected one whole number from 1 to 100, received");
    });
  }

  it("refuses a limit that is sent twice", () => {
    expect(refusal({ limit: ["1", "2"] })).to.include('received ["1","2"]');
  });

  for (const position of ["7", "home", "", "ü\n", '{"id":{"N":"1"}}']) {
    it(`has a cursor that holds ${JSON.stringify(position)}`, () => {
      const text = cursor.format(position);
      expect(text).to.match(/^[\w-]+$/);
      expect(validate(Query, { cursor: text }, "query")).to.include({ cursor: position });
    });
  }

  for (const [name, text] of [
    ["another list's", createCursor("others").format("7")],
    ["a changed", `${cursor.format("7")}A`],
    ["a padded", `${cursor.format("7")}=`],
    ["a made-up", Buffer.from("<b>after 7</b>").toString("base64url")],
    ["an empty", ""],
    ["an endless", "A".repeat(20_000)],
    ["a plain", "7"],
  ] as const) {
    it(`refuses ${name} cursor without a word of what it holds`, () => {
      expect(refusal({ cursor: text }))
        .to.match(
          /^1 fault in the query\. cursor: expected the `next_cursor` of an earlier page of this list, unchanged/,
        )
        .and.not.include("<b>");
    });
  }
});
