import { expect } from "chai";
import { compilePattern, matchService } from "./path-rules.ts";

describe("matchService", () => {
  const cases: readonly [path: string, service: string | undefined][] = [
    ["/", "counter"],
    ["/counter", "counter"],
    ["/counter/", "counter"],
    ["/counter/home/hits", "counter"],
    ["/counters", undefined],
    ["/Counter", undefined],
    ["//", undefined],
    ["/data", "catalog"],
    ["/data/", undefined],
    ["/product/1", "catalog"],
    ["/product/", "catalog"],
    ["/product", undefined],
    ["/products/1", undefined],
    ["/catalog", "catalog"],
    ["/catalog/products/1", "catalog"],
    ["/api/v1/stream", "stream-guard"],
    ["/api/v1/stream/", undefined],
    ["/api/v1/streams", "stream-guard"],
    ["/api/v1/streams/a/b", "stream-guard"],
    ["/api/v2/stream", undefined],
    ["/stream-guard/status", "stream-guard"],
    ["/%63ounter", undefined],
    ["/healthz", undefined],
    ["/metrics", undefined],
    ["/status", undefined],
  ];
  for (const [path, service] of cases) {
    it(`gives ${path} to ${service ?? "nobody"}`, () => {
      expect(matchService(path)).to.equal(service);
    });
  }
});

describe("compilePattern", () => {
  const cases: readonly [pattern: string, path: string, matches: boolean][] = [
    ["/a*", "/a", true],
    ["/a*", "/a/b\nc", true],
    ["/*/z", "/a/b/z", true],
    ["/a?c", "/abc", true],
    ["/a?c", "/ac", false],
    ["/a?c", "/abbc", false],
    ["/a.c", "/abc", false],
    ["/a+(b)", "/a+(b)", true],
    ["/a", "/ab", false],
    ["/a", "b/a", false],
  ];
  for (const [pattern, path, matches] of cases) {
    it(`${matches ? "matches" : "does not match"} ${JSON.stringify(path)} by ${pattern}`, () => {
      expect(compilePattern(pattern).test(path)).to.equal(matches);
    });
  }
});
