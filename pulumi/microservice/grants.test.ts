import { expect } from "chai";
import { execGrant, repositoryArnOf, startGrants, tableGrant } from "./grants.ts";

describe("the grants of a task", () => {
  it("name each action on the one table", () => {
    expect(tableGrant("arn:table", ["GetItem", "UpdateItem"])).to.deep.equal({
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      Resource: ["arn:table"],
    });
  });

  it("let it start with its own image and log, and with no others", () => {
    const needs = { repositoryArn: "r", logGroupArn: "g", logStreamArns: "g:*" };
    const resources = startGrants(needs).map(({ Resource }) => Resource);
    expect(resources).to.deep.equal(["*", ["r"], ["g", "g:*"]]);
  });

  it("let the agent of ECS Exec hold its channels, and nothing else", () => {
    expect(execGrant().Action).to.have.members([
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]);
  });
});

describe("the repository of an image", () => {
  const digest = `sha256:${"0".repeat(64)}`;

  it("is read from an address in ECR, with or without a tag", () => {
    const address = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/dev-counter";
    const arn = "arn:aws:ecr:eu-west-1:123456789012:repository/dev-counter";
    expect(repositoryArnOf(`${address}@${digest}`)).to.equal(arn);
    expect(repositoryArnOf(`${address}:latest@${digest}`)).to.equal(arn);
  });

  it("is none of ours elsewhere", () => {
    expect(repositoryArnOf(`ghcr.io/somebody/counter@${digest}`)).to.equal(undefined);
  });
});
