#!/bin/sh
# Fills the deployment's names into the configuration: Prometheus itself does not read them there.
# AWS_REGION, CLUSTER_ARN, EXTERNAL_URL and RETENTION are required.
set -eu

sed -e "s|\${AWS_REGION}|$AWS_REGION|" -e "s|\${CLUSTER_ARN}|$CLUSTER_ARN|" \
  /etc/prometheus/template.yml >/prometheus/prometheus.yml

exec /bin/prometheus \
  --config.file=/prometheus/prometheus.yml \
  --storage.tsdb.path=/prometheus/data \
  --storage.tsdb.retention.time="$RETENTION" \
  --web.external-url="$EXTERNAL_URL"
