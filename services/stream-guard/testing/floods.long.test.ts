import { expect } from "chai";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import {
  expectBoundedMemory,
  type FloodRequest,
  sendFlood,
  SMALL_HEAP,
} from "../../../shared/tools/testing/hostile/flood.ts";

function* starts(count: number, addressOf: (index: number) => string): Generator<FloodRequest> {
  for (let index = 0; index < count; index += 1) {
    const headers = { "x-forwarded-for": addressOf(index), "content-type": "application/json" };
    yield { method: "POST", path: "/api/v1/stream", headers };
  }
}

/** The bounds of SECURITY.md, each on a process of its own that has served 4,000 usual starts. */
describe("A stream-guard that is flooded", function () {
  this.timeout(600_000);
  const cleanUps = new AsyncDisposableStack();
  let dynamodb: DynamodbServer;
  let service: ServiceProcess;
  before(async () => {
    dynamodb = cleanUps.use(await DynamodbServer.start());
    await dynamodb.createTables();
  });
  after(() => cleanUps.disposeAsync());
  beforeEach(async () => {
    const env = serviceEnvironment("stream-guard", { dynamodbUrl: dynamodb.url });
    // How fast this machine is must not decide whether the queue or the deadline refuses.
    const patient = { ...env, ...SMALL_HEAP, DEADLINE_MS: "30000" };
    service = await ServiceProcess.start("stream-guard", { env: patient });
  });
  afterEach(() => service.kill());

  const usual = () =>
    sendFlood(
      service.url,
      starts(2_000, (index) => `192.0.2.${index % 250}`),
    );

  it("by one caller at once lets 260 requests wait, and refuses the others", () =>
    expectBoundedMemory(service.process.pid, {
      usual,
      async flood() {
        const statuses = await sendFlood(
          service.url,
          starts(2_000, () => "2001:db8::1"),
          1_000,
        );
        expect(statuses[201]).to.equal(3);
        expect(Object.keys(statuses)).to.have.members(["201", "409", "429"]);
        expect(await usual()).to.not.have.any.keys("429", "503");
      },
      // 1,000 connections.
      buffersMegabytes: 32,
    }));

  it("by 12,000 callers remembers 10,000 of them", () =>
    expectBoundedMemory(service.process.pid, {
      usual,
      async flood() {
        const addressOf = (index: number) => `10.0.${index >> 8}.${index & 255}`;
        const statuses = await sendFlood(service.url, starts(12_000, addressOf));
        expect(statuses).to.deep.equal({ 201: 12_000 });
      },
      // 10,000 callers' slots, and the streams that were seen in the last third of a lease.
      buffersMegabytes: 20,
    }));
});
