#!/usr/bin/env python3
"""Writes a large recorded inventory: the demo's account, over and over.

    scripts/large-inventory.py OUTPUT [COPIES]

Each resource is repeated 2,222 times, with ids and names of its own, which makes 106,657 resources
and 135 MB; equal arguments give equal bytes. Settings of the account are there once.
"""

import json
import sys
from pathlib import Path

COPIES = 2_222
ROOT = Path(__file__).resolve().parent.parent


def schemas():
    """By type, the operation that lists it, and the property that is the id."""
    for path in sorted((ROOT / 'schemas/resources').glob('*.json')):
        schema = json.loads(path.read_text(encoding='utf-8'))
        yield schema['type'], (schema['list'], schema['identifier'])


def pieces(account, known, count):
    """The text of an account with each resource so many times, in pieces."""
    parts = {}
    for type_name, regions in account['lists'].items():
        operation, identifier = known[type_name]
        for region, listing in regions.items():
            place = f'{type_name} {region}'
            parts[place] = [copies(one, operation, identifier, count) for one in listing['resources']]
            listing['resources'] = [place]
    text = json.dumps(account)
    for place, resources in parts.items():
        before, text = text.split(json.dumps(place), 1)
        yield before
        yield ', '.join(', '.join(several) for several in resources)
    yield text + '\n'


def copies(resource, operation, identifier, count):
    """Texts of a resource, each with another name wherever it has its own."""
    text, own = json.dumps(resource), resource['facets'][operation]['read'][identifier]
    if own.isdigit():
        # A setting, whose id is the account's.
        return [text]
    name = own.rsplit('/', 1)[-1].rsplit(':', 1)[-1]
    return (text.replace(name, f'{name}-{number:04}') for number in range(count))


def main():
    output = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COPIES
    account = json.loads((ROOT / 'examples/demo-account.json').read_text(encoding='utf-8'))
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open('w', encoding='utf-8') as out:
        out.writelines(pieces(account, dict(schemas()), count))


if __name__ == '__main__':
    main()
