import { expect } from "chai";
import { networkOf } from "./network.ts";

describe("networkOf", () => {
  const networks: Record<string, string> = {
    "192.0.2.1": "192.0.2.1",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:db8::6": "2001:db8:0:0::/64",
    "::1": "0:0:0:0::/64",
    "64:ff9b::c000:201": "192.0.2.1",
    "64:ff9b:1::c000:201": "64:ff9b:1:0::/64",
    "64:ff9b:0:0:1::1": "64:ff9b:0:0::/64",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "192.0.2.45",
    "2002:c000:201::1": "192.0.2.1",
    "2002:c000:201:7::1": "192.0.2.1",
  };
  for (const [address, network] of Object.entries(networks)) {
    it(`counts ${address} as ${network}`, () => {
      expect(networkOf(address)).to.equal(network);
    });
  }
});
