#!/bin/sh
# A Pulumi CLI for the tests: writes down each call, and answers as FAKE_* says.
# In sh, because Node would take most of the tests' time to start a hundred times.
call='' env=''
for argument; do
  [ "$argument" = --non-interactive ] || call="$call${call:+ }$argument"
done
for name in AWS_PROFILE AWS_ENDPOINT_URL PULUMI_BACKEND_URL PULUMI_ACCESS_TOKEN; do
  eval value='${'$name-unset}
  [ "$value" = unset ] || env="$env${env:+,}\"$name\":\"$value\""
done
echo "{\"call\":\"$call\",\"env\":{$env},\"cwd\":\"$PWD\"}" >>"$FAKE_LOG"
case $call in
"${FAKE_FAILS:-nothing}"*)
  echo "error: this is why" >&2
  exit 255
  ;;
"config set "*images*) echo "${call##* }" >image ;;
"stack output"*) read -r image <image && echo "{\"counter\":\"$image\"}" ;;
"stack export"*) echo "${FAKE_STATE-{\"deployment\":{\}\}}" ;;
up*) printf 'Resources:\n    + 154 created\n\nDuration: 1s\n' ;;
esac
