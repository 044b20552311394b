import { createHash } from "node:crypto";

/** Where the imaginary deployment stands. */
export interface Place {
  region: string;
  /** URNs of what was replaced: it has another id than before, and what AWS derives from that. */
  replaced?: ReadonlySet<string>;
}

/** A resource of which the imaginary AWS is asked what becomes of it. */
export interface Wanted {
  urn: string;
  type: string;
  name: string;
  props: Record<string, unknown>;
}

interface Born {
  /** Physical name: given, or made of the logical one as Pulumi does. */
  name: string;
  /** 32 hexadecimal digits that are the same in every run. */
  hex: string;
  props: Record<string, unknown>;
  region: string;
}

type Outputs = Record<string, unknown>;

const account = "123456789012";

/** What AWS adds to the inputs, for the types whose outputs the program reads. */
const outputsByType: Record<string, (born: Born) => Outputs> = {
  "awsx:ec2:Vpc": ({ hex, props }) => ({
    vpcId: `vpc-${hex.slice(0, 17)}`,
    publicSubnetIds: subnets(hex.slice(0, 15), props),
    privateSubnetIds: subnets(hex.slice(15, 30), props),
  }),
  "aws:ec2/securityGroup:SecurityGroup": ({ hex }) => ({ id: `sg-${hex.slice(0, 17)}` }),
  "aws:lb/loadBalancer:LoadBalancer": (born) => ({
    ...balancing(born, `app/${born.name}/${born.hex.slice(0, 16)}`),
    dnsName: `${born.name}-1234567890.${born.region}.elb.amazonaws.com`,
    zoneId: "Z32O12XQLNTSW2",
  }),
  "aws:lb/listener:Listener": (born) =>
    balancing(born, `listener/app/${born.name}/${born.hex.slice(0, 16)}`),
  "aws:lb/targetGroup:TargetGroup": (born) =>
    balancing(born, `targetgroup/${born.name}/${born.hex.slice(0, 16)}`),
  "aws:ecs/cluster:Cluster": (born) => named(born, arn(born, "ecs", `cluster/${born.name}`)),
  "aws:ecs/service:Service": (born) => ({ name: born.name }),
  "aws:ecs/taskDefinition:TaskDefinition": (born) => ({
    arn: arn(born, "ecs", `task-definition/${String(born.props["family"])}:${revision(born)}`),
  }),
  "aws:cloudwatch/logGroup:LogGroup": (born) =>
    named(born, arn(born, "logs", `log-group:${born.name}`)),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (born) =>
    named(born, arn(born, "cloudwatch", `alarm:${born.name}`)),
  "aws:cloudwatch/eventRule:EventRule": (born) =>
    named(born, arn(born, "events", `rule/${born.name}`)),
  "aws:iam/role:Role": (born) => named(born, `arn:aws:iam::${account}:role/${born.name}`),
  "aws:dynamodb/table:Table": (born) => named(born, arn(born, "dynamodb", `table/${born.name}`)),
  "aws:ecr/repository:Repository": (born) => ({
    ...named(born, arn(born, "ecr", `repository/${born.name}`)),
    registryId: account,
    repositoryUrl: `${account}.dkr.ecr.${born.region}.amazonaws.com/${born.name}`,
  }),
  "aws:secretsmanager/secret:Secret": (born) => {
    const secretArn = arn(born, "secretsmanager", `secret:${born.name}`);
    return { id: secretArn, arn: secretArn };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": ({ hex }) => ({ versionId: uuid(hex) }),
  "aws:elasticache/subnetGroup:SubnetGroup": ({ name }) => ({ name }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ name, region, props }) => ({
    replicationGroupId: name,
    primaryEndpointAddress: `master.${name}.abc123.${region}.cache.amazonaws.com`,
    configurationEndpointAddress: `clustercfg.${name}.abc123.${region}.cache.amazonaws.com`,
    memberClusters: nodesOf(props).map((node) => `${name}-${node}`),
  }),
  "aws:acm/certificate:Certificate": (born) => ({
    arn: arn(born, "acm", `certificate/${uuid(born.hex)}`),
    domainValidationOptions: certificateNames(born.props).map((domainName) => ({
      domainName,
      resourceRecordName: `_proof.${domainName}.`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_${born.hex}.acm-validations.aws.`,
    })),
  }),
  "aws:route53/record:Record": ({ props }) => ({ fqdn: props["name"] }),
  "aws:sns/topic:Topic": (born) => ({ arn: arn(born, "sns", born.name) }),
  "aws:appautoscaling/policy:Policy": (born) => ({
    arn: arn(born, "autoscaling", `scalingPolicy:${uuid(born.hex)}:policyName/${born.name}`),
  }),
  "aws:s3/bucket:Bucket": ({ name }) => ({ id: name, bucket: name, arn: `arn:aws:s3:::${name}` }),
  "aws:wafv2/webAcl:WebAcl": (born) => ({
    arn: arn(born, "wafv2", `regional/webacl/${born.name}/${uuid(born.hex)}`),
  }),
  "docker-build:index:Image": ({ hex, props }) => ({
    ref: `${String((props["tags"] as unknown[])[0])}@sha256:${hex}${hex}`,
  }),
};

/** The id and the outputs that a resource would get by its creation, besides its inputs. */
export function fakeCreation({ urn, type, name, props }: Wanted, { region, replaced }: Place) {
  const identity = replaced?.has(urn) === true ? `${urn} replaced` : urn;
  const hex = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  const given = props["name"];
  const physical = typeof given === "string" ? given : `${name}-${hex.slice(0, 7)}`;
  const outputs = outputsByType[type]?.({ name: physical, hex, props, region }) ?? {};
  const { id = physical, ...others } = outputs;
  return { id: String(id), outputs: others };
}

const answersByFunction: Record<string, (args: Outputs) => Outputs> = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: account }),
  "aws:route53/getZone:getZone": ({ name }) => {
    // RFC 6761 keeps this name free: no such zone exists.
    if (String(name).endsWith(".invalid"))
      throw new Error("no matching Route 53 Hosted Zone found");
    return { name, zoneId: "Z0123456789ABCDEFGHIJ" };
  },
  "aws:secretsmanager/getRandomPassword:getRandomPassword": ({ passwordLength }) => ({
    randomPassword: "x".repeat(Number(passwordLength)),
  }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({
    userName: "AWS",
    password: "offline",
  }),
};

/** The answer of a function of a provider, or undefined for one that nobody has needed yet. */
export function fakeAnswer(token: string, args: Outputs): Outputs | undefined {
  return answersByFunction[token]?.(args);
}

/** Any number that changes with the identity. */
function revision({ hex }: Born): number {
  return Number.parseInt(hex.slice(0, 4), 16);
}

function named({ name }: Born, resourceArn: string): Outputs {
  return { name, arn: resourceArn };
}

function balancing(born: Born, suffix: string): Outputs {
  const full = born.props["loadBalancerType"] ? `loadbalancer/${suffix}` : suffix;
  return { name: born.name, arnSuffix: suffix, arn: arn(born, "elasticloadbalancing", full) };
}

function arn({ region }: Born, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function subnets(hex: string, props: Outputs): string[] {
  const zones = Number(props["numberOfAvailabilityZones"]);
  return Array.from({ length: zones }, (_, i) => `subnet-${hex}0${i}`);
}

/** ACM gives its proofs as a set: in another order than the names were asked for. */
function certificateNames({ domainName, subjectAlternativeNames }: Outputs): string[] {
  const others = (subjectAlternativeNames as unknown[] | undefined) ?? [];
  return [domainName, ...others].map(String).reverse();
}

/** Of the shards of a cache. */
function nodesOf({
  numNodeGroups = 0,
  replicasPerNodeGroup = 0,
}: Record<string, unknown>): string[] {
  const shards = Array.from({ length: Number(numNodeGroups) }, (_, index) => `000${index + 1}`);
  return shards.flatMap((shard) =>
    Array.from(
      { length: 1 + Number(replicasPerNodeGroup) },
      (_, index) => `${shard}-00${index + 1}`,
    ),
  );
}
