#!/usr/bin/env bash
# Runs a command with the target directory and the tools that all scripts share.

source "$(dirname "$0")/env.sh"
exec "$@"
