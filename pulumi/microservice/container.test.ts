import { expect } from "chai";
import { containerDefinition, type ContainerArgs } from "./container.ts";

const args: ContainerArgs = {
  name: "counter",
  image: "repo@sha256:0",
  port: 8080,
  user: "1000:1000",
  environment: { B: "2", A: "1" },
  secrets: { Z: "arn:z", Y: "arn:y" },
  log: { group: "/ecs/counter", region: "eu-west-1" },
  healthCommand: ["node", "--version"],
};

describe("a container definition", () => {
  it("is the same text for the same container, whatever the order of its variables", () => {
    const other = { ...args, environment: { A: "1", B: "2" }, secrets: { Y: "arn:y", Z: "arn:z" } };
    const [one, two] = [args, other].map((each) => JSON.stringify(containerDefinition(each)));
    expect(one).to.equal(two);
  });

  it("leaves the command to the image, and mounts nothing, unless that is configured", () => {
    expect(containerDefinition(args)).to.not.have.property("command");
    expect(containerDefinition(args).mountPoints).to.be.empty;
    const writable = [{ volume: "samples", path: "/data" }];
    expect(containerDefinition({ ...args, writable }).mountPoints).to.deep.equal([
      { sourceVolume: "samples", containerPath: "/data" },
    ]);
  });

  it("asks for its health within the container, without a shell", () => {
    expect(containerDefinition(args).healthCheck.command).to.deep.equal([
      "CMD",
      "node",
      "--version",
    ]);
  });
});
