import { expect } from "chai";
import { container } from "../../../shared/contract.ts";
import { ConfigError, readSettings } from "../../../shared/kit/config.ts";
import { catalogSettings, findConflicts } from "../config.ts";
import { deadlinesFor } from "./deadlines.ts";

const idleMs = container.loadBalancerIdleSeconds * 1_000;

describe("the deadlines of the catalog", () => {
  for (const environment of [
    {},
    { DYNAMODB_TIMEOUT_MS: "10", REDIS_TIMEOUT_MS: "1" },
    { DYNAMODB_TIMEOUT_MS: "8000", REDIS_TIMEOUT_MS: "1000" },
  ]) {
    it(`fit each other with ${JSON.stringify(environment)}`, () => {
      const settings = readSettings(catalogSettings, environment, findConflicts);
      const { link, ...deadlines } = deadlinesFor(settings);
      // A hanging DynamoDB opens the circuit before a lease ends, and a read ends before the load
      // balancer hangs up.
      expect(deadlines.callMs).to.be.greaterThan(settings.dynamodbTimeoutMs);
      expect(deadlines.leaseMs).to.be.greaterThan(deadlines.queueMs + deadlines.callMs);
      expect(deadlines.waitMs).to.be.at.least(deadlines.leaseMs);
      expect(deadlines.readMs).to.be.greaterThan(deadlines.waitMs + deadlines.queueMs);
      expect(deadlines.readMs).to.be.lessThan(idleMs);
      expect(deadlines.writeMs).to.be.greaterThan(deadlines.callMs);
      // A process that lost Redis stops reading from it before a write gives up waiting for it.
      expect(link.trustMs).to.be.greaterThan(link.beatMs + link.silenceMs);
      expect(link.graceMs).to.be.at.least(2 * link.trustMs);
      expect(link.quarantineMs).to.be.greaterThan(3_000 + deadlines.redisWriteMs);
    });
  }

  it("refuse a timeout with which a read outlasts the load balancer", () => {
    const read = () =>
      readSettings(catalogSettings, { DYNAMODB_TIMEOUT_MS: "10000" }, findConflicts);
    expect(read).to.throw(ConfigError, /DYNAMODB_TIMEOUT_MS: expected reads within 60 s/);
  });
});
