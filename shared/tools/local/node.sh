#!/bin/sh
# Runs a program on the repository's own Node, which npm puts first in the PATH: sh node.sh <program>
#
# It keeps what it compiled: a service starts from its source in two thirds of the time then.
#
# Where that Node cannot run, this says what to do instead of an error of the dynamic linker.
set -u

if version=$(node --version 2>&1); then
  case $version in
  v24.* | v2[5-9].*)
    export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$PWD/node_modules/.cache/compile}"
    exec node "$@"
    ;;
  esac
  echo "This repository needs Node 24 or later; here is $version." >&2
  echo "There is a packaged Node for Linux on x64 and arm64: run 'npm ci' there." \
    "Elsewhere, install Node 24." >&2
  exit 1
fi

echo "The Node in node_modules cannot start on this machine: $version" >&2
echo "It needs glibc 2.28 and libstdc++. Install what is missing, then try again:" >&2
echo "  Debian, Ubuntu   apt-get install libstdc++6" >&2
echo "  Fedora, RHEL     dnf install libstdc++" >&2
echo "  Alpine           apk add nodejs (24 or later), then rm node_modules/.bin/node" >&2
exit 1
