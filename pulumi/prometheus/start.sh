#!/bin/sh
# Fills the deployment's names into the configuration, as Prometheus itself reads none there, and
# becomes Prometheus. AWS_REGION, CLUSTER_ARN, EXTERNAL_URL and RETENTION are required; further
# arguments go to Prometheus.
set -eu

here=$(dirname "$0")
data=${DATA_DIRECTORY:-/prometheus}

sed -e "s|\${AWS_REGION}|$AWS_REGION|" -e "s|\${CLUSTER_ARN}|$CLUSTER_ARN|" \
  "$here/template.yml" >"$data/prometheus.yml"

exec prometheus \
  --config.file="$data/prometheus.yml" \
  --storage.tsdb.path="$data/data" \
  --storage.tsdb.retention.time="$RETENTION" \
  --web.external-url="$EXTERNAL_URL" \
  "$@"
