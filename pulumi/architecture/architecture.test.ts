import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { serviceNames, services } from "../../shared/contract.ts";
import { drawArchitecture } from "./architecture.ts";

describe("the picture of the architecture", () => {
  it("is the one that the contract draws; otherwise: npm run draw", async () => {
    const committed = await readFile(new URL("architecture.svg", import.meta.url), "utf8");
    expect(committed).to.equal(drawArchitecture());
  });

  it("shows every service with every path", () => {
    const picture = drawArchitecture();
    for (const name of serviceNames) {
      expect(picture).to.include(`>${name}<`);
      for (const path of services[name].rules.flatMap(({ paths }) => paths)) {
        expect(picture).to.include(path);
      }
    }
  });
});
