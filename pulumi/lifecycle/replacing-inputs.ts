/**
 * Inputs that a provider cannot change in place, by type: a change of one replaces the resource.
 * From the schemas of the Terraform AWS provider, on which @pulumi/aws 7 stands (`ForceNew`,
 * `RequiresReplace`), and from awsx' Vpc. An `*` stands for every input but tags.
 */
export const replacingInputs: Readonly<Record<string, readonly string[]>> = {
  "aws:acm/certificate:Certificate": ["domainName", "subjectAlternativeNames", "validationMethod"],
  "aws:acm/certificateValidation:CertificateValidation": ["*"],
  "aws:appautoscaling/policy:Policy": ["name", "resourceId", "scalableDimension"],
  "aws:appautoscaling/scheduledAction:ScheduledAction": ["name", "resourceId", "scalableDimension"],
  "aws:appautoscaling/target:Target": ["resourceId", "scalableDimension", "serviceNamespace"],
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName"],
  "aws:cloudwatch/eventRule:EventRule": ["name", "eventBusName"],
  "aws:cloudwatch/eventTarget:EventTarget": ["rule", "targetId", "eventBusName"],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "logGroupClass"],
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": ["name", "logGroupName"],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["policyName"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  "aws:cloudwatch/queryDefinition:QueryDefinition": [],
  "aws:dynamodb/table:Table": ["name", "hashKey", "rangeKey", "localSecondaryIndexes"],
  "aws:ec2/flowLog:FlowLog": ["*"],
  "aws:ec2/securityGroup:SecurityGroup": ["name", "description", "vpcId"],
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": ["repository", "policy"],
  "aws:ecr/repository:Repository": ["name", "encryptionConfigurations"],
  "aws:ecs/cluster:Cluster": ["name"],
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": ["clusterName"],
  // A change of capacity providers is an update, as the program forces a new deployment with it.
  "aws:ecs/service:Service": ["name", "cluster", "launchType", "schedulingStrategy", "iamRole"],
  // Each revision is a task definition of its own.
  "aws:ecs/taskDefinition:TaskDefinition": ["*"],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    "replicationGroupId",
    "subnetGroupName",
    "port",
    "atRestEncryptionEnabled",
    "transitEncryptionEnabled",
    "kmsKeyId",
  ],
  "aws:elasticache/subnetGroup:SubnetGroup": ["name"],
  "aws:iam/role:Role": ["name", "path"],
  "aws:iam/rolePolicy:RolePolicy": ["name", "role"],
  "aws:lb/listener:Listener": ["loadBalancerArn"],
  "aws:lb/listenerRule:ListenerRule": ["listenerArn"],
  "aws:lb/loadBalancer:LoadBalancer": ["name", "internal", "loadBalancerType"],
  "aws:lb/targetGroup:TargetGroup": [
    "name",
    "port",
    "protocol",
    "protocolVersion",
    "targetType",
    "vpcId",
    "ipAddressType",
  ],
  "aws:route53/healthCheck:HealthCheck": ["type", "requestInterval", "measureLatency"],
  "aws:route53/record:Record": ["zoneId", "name", "setIdentifier"],
  "aws:s3/bucket:Bucket": ["bucket"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["bucket"],
  "aws:s3/bucketPolicy:BucketPolicy": ["bucket"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "bucket",
  ],
  "aws:secretsmanager/secret:Secret": ["name"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretId", "secretString"],
  "aws:sns/topic:Topic": ["name", "fifoTopic"],
  "aws:sns/topicPolicy:TopicPolicy": ["arn"],
  "aws:sns/topicSubscription:TopicSubscription": ["topic", "protocol", "endpoint"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["securityGroupId"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["securityGroupId"],
  "aws:wafv2/webAcl:WebAcl": ["name", "scope"],
  "aws:wafv2/webAclAssociation:WebAclAssociation": ["resourceArn", "webAclArn"],
  "awsx:ec2:Vpc": ["cidrBlock", "availabilityZoneCidrMask", "subnetStrategy"],
  "docker-build:index:Image": [],
};

/** Types that the provider names by itself where the program gives no `name`. */
const namedByProgramOnly = new Set(["aws:route53/record:Record"]);

/**
 * True when the old one must go before the new one can come: both would have the same name.
 * Where the provider makes up the name, the new one comes first.
 */
export function deletesFirst(type: string, props: Readonly<Record<string, unknown>>): boolean {
  return !namedByProgramOnly.has(type) && props["name"] !== undefined;
}
