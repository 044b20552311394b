/** One statement of an IAM policy. Resources may be wildcards, actions never are. */
export interface Statement<Arn = string> {
  Effect: "Allow";
  Action: string[];
  Resource: Arn[] | "*";
  Condition?: Record<string, Record<string, Arn>>;
}

export function policyDocument<Each extends object>(statements: Each[]) {
  return { Version: "2012-10-17", Statement: statements };
}

interface ServiceGrant<Arn> {
  service: string | string[];
  action: string | string[];
  /** What it may act on; a role's trust is about the role itself. */
  resource?: Arn;
  /** Ties it to this account: AWS' services act for everybody. */
  condition?: Record<string, Record<string, Arn>>;
}

/** A statement by which services of AWS may do something here. */
export function serviceGrant<Arn>({ service, action, resource, condition }: ServiceGrant<Arn>) {
  return {
    Effect: "Allow",
    Principal: { Service: service },
    Action: action,
    ...(resource !== undefined && { Resource: resource }),
    ...(condition !== undefined && { Condition: condition }),
  };
}

interface Source<Arn> {
  account: Arn;
  sourceArn: Arn;
}

/** Lets a service of AWS take the role, on behalf of this account's own resources alone. */
export function assumedBy<Arn>(service: string, { account, sourceArn }: Source<Arn>) {
  return policyDocument([
    serviceGrant({
      service,
      action: "sts:AssumeRole",
      condition: {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": sourceArn },
      },
    }),
  ]);
}
