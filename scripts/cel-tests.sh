#!/usr/bin/env bash
# Renews tests/cel/*.json, the conformance tests of the CEL specification, from the npm package
# that carries them. Run it after a change of the version below; see tests/cel/README.md.

source "$(dirname "$0")/env.sh"

version=0.6.1
sha256=37e4b203f5ca5192db73a6095d129fb5e58a262a89309ba32e1840e7a80270e1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "@bufbuild/cel-spec@$version" >/dev/null)
sha256sum --quiet --check <<<"$sha256  $work/bufbuild-cel-spec-$version.tgz" ||
    fail 'the package is another one than that which is pinned here'
tar -xzf "$work"/*.tgz -C "$work"

cat >"$work/convert.mjs" <<'CONVERT'
import { writeFileSync } from 'node:fs';
import { tests } from './package/dist/esm/testdata/conformance.js';

// Suites of features that policies have none of: messages, extensions that are not exposed.
const LEFT_OUT = new Set([
    'bindings_ext', 'block_ext', 'dynamic', 'encoders_ext', 'enums', 'macros2', 'math_ext',
    'optionals', 'proto2', 'proto2_ext', 'proto3', 'wrappers',
]);

const [out] = process.argv.slice(2);
const counts = {};

function* walk(suite, path) {
    for (const test of suite.tests ?? []) yield [[...path, test.original.name].join('/'), test.original];
    for (const inner of suite.suites ?? []) yield* walk(inner, [...path, inner.name]);
}

// What a test asks and expects, without what only other implementations need.
function converted(name, test) {
    const one = { name, expr: test.expr };
    if (test.bindings) {
        one.bindings = Object.fromEntries(
            Object.entries(test.bindings).map(([name, bound]) => [name, bound.value]));
    }
    if (test.checkOnly) one.checkOnly = true;
    else if (test.evalError) one.error = true;
    else one.value = test.value ?? test.typedResult?.result ?? { boolValue: true };
    return one;
}

for (const suite of tests.suites) {
    const seen = new Map();
    const lines = [];
    for (const [name, test] of walk(suite, [])) {
        const times = (seen.get(name) ?? 0) + 1;
        seen.set(name, times);
        const unique = times > 1 ? `${name}#${times}` : name;
        lines.push(JSON.stringify(converted(unique, test)));
    }
    counts[suite.name] = lines.length;
    if (LEFT_OUT.has(suite.name) || lines.length === 0) continue;
    writeFileSync(`${out}/${suite.name}.json`, `[\n${lines.join(',\n')}\n]\n`);
}
writeFileSync(`${out}/suites.json`, `${JSON.stringify(counts, null, 2)}\n`);
CONVERT
node --no-warnings "$work/convert.mjs" tests/cel
