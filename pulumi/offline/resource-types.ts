/** The types of resources that the tests look for, by short names. */
export const type = {
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  image: "docker-build:index:Image",
  ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  listener: "aws:lb/listener:Listener",
  listenerRule: "aws:lb/listenerRule:ListenerRule",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
  policy: "aws:appautoscaling/policy:Policy",
  scalableTarget: "aws:appautoscaling/target:Target",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  service: "aws:ecs/service:Service",
  table: "aws:dynamodb/table:Table",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  task: "aws:ecs/taskDefinition:TaskDefinition",
  valkey: "aws:elasticache/replicationGroup:ReplicationGroup",
  vpc: "awsx:ec2:Vpc",
};
