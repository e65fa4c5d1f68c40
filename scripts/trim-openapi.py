#!/usr/bin/env python3
"""Cuts GitHub's OpenAPI description down to what `crates/github-emulator` serves and sends.

    npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
    scripts/trim-openapi.py package/generated/api.github.com.json crates/github-emulator/src/openapi.json

Keeps the operations and webhooks named here, the components that they lead to, and of
those only what a validator reads: no prose, no examples, no extensions. What is kept is
not changed. The description is MIT licensed by its authors; see crates/github-emulator/src/openapi.md.
"""

import json
import sys

OPERATIONS = """
apps/get-authenticated apps/get-installation apps/list-installations apps/get-repo-installation
apps/create-installation-access-token apps/list-repos-accessible-to-installation
apps/list-webhook-deliveries apps/redeliver-webhook-delivery
checks/create checks/get checks/update checks/list-annotations checks/list-for-ref
checks/rerequest-run
git/create-ref git/delete-ref git/get-ref git/list-matching-refs git/update-ref
issues/create issues/create-comment issues/delete-comment issues/get issues/get-comment
issues/list-comments issues/list-for-repo issues/update issues/update-comment
pulls/create pulls/create-review pulls/get pulls/list pulls/list-reviews pulls/merge pulls/update
rate-limit/get
repos/compare-commits-with-basehead repos/create-commit-status repos/get repos/get-branch
repos/get-collaborator-permission-level repos/get-combined-status-for-ref repos/get-commit
repos/list-branches repos/list-commit-statuses-for-ref
repos/list-pull-requests-associated-with-commit
users/get-authenticated
""".split()

WEBHOOKS = """
check-run-requested-action check-run-rerequested ping pull-request-closed pull-request-opened pull-request-reopened
pull-request-review-submitted pull-request-synchronize push
""".split()

METHODS = ["get", "post", "put", "patch", "delete"]
# Prose and samples wherever they stand beside a schema; never inside `properties`, whose keys
# are names of GitHub's.
PROSE = ["title", "description", "summary", "example", "examples", "externalDocs", "tags"]


def trimmed(node, names=False):
    """`node` without prose; `names` says that the keys are names, not keywords."""
    if isinstance(node, list):
        return [trimmed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: trimmed(value, key == "properties" and not names)
        for key, value in node.items()
        if names or not (key in PROSE or key.startswith("x-"))
    }


def operation(source):
    """One operation: how it is called, and what it answers."""
    calling = ("operationId", "parameters", "requestBody")
    kept = {key: source[key] for key in calling if key in source}
    kept["responses"] = {
        status: {"content": answer["content"]} if "content" in answer else answer
        for status, answer in source.get("responses", {}).items()
    }
    return kept


def references(node):
    """Every `#/components/<kind>/<name>` that `node` names."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/components/"):
            yield tuple(target.split("/")[2:4])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def paths(source):
    """The paths of `OPERATIONS`."""
    kept = {}
    for path, item in source["paths"].items():
        for method in METHODS:
            if item.get(method, {}).get("operationId") in OPERATIONS:
                kept.setdefault(path, {})[method] = operation(item[method])
    missing = set(OPERATIONS) - {o["operationId"] for item in kept.values() for o in item.values()}
    if missing:
        sys.exit(f"not in the description: {sorted(missing)}")
    return kept


def webhooks(source):
    """The bodies of `WEBHOOKS`."""
    bodies = {name: source["x-webhooks"][name]["post"]["requestBody"] for name in WEBHOOKS}
    return {name: {"post": {"requestBody": body}} for name, body in bodies.items()}


def written(node, depth):
    """The JSON of `node`, such that what lies deeper than `depth` has a line each."""
    if depth < 0 or not isinstance(node, dict):
        return json.dumps(node, ensure_ascii=False)
    lines = [f"{json.dumps(key)}: {written(value, depth - 1)}" for key, value in node.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def main(read, write):
    """Reads the whole description and writes the trimmed one."""
    with open(read, encoding="utf-8") as file:
        source = json.load(file)
    kept = {
        "openapi": source["openapi"],
        "info": {key: source["info"][key] for key in ("title", "version", "license")},
        "paths": trimmed(paths(source), names=True),
        "webhooks": trimmed(webhooks(source), names=True),
    }
    components = {}
    waiting = list(references(kept))
    while waiting:
        kind, name = waiting.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = trimmed(source["components"][kind][name])
            waiting.extend(references(components[kind][name]))
    kinds = sorted(components)
    kept["components"] = {kind: dict(sorted(components[kind].items())) for kind in kinds}
    with open(write, "w", encoding="utf-8") as file:
        file.write(written(kept, 2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
