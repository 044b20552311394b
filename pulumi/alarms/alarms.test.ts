import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { serviceNames, services } from "../../shared/contract.ts";
import { recordedStacks } from "../offline/recorded-stacks.ts";
import { find, ofType, type RecordedResource, type Recording } from "../offline/recording.ts";
import { type } from "../offline/resource-types.ts";
import { runProgram } from "../offline/run-program.ts";
import { bare } from "../offline/sample-stacks.ts";
import { commonSignals, failures, ownSignals } from "./log-metrics.ts";
import { insightsUrl } from "./log-queries.ts";
import { ringsTable } from "./rings.ts";

const root = path.join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const topicType = "aws:sns/topic:Topic";
const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";

const forPeople = (recording: Recording) =>
  ofType(recording, type.alarm).filter(({ name }) => !/-cpu-(in|out)$/.test(name));
const topicOf = ({ props }: RecordedResource) => String(props["alarmActions"]);

describe("alarms", () => {
  let dev: Recording;
  let prod: Recording;
  let woken: Recording;

  before(async function () {
    this.timeout(300_000);
    ({ dev, prod } = await recordedStacks());
    const alarms = JSON.stringify({ urls: ["https://pager.example.com/key"], outsideCheck: true });
    woken = await runProgram({
      ...bare,
      values: { ...bare.values, "page-services:alarms": alarms },
    });
  });

  it("each name a paragraph of the runbook that exists, and each paragraph has an alarm", () => {
    const runbook = read("pulumi/RUNBOOK.md");
    const paragraphs = [...runbook.matchAll(/^## ([a-z]+)$/gm)].map(([, name]) => name);
    const named = forPeople(prod).map(
      ({ props }) => /pulumi\/RUNBOOK\.md#([a-z]+)$/.exec(String(props["alarmDescription"]))?.[1],
    );
    expect([...new Set(named)]).to.have.members(paragraphs);
  });

  it("ring as the runbook says when something stops, and on a good day not at all", () => {
    const plain = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
    const table = ringsTable(prod.resources);
    expect(plain(read("pulumi/RUNBOOK.md"))).to.include(plain(table));
    expect(table).to.include("| nothing | – | – | – |");
  });

  it("count lines that the services really write", () => {
    const sources = globSync("{services,shared/kit}/**/*.ts", { cwd: root })
      .filter((file) => !file.endsWith(".test.ts"))
      .map(read)
      .join("");
    for (const { pattern } of [failures, ...commonSignals, ...Object.values(ownSignals)]) {
      const [, message = "none"] = /\$\.msg = "([^"]+)"/.exec(pattern) ?? [];
      expect(sources, pattern).to.include(`"${message}"`);
      for (const [, reason = ""] of pattern.matchAll(/\$\.err\.reason = "([^"]+)"/g))
        expect(sources, pattern).to.include(`| "${reason}"`);
    }
  });

  it("watch what each service's contract says that its log tells", () => {
    for (const name of serviceNames) {
      const signals: readonly string[] = services[name].signals;
      for (const [signal, { what, metric }] of Object.entries(ownSignals)) {
        const found = forPeople(dev).filter((alarm) => alarm.name === `${name}-${what}`);
        expect(found, `${name}-${what}`).to.have.lengthOf(signals.includes(signal) ? 1 : 0);
        for (const { props } of found)
          expect(props["metricName"]).to.equal(`${metric}-page-services-dev-${name}`);
      }
    }
  });

  it("wake somebody, or wait for the morning", () => {
    const [page, ticket] = ["alerts", "alerts-tickets"].map((name) => find(dev, topicType, name));
    expect(page && ticket).to.not.equal(undefined);
    const waiting = forPeople(dev).filter((alarm) => topicOf(alarm).includes("tickets"));
    const kinds = new Set(waiting.map(({ name }) => name.split("-").at(-1)));
    expect([...kinds]).to.have.members(["unhealthy", "cpu", "logins", "gaps", "memory", "events"]);
    for (const alarm of forPeople(dev)) expect(topicOf(alarm)).to.match(/:alerts(-tickets)?-\w+$/);
  });

  it("call a pager for pages only, by an address that nobody sees", () => {
    const subscriptions = ofType(woken, subscriptionType).filter(
      ({ props }) => props["protocol"] === "https",
    );
    expect(subscriptions.map(({ name }) => name)).to.have.members([
      "alerts-url-1",
      "outside-url-1",
    ]);
    for (const { props } of subscriptions) {
      expect(props["endpoint"]).to.equal("https://pager.example.com/key");
      expect(String(props["topic"])).to.not.include("tickets");
    }
    expect(JSON.stringify(woken.outputs)).to.not.include("pager.example.com");
  });

  it("ask each service's status from outside, and tell topics of the region of that metric", () => {
    for (const name of serviceNames) {
      const check = find(woken, "aws:route53/healthCheck:HealthCheck", `${name}-outside`);
      expect(check.props).to.include({ type: "HTTP", port: 80, resourcePath: `/${name}/status` });
      const alarm = find(woken, type.alarm, `${name}-outside`);
      expect(alarm.props).to.include({ region: "us-east-1", treatMissingData: "breaching" });
    }
    for (const name of ["outside", "outside-tickets"])
      expect(find(woken, topicType, name).props).to.include({ region: "us-east-1" });
    expect(find(prod, "aws:route53/healthCheck:HealthCheck", "catalog-outside").props).to.include({
      ...{ type: "HTTPS", port: 443, fqdn: "api.example.com" },
    });
    expect(ofType(dev, "aws:route53/healthCheck:HealthCheck")).to.be.empty;
  });

  it("have the log's questions saved, and one click from the dashboard", () => {
    const saved = ofType(dev, "aws:cloudwatch/queryDefinition:QueryDefinition");
    expect(saved).to.have.lengthOf(4 * serviceNames.length);
    const { dashboardBody } = find(dev, "aws:cloudwatch/dashboard:Dashboard", "dashboard").props;
    for (const name of serviceNames)
      expect(String(dashboardBody)).to.include(`*2fecs*2fpage-services-dev*2f${name}`);
    expect(insightsUrl("eu-west-1", "/ecs/a", "filter x = 1")).to.match(
      /editorString~'filter\*20x\*20\*3d\*201~source~\(~'\*2fecs\*2fa\)\)$/,
    );
  });
});
