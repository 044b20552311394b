import { zonesByRegion } from "../limits/regions.ts";
import type { Fault } from "./faults.ts";
import { isWithin } from "./sections/formats.ts";
import type { Sections } from "./sections/sections.ts";
import type { Place } from "./place.ts";

/** What two sections must agree on, or a section and its place. */
export function togetherFaults(sections: Partial<Sections>, place: Place): Fault[] {
  const found = [
    ...tlsFaults(sections),
    ...prometheusFaults(sections),
    ...regionFaults(sections, place),
    ...zoneFaults(sections, place),
    ...reachFaults(sections, place),
    ...farewellFaults(sections, place),
  ];
  return found.map(({ key, ...rest }) => ({ key: `${place.project}:${key}`, ...rest }));
}

function tlsFaults(sections: Partial<Sections>): Fault[] {
  const { domain, ingress } = sections;
  // A domain that is refused for itself is not missing.
  if (ingress === undefined || !("domain" in sections)) return [];
  if (domain === undefined && !ingress.plainHttp)
    return [
      {
        key: "domain",
        expected: "a domain, as API keys must not travel without TLS",
        got: "nothing",
        remedy: "set domain.name and domain.zone; for a trial, ingress.plainHttp to true",
      },
    ];
  if (domain === undefined || !ingress.plainHttp) return [];
  const remedy = "remove ingress.plainHttp, or domain";
  return [
    { key: "ingress.plainHttp", expected: "false where there is a domain", got: "true", remedy },
  ];
}

function prometheusFaults({ domain, prometheus }: Partial<Sections>): Fault[] {
  if (domain === undefined || prometheus === undefined) return [];
  const found = { key: "prometheus.host", got: JSON.stringify(prometheus.host) };
  if (prometheus.host === domain.name) {
    const expected = "a host name other than domain.name";
    return [{ ...found, expected, remedy: "give Prometheus a name of its own" }];
  }
  if (domain.zone === undefined || isWithin(prometheus.host, domain.zone)) return [];
  const expected = `a name within the zone ${domain.zone}`;
  return [{ ...found, expected, remedy: "choose one that ends with domain.zone" }];
}

/** A topic or a certificate of another region is found by nobody. */
function regionFaults({ alarms, domain }: Partial<Sections>, { region }: Place): Fault[] {
  const arns = {
    "alarms.topicArn": alarms?.topicArn,
    "alarms.ticketTopicArn": alarms?.ticketTopicArn,
    "domain.certificateArn": domain?.certificateArn,
  };
  return Object.entries(arns).flatMap(([key, arn]) => {
    if (arn === undefined || arn.split(":")[3] === region) return [];
    const remedy = `create it in ${region}, or remove ${key}`;
    return [{ key, expected: `an ARN of the region ${region}`, got: `"${arn}"`, remedy }];
  });
}

function zoneFaults({ network }: Partial<Sections>, { region }: Place): Fault[] {
  const zones = zonesByRegion[region] ?? 3;
  if (network === undefined || network.availabilityZones <= zones) return [];
  const key = "network.availabilityZones";
  return [
    {
      key,
      expected: `at most ${zones}, as many as ${region} has`,
      got: `${network.availabilityZones}`,
      remedy: `pulumi config set --path ${key} ${zones}`,
    },
  ];
}

/** Without a NAT gateway the tasks reach the ECR of their own region, and no other registry. */
function reachFaults(sections: Partial<Sections>, { region }: Place): Fault[] {
  const { network, images, tracing } = sections;
  if (network?.nat !== "none") return [];
  const unseen = tracing === undefined ? [] : [tracing.endpoint ?? "X-Ray"];
  const faults = unseen.map((got) => ({
    key: "tracing",
    expected: "nothing, as network.nat is none and no endpoint leads to a collector",
    got,
    remedy: "remove tracing, or set network.nat to single",
  }));
  return faults.concat(imageFaults(images, region));
}

function imageFaults(images: Sections["images"] | undefined, region: string): Fault[] {
  return Object.entries(images ?? {}).flatMap(([name, image]) => {
    if (image === undefined || image.includes(`.dkr.ecr.${region}.amazonaws.com/`)) return [];
    return [
      {
        key: `images.${name}`,
        expected: `an image in the ECR of ${region}, as network.nat is none`,
        got: `"${image}"`,
        remedy: "copy the image there, or set network.nat to single",
      },
    ];
  });
}

function farewellFaults({ farewell }: Partial<Sections>, { stack }: Place): Fault[] {
  if (farewell === undefined || farewell === stack) return [];
  const expected = `the stack's own name "${stack}", or nothing`;
  const remedy = "correct it to take this stack down, or remove it";
  return [{ key: "farewell", expected, got: `"${farewell}"`, remedy }];
}
