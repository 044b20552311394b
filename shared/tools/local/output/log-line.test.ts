import { expect } from "chai";
import { formatLogLine } from "./log-line.ts";

const format = (line: unknown, least: "info" | "warn" = "warn") =>
  formatLogLine(typeof line === "string" ? line : JSON.stringify(line), {
    source: "catalog#2",
    least,
  });

const warning = {
  level: "warn",
  time: "2026-11-21T03:04:05.678Z",
  service: "catalog",
  instance: "host-1",
  msg: "slow request",
  path: "/data",
  duration_ms: 900,
};

describe("formatLogLine", () => {
  it("puts an entry on one line, with what is its own", () => {
    expect(format(warning)).to.equal(
      "03:04:05 catalog#2 WARN slow request path=/data duration_ms=900",
    );
  });

  it("shows control characters as text, so that no caller reaches the terminal", () => {
    expect(format({ ...warning, msg: "a\u001b[2Jb\u009b1mc\u202ed\ne" })).to.include(
      "a\\u001b[2Jb\\u009b1mc\\u202ed\\u000ae",
    );
    expect(format("crash \u001b]0;title")).to.equal("catalog#2: crash \\u001b]0;title");
  });

  it("names the error of an entry without its stack", () => {
    const err = { type: "TypeError", message: "x is not y", stack: "at …" };
    expect(format({ ...warning, level: "error", err })).to.equal(
      "03:04:05 catalog#2 ERROR slow request (TypeError: x is not y) path=/data duration_ms=900",
    );
  });

  it("leaves out what is below the level, and numbers for machines", () => {
    expect(format({ ...warning, level: "info" })).to.equal(undefined);
    expect(format({ ...warning, level: "info" }, "info")).to.include("INFO slow request");
    expect(format({ _aws: {}, HitsPerSecond: 3 })).to.equal(undefined);
  });

  it("shows what is no log entry as it is", () => {
    expect(format("    at main.ts:3:1")).to.equal("catalog#2:     at main.ts:3:1");
    expect(format("12")).to.equal("catalog#2: 12");
  });
});
