#!/usr/bin/env bash
# Each file of deploy/, the Action and the workflow that `init` writes, read by what reads its kind.

source "$(dirname "$0")/env.sh"

bin=$TEST_SERVERS/bin

"$bin/hadolint" deploy/Dockerfile
"$bin/check-jsonschema" --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
"$bin/cfn-lint" deploy/reader-role.cloudformation.yaml
# It tells progress on standard error as well, so that this is shown only where it fails.
said=$("$bin/hcl2tojson" deploy/terraform/reader-role.tf 2>&1 >/dev/null) ||
    fail "deploy/terraform/reader-role.tf: $said"

"$bin/check-jsonschema" --quiet --builtin-schema vendor.github-actions action.yml
"$bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows templates/init/workflow.yaml
"$bin/actionlint" templates/init/workflow.yaml
"$bin/zizmor" --quiet --offline --no-progress action.yml templates/init/workflow.yaml

if ! command -v systemd-analyze >/dev/null; then
    echo 'no systemd-analyze here: deploy/cloudcorrect.service is not read'
    exit
fi
# What it starts is not installed here, and only that it is there is asked.
unit=$(mktemp -d)
trap 'rm -r "$unit"' EXIT
sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' deploy/cloudcorrect.service >"$unit/cloudcorrect.service"
# Of what it does not know it warns, and ends well.
said=$(systemd-analyze verify --man=no "$unit/cloudcorrect.service" 2>&1) || said=${said:-it is refused}
[ -z "$said" ] || fail "$said"
# Tenths of the exposure that systemd counts: without any of its fences it is 96.
systemd-analyze security --no-pager --offline=yes --threshold=12 "$unit/cloudcorrect.service" >"$unit/report" ||
    { cat "$unit/report" && fail 'the unit is fenced in less than before'; }
