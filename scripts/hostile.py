#!/usr/bin/env python3
"""Measures what hostile policy files cost: the table of docs/performance.md.

    scripts/hostile.py BINARY [WORD]     all cases, or those whose name contains WORD

Each case is generated into a temporary directory and read by `BINARY validate` in a process of
its own (those of evaluation by `BINARY evaluate`). CPU time and peak memory are those of the
process, start and end included; of three runs the least, because a busy machine adds to CPU time.
The exit status is 1 where a case takes more than the limits.
"""

import json
import os
import resource
import sys
import tempfile

from measured import measured

CPU_MS = 200
MEMORY_MB = 100
MB = 1 << 20

HEAD = 'apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: g }\nspec:\n'
ACCOUNT = (
    'apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n'
    'spec: { aws: { accountId: "123456789012", regions: [us-east-1] } }\n---\n'
)
GROUP = ACCOUNT + HEAD + '  accounts: { names: [prod] }\n  schedule: { every: 15m }\n  checks:\n'


def check(number, assertion, more=''):
    text = json.dumps(assertion)
    return f'    - {{ id: c{number}, select: "AWS::S3::Bucket", {more}assert: {text} }}\n'


def one(assertion, more=''):
    """A policy of one check."""
    return GROUP + check(0, assertion, more)


def many(assertion, more=''):
    """A megabyte of checks, each with the same expression, written differently."""
    lines = [GROUP]
    size = len(GROUP)
    while True:
        line = check(len(lines), assertion + ' ' * (len(lines) % 7), more)
        size += len(line.encode())
        if size > MB:
            return ''.join(lines)
        lines.append(line)


def fill(text, most=MB):
    return text * (most // len(text.encode()))


def grown(unit, most=8190, start='', end=''):
    """An expression of as many units as fit."""
    return start + unit * ((most - len(start) - len(end)) // len(unit)) + end


def nest(opening, closing, depth, inside='1'):
    return opening * depth + inside + closing * depth


def check_type(parameters, body, checks):
    named = ''.join(parameters)
    return (
        'apiVersion: cloudcorrect.dev/v1\nkind: CheckType\nmetadata: { name: team/x }\nspec:\n'
        '  description: D.\n  title: T\n  severity: low\n  remediation: R.\n'
        f'  parameters:\n{named}  select: AWS::S3::Bucket\n{body}---\n' + GROUP + checks
    )


def parameters(count):
    return [f'    p{n}: {{ description: D., default: x }}\n' for n in range(count)]


def used(count, arguments=''):
    return ''.join(f'    - {{ id: c{n}, uses: team/x{arguments} }}\n' for n in range(count))


def lets(count, where=''):
    return ''.join(f'        n{n}: {{ select: "AWS::EC2::VPC"{where} }}\n' for n in range(count))


def let(count, assertion, where=''):
    return (
        GROUP + '    - id: c\n      select: AWS::S3::Bucket\n      let:\n' + lets(count, where)
        + f'      assert: {json.dumps(assertion)}\n'
    )


def test_document(given, cases):
    """A policy with a test that gives buckets, and cases, each with what it gives besides."""
    head = 'apiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: { name: t }\nspec:\n  check: g/c0\n'
    shared = ', '.join(f'{{ BucketName: a{n} }}' for n in range(given))
    return one('resource.BucketName != "b"') + '---\n' + head + f'  given: {{ AWS::S3::Bucket: [{shared}] }}\n  cases:\n' + cases


def test_cases():
    yield '500 cases over 500 resources', test_document(500, '    - expect: { pass: [a1] }\n' * 500)
    yield '5,000 cases over 5,000 resources', test_document(5_000, '    - expect: { pass: [a1] }\n' * 5_000)
    yield 'as many cases as fit', test_document(0, fill('    - expect: { notApplicable: ["*"] }\n', MB - 1000))
    regions = ', '.join(f'{{ VpcId: a{n}, $region: eu-{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}-1 }}' for n in range(8_000))
    yield '8,000 regions', test_document(0, f'    - given: {{ AWS::EC2::VPC: [{regions}] }}\n      expect: {{ pass: [a1] }}\n')
    pack = 'apiVersion: cloudcorrect.dev/v1\nkind: Pack\nmetadata: { name: p }\nspec:\n  checks:\n'
    pack += ''.join(check(n, 'resource.BucketName != "b"') for n in range(4_000))
    group = '---\napiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: g%d }\nspec: { packs: [{ name: p }] }\n'
    yield 'a pack of 4,000 in 4,000 groups', ACCOUNT + pack + ''.join(group % n for n in range(4_000))


def yaml_cases():
    yield 'alias bomb, nine levels of ten', (
        'a0: &a0 [x, x]\n'
        + ''.join(f'a{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 10)}]\n' for n in range(1, 10))
    )
    yield '10,000 aliases of a list', 'a: &a [1, 2]\nb:\n' + '  - *a\n' * 10_000
    yield 'a megabyte of aliases', 'a: &a [1, 2]\nb: [' + fill('*a,', MB - 100) + ']\n'
    yield 'a megabyte of anchors', fill('- &a b\n')
    yield 'a megabyte of tags', fill('- !x b\n')
    yield 'a megabyte of merge keys', fill('<<: a\n')
    yield '10 MB', fill('a: b\n', 10 * MB)
    yield 'depth 100,000 of [', '[' * 100_000
    yield 'depth 1,000,000 of [', '[' * 1_000_000
    yield 'depth 100,000 of {a: ', '{a: ' * 100_000
    yield 'depth 100,000 of "- "', '- ' * 100_000 + 'a\n'
    yield 'depth 100,000 of "? "', '? ' * 100_000 + 'a\n'
    yield 'depth 1,400 by indentation', ''.join(' ' * n + 'a:\n' for n in range(1400))
    yield 'a million keys', ''.join(f'{n:x}:\n' for n in range(1_000_000))
    yield 'as many keys as fit', ''.join(f'{n:x}:\n' for n in range(150_000))
    for letters, unit in [('letters', 'y'), ('letters beyond ASCII', 'é')]:
        keys = ''.join(f'x{number:03}: {fill(unit, 2088)}, ' for number in range(500))
        yield f'500 problems in one line, of {letters}', HEAD.rstrip() + ' { ' + keys + '}\n'
    yield 'as many keys as fit, of {}', '{' + ''.join(f'{n:x},' for n in range(170_000)) + '}'
    yield 'a megabyte of equal keys', fill('a:\n')
    yield 'a megabyte of - ', fill('-\n')
    yield 'a megabyte of ? ', fill('?\n')
    yield 'a megabyte of commas', '[' + fill('a,', MB - 2) + ']'
    yield 'a megabyte of commas, two a line', '[' + fill('"a"\n,', MB - 2) + ']'
    yield 'a megabyte of keys in brackets, one a line', '{' + fill('a: b\n, ', MB - 2) + '}'
    yield 'a megabyte of ? in brackets', '[' + fill('? ', MB - 2)
    yield 'a megabyte of documents', fill('---\n')
    yield 'a megabyte of broken documents', fill('---\n[\n')
    yield 'a megabyte of documents with open quotes', fill('---\n"\n')
    yield 'a megabyte of documents with tags', fill('--- !\n')
    yield 'a megabyte of documents with text', fill('--- a\n')
    yield 'a megabyte of { } documents', fill('--- {}\n')
    yield 'a megabyte of directives', fill('%YAML 1.2\n')
    yield 'a megabyte of %TAG', fill('%TAG ! a\n---\n')
    yield 'a line of a megabyte', 'a: ' + fill('b', MB - 4) + '\n'
    yield 'a key of a megabyte', HEAD + '  ' + fill('b', MB - 120) + ': 1\n'
    yield 'a key of 1,000 bytes, a thousand times', (
        HEAD + ''.join('  ' + f'{n:04}' + 'b' * 1000 + ': 1\n' for n in range(1000)))
    yield 'a megabyte of quotes', 'a: "' + fill("'", MB - 10) + '"\n'
    yield 'an open quote', 'a: "' + fill('b ', MB - 10)
    yield 'a megabyte of escapes', 'a: "' + fill('\\n', MB - 10) + '"\n'
    yield 'a megabyte of folded lines', 'a: >\n' + fill('  b\n', MB - 10)
    yield 'a megabyte of empty lines', 'a: |\n' + fill('\n', MB - 10)
    yield 'a megabyte of spaces', fill(' ')
    yield 'a megabyte of tabs', fill('\t')
    yield 'a megabyte of comments', fill('#\n')
    yield 'a megabyte of colons', fill(':')
    yield 'a megabyte of ": "', fill(': ')
    yield 'a megabyte of letters of 4 bytes', 'a: ' + fill('\U0001f600', MB - 10)
    yield 'a megabyte of CRLF', fill('a: b\r\n')
    yield 'byte order marks', fill('\ufeff')
    yield 'bad UTF-8', fill('a: b\n', MB - 100).encode() + b'\xff'
    yield 'NUL', fill('a: b\n', MB - 100).encode() + b'\0'
    yield 'unknown keys', HEAD + ''.join(f'  detail{n}: 1\n' for n in range(40_000))
    yield 'unknown keys of checks', GROUP + ''.join(f'    - {{ i{n}: 1 }}\n' for n in range(15_000))
    yield 'wrong types', GROUP + fill('    - [ ]\n', MB - 400)
    yield 'accounts of one name', fill(ACCOUNT)
    yield 'keys at the wrong level', GROUP + ''.join(
        f'    - {{ id: c{n}, title: T, every: 1h, regions: [a], accounts: {{ names: [prod] }} }}\n' for n in range(9_500))
    yield 'stars without quotes', GROUP + fill('    - { id: *, select: **/x }\n', MB - 400)
    yield 'conditions that begin with &&', GROUP + ''.join(
        f'    - id: c{n}\n      select: AWS::S3::Bucket\n      assert: true\n  && false\n' for n in range(11_000))
    yield 'templates', GROUP + fill('    - {{ if x }}: {% for a %}\n', MB - 400)
    yield 'commas in expressions without quotes', GROUP + ''.join(
        f'    - {{ id: c{n}, select: "AWS::S3::Bucket", assert: cidrContains("10.0.0.0/8", region) }}\n' for n in range(10_000))
    yield 'groups that nothing selects', fill(HEAD + '  accounts: { names: [x] }\n---\n')
    yield 'checks of one id', GROUP + fill(check(1, 'true'), MB - 400)
    yield 'a group of a megabyte of accounts', (
        ACCOUNT + HEAD + '  accounts: { names: [' + ''.join(f'a{n},' for n in range(99_000)) + '] }\n')


def json_cases():
    yield 'depth 1,000,000 of [', '[' * 1_000_000
    yield 'as many keys as fit', '{' + ','.join(f'"{n:x}":1' for n in range(100_000)) + '}'
    yield 'a megabyte of equal keys', '{' + fill('"a":1,', MB - 10) + '"a":1}'
    yield 'a megabyte of halves of characters', '{"a":"' + fill('\\ud83d', MB - 10) + '"}'
    yield 'a megabyte of numbers', '[' + fill('1,', MB - 10) + '1]'
    yield 'a text of a megabyte', '{"a":"' + fill('b', MB - 10) + '"}'


def text_cases():
    """Expressions that cost more to read than to write."""
    bucket = 'resource.BucketName'
    yield '.a', bucket + grown('.a', 8100)
    yield '[1]', 'resource.Tags' + grown('[1]', 8100)
    yield '&& true', grown(' && true', start='true')
    yield '+ 1', '1' + grown('+1', 8100) + ' > 0'
    yield "+ 'a'", "'a'" + grown("+'a'", 8100) + " == ''"
    yield '+ [1]', '[1]' + grown('+[1]', 8100) + ' == []'
    yield '+ {}', '[{}]' + grown('+[{"a":1}]', 8100) + ' == []'
    yield "+ ['aaaa']", '[' + "'a'," * 1000 + "'a']" + grown("+['a']", 4000) + ' == []'
    yield '== 1', '1' + grown('==1', 8100)
    yield '! without end', grown('!') + 'true'
    yield '- without end', grown('-', 8100) + '1 > 0'
    yield '( without end', grown('(')
    yield '[ without end', grown('[')
    yield '{ without end', grown('{')
    yield 'deep (', nest('(', ')', 4000)
    yield '62 deep (', nest('(', ')', 62, 'true')
    yield '62 deep [', 'size(' + nest('[', ']', 60) + ') > 0'
    yield '62 deep {', 'size(' + nest('{"a":', '}', 60) + ') > 0'
    yield '62 deep f(', nest('size([', '])', 30, '1') + ' > 0'
    yield '62 deep !(', nest('!(', ')', 62, 'true')
    yield '62 deep ?:', nest('true ? (', ') : false', 60, 'true')
    yield '?: in a chain', grown('1?1:', 8000) + '1'
    yield '?: on the left', grown('1?', 4000) + '1' + grown(':1', 4000)
    yield '60 deep all(', nest('resource.Tags.all(x, ', ')', 60, 'true')
    yield '.map( in a chain', '[1]' + grown('.map(x,[x,x])', 8000) + ' == []'
    yield '.filter( in a chain', '[1]' + grown('.filter(x,x==x)', 8000) + ' == []'
    yield 'macros in macros', nest('[1].map(x, ', ')', 60) + ' == []'
    yield 'macros in macros, twice', '[1].exists(a, ' * 20 + 'a == 1' + ' && [2].exists(b, b==1))' * 20
    yield 'a list', bucket + ' in [' + grown("'a',", 8000) + "'b']"
    yield 'a map', '"a" in {' + grown("'a':1,", 8000) + "'b':1}"
    yield 'lists of lists', '[' + grown('[[[[1]]]],', 8000) + '[[[[1]]]]] == []'
    yield 'many problems', grown('xyz+', 8000) + '1'
    yield 'many long unknown names', grown('x' * 50 + '+', 8000) + '1'
    yield 'an unknown name of 8 KB', 'x' * 8000
    yield 'many unknown properties', grown('resource.Bucke && ', 8000) + 'true'
    yield 'many unknown functions', grown('stats(1) && ', 8000) + 'true'
    yield 'many wrong types', grown('1 && ', 8000) + 'true'
    yield 'many wrong comparisons', grown("1=='a'&&", 8000) + 'true'
    yield 'many warnings', grown('resource.LocationConstraint!="a"&&', 8000) + 'true'
    yield 'many patterns', grown('resource.BucketName.matches("a")&&', 8000) + 'true'
    yield 'many large patterns', grown("''.matches('\\\\w{200}')&&", 8000) + 'true'
    yield 'many middling patterns', grown("''.matches('\\\\w{9}')&&", 8000) + 'true'
    yield 'many huge patterns', grown("''.matches('.{9}{9}{9}')&&", 8000) + 'true'
    yield 'patterns of words', grown("''.matches('\\\\b\\\\pL{9}')&&", 8000) + 'true'
    yield 'a pattern of alternatives', "''.matches('" + grown('a|', 8000) + "b')"
    yield 'a class of either case', "''.matches('(?i:" + grown('[\\\\x{80}-\\\\x{10ffff}]', 8000) + ")')"
    yield 'classes of either case', grown("''.matches('(?i)[a-\\\\x{ffff}]')&&", 8000) + 'true'
    yield 'a pattern of groups', "''.matches('" + '(' * 200 + 'a{9}' + ')' * 200 + "')"
    yield 'a pattern of classes', "''.matches('" + grown('[\\\\w--a]', 8000) + "')"
    yield 'many durations', grown("duration('1h')>duration('1h')||", 8000) + 'true'
    yield 'many cidrs', grown("cidrContains('10.0.0.0/8','10.0.0.1')||", 8000) + 'true'
    yield 'json of json', grown("json('[1,2,3]')==1||", 8000) + 'true'
    yield 'a json of lists', "size(json('" + grown('[', 4000) + grown(']', 4000) + "')) > 0"
    yield 'split of a long text', "size('" + grown('a', 7000) + "'.split('')) > 0"
    yield 'replace in a long text', "size('" + grown('a', 3900) + "'.replace('a', '" + 'b' * 3900 + "')) > 0"
    yield 'replaces in a chain', "'aaaaaaaa'" + grown(".replace('a','aaaaaaaa')", 8000) + " == ''"
    yield 'doubling by folding', "'" + 'a' * 900 + "'" + ".replace('', '" + 'b' * 900 + "')" * 6 + " == ''"
    yield 'open strings', grown('"')
    yield 'open long strings', grown('"""')
    yield 'backslashes', '"' + grown('\\', 8000)
    yield 'comments', grown('//', 8000)
    yield 'comment lines', grown('//\n', 8000)
    yield 'names without signs', grown('a b ')
    yield 'dots', grown('.')
    yield 'commas', grown(',')
    yield 'question marks', grown('?')
    yield 'angle brackets', grown('a<')
    yield 'at signs', grown('@')
    yield 'letters beyond ASCII', grown('é', 4000)
    yield 'numbers', grown('9')
    yield 'points of numbers', grown('1.')
    yield 'mixed brackets', grown('[({')
    yield 'calls', grown('f(1).', 8000) + 'g()'
    yield 'messages', 'A{' + grown('a:1,', 8000) + '}'
    yield 'in in in', '1' + grown(' in [1]', 8000)
    yield 'has', grown('has(resource.BucketName)&&', 8000) + 'true'
    yield from lint_cases()


def joined(operator, term, most=8100):
    """A chain of terms, each with a number of its own."""
    terms, size = [], 0
    while size < most:
        terms.append(term % {'n': len(terms)})
        size += len(terms[-1]) + len(operator)
    return operator.join(terms[:-1])


def lint_cases():
    """Expressions that the checks of fixed comparisons, nulls and patterns look at longest."""
    name = 'resource.BucketName'
    yield 'one text equal to many', joined('&&', name + '=="a%(n)d"')
    yield 'one text unlike many', joined('||', name + '!="a%(n)d"')
    yield 'one text equal to one of many', joined('||', name + '=="a%(n)d"')
    yield 'one number equal to many', joined('&&', 'size(resource.Tags)==%(n)d')
    yield 'many texts equal to many', joined('&&', 'tag("k%(n)d")=="a%(n)d"')
    yield 'texts that are no ARN', joined('||', 'resource.Arn=="a%(n)d"')
    yield 'parts that no ARN has', joined('||', 'resource.Arn.startsWith("a%(n)d")')
    yield 'a list of texts that are no ARN', 'resource.Arn in [' + joined(',', '"a%(n)d"') + ']'
    yield 'null of what is never null', joined('||', name + '==null')
    yield 'null beside a text', joined('&&', f'({name}==null||{name}=="a%(n)d")')
    yield 'numbers as texts', joined('||', 'tag("a")<"%(n)d"')
    yield 'numbers as texts, compared', joined('||', 'compare(tag("a"),"LESS_THAN","%(n)d")')
    yield 'orders of what may be null', joined('||', 'tag("a%(n)d")<"a"')
    yield 'guards and what they guard', joined('&&', '(!has(resource.Policy)||size(resource.Policy.Statement)>%(n)d)')
    yield 'guards in a chain', joined('&&', 'has(resource.Policy)') + '&&size(resource.Policy.Statement)>0'
    yield 'guards of many tags', joined('&&', '(tag("k%(n)d")!=null)') + '&&tag("k1")<"b"'
    yield 'guards in loops', 'resource.Tags.all(t,' * 30 + joined('&&', '(t.Key!="a%(n)d"||tag("z")<"b")', 6000) + ')' * 30
    yield 'both signs by turns', nest(f'({name}=="a"||{name}!="b"&&', ')', 30, 'true')
    yield 'numbers above and below', joined('&&', f'size({name})>%(n)d')
    yield 'lists that exclude each other', joined('&&', name + ' in ["a%(n)d","b","c","d"]')
    yield 'terms that exclude each other, negated', joined('||', f'!({name}=="a%(n)d")')
    yield 'things compared with themselves', joined('||', f'{name}=={name}')
    yield 'lists of what may be null', joined('||', '[tag("a%(n)d")].map(t,t).filter(t,t!="b").join(",")=="c"')
    yield 'lists in lists of what may be null', 'resource.Tags' + '.map(t,tag("a")).filter(t,t!="b")' * 20 + '.join(",")=="c"'
    yield 'patterns of what is no ARN', joined('||', "resource.Arn.glob('a%(n)d*b?c')")
    yield 'keys that no name is', name + ' in {' + joined(',', '"a*%(n)d":1') + '}'
    yield 'patterns of other dialects', joined('||', f"{name}.matches('(?=a%(n)d)')")
    yield 'words without quotes', joined('||', name + '==Enabled%(n)d')


def type_cases():
    yield 'a check type of many parameters', check_type(
        parameters(20_000), '  assert: params.p1 == "x"\n', used(1))
    yield 'many parameters, and expressions of the last', check_type(
        parameters(5_000), '  assert: ' + '"' + ' || '.join(['params.p4999 == null'] * 340) + '"\n', used(8_000))
    yield 'many parameters, and unknown ones', check_type(
        parameters(15_000), '  assert: ' + '"' + '+'.join(['params.q'] * 700) + '"\n', used(1))
    yield 'a costly check type, used by all', check_type(
        ['    p0: { description: D., default: x }\n'],
        '  assert: ' + '"' + ' || '.join(['params.p0 == null'] * 380) + '"\n', used(25_000))
    yield 'a check type of patterns, used by all', check_type(
        ['    p0: { description: D., default: x }\n'],
        '  assert: ' + '"' + ' || '.join(["''.matches('\\\\\\\\w{200}')"] * 250) + '"\n', used(25_000))
    yield 'a check type of a long default, used by all', check_type(
        ['    p0: { description: D., default: ' + 'x' * 300_000 + ' }\n'],
        '  assert: tag(params.p0) == null\n', used(19_000)).replace('title: T', 'title: "{p0}{p0}"')
    yield 'a check type of a list as default, used by all', check_type(
        ['    p0: { type: list, description: D., default: [' + 'x,' * 40_000 + '] }\n'],
        '  assert: resource.BucketName in params.p0\n', used(8_000))
    for name, length in (('right', 8), ('wrong', 44)):
        ranges = ','.join(f'10.{n // 256}.{n % 256}.0/{length}' for n in range(1_000))
        loops = ' || '.join(['params.p0.exists(x, cidrContains(x, tag(\'a\')))'] * 80)
        yield f'loops over a list of {name} ranges, used by all', check_type(
            ['    p0: { type: list, description: D., default: [' + ranges + '] }\n'],
            '  assert: ' + '"' + loops + '"\n', used(4_000))
        yield f'folded loops over a list of {name} ranges, used by all', check_type(
            ['    p0: { type: list, description: D., default: [' + ranges + '] }\n'],
            '  assert: >\n    ' + loops.replace(' || ', ' ||\n    ') + '\n', used(4_000))
    items = ', '.join(f'a{n}' for n in range(40))
    cubes = 'params.p0.exists(a, params.p0.exists(b, params.p0.exists(c, a + b == c))) || tag(\'a\') == \'b\''
    yield 'loops in loops over a list, used by all', check_type(
        ['    p0: { type: list, description: D., default: [' + items + '] }\n'],
        '  assert: "' + cubes + '"\n', used(4_000))
    items = ', '.join(f'10.0.{n // 256}.{n % 256}' for n in range(1_000))
    guards = ' || '.join(f'x == \'any{n}\'' for n in range(200))
    yield 'guards of elements, used by all', check_type(
        ['    p0: { type: list, description: D., default: [' + items + '] }\n'],
        '  assert: "params.p0.exists(x, ' + guards + ' || cidrContains(x, tag(\'a\')))"\n', used(4_000))
    yield 'a check type of many allowed values, used by all', check_type(
        ['    p0: { description: D., default: x, allowed: [' + 'y,' * 40_000 + 'x] }\n'],
        '  assert: tag(params.p0) == null\n', used(8_000, ', with: { p0: z }'))
    yield 'a title of long parameters', check_type(
        ['    p0: { description: D. }\n'], '  assert: tag(params.p0) == null\n',
        used(1, ', with: { p0: ' + 'x' * 900_000 + ' }')).replace('title: T', 'title: "' + '{p0}' * 40 + '"')
    yield 'many arguments', check_type(
        ['    p0: { description: D., default: x }\n'], '  assert: "true"\n',
        used(1, ', with: { ' + ', '.join(f'q{n}: 1' for n in range(90_000)) + ' }'))
    yield 'many let', let(24_000, 'size(n1) > 0')
    yield 'many let, and uses of the last', let(20_000, grown('size(n19999)>0&&', 8000) + 'true')
    yield 'many let, and unknown names', let(20_000, grown('zzzz+', 8000) + '1')
    yield 'many let, and similar names', let(20_000, grown('n2999x+', 8000) + '1')
    yield 'many let with where', let(12_000, 'size(n1) > 0', ', where: "resource.IsDefault"')
    yield 'many let of one name', GROUP + (
        '    - id: c\n      select: AWS::S3::Bucket\n      let:\n'
        + '        n: { select: "AWS::EC2::VPC" }\n' * 20_000 + '      assert: size(n) > 0\n')


INVENTORY = {'AWS::S3::Bucket': 1}


def evaluation_cases():
    """Expressions that cost more to evaluate than to read, on a thousand numbers."""
    numbers = "'0123456789012345678901234567890123456789'.split('')"
    yield 'loops in loops', f'{numbers}.all(a,{numbers}.all(b,{numbers}.all(c,{numbers}.all(d,a!=b||c!=d||true))))'
    yield 'doubling texts', "['a']" + '.map(v,v+v)' * 60 + ".all(v,v=='')"
    yield 'doubling lists', "[['a']]" + '.map(v,v+v)' * 60 + ".all(v,v==[])"
    yield 'lists of themselves', "[['a']]" + '.map(v,[v,v])' * 55 + " == [['a']]" + '.map(v,[v,v])' * 55
    yield 'growing lists', numbers + f'.map(a,{numbers}.map(b,{numbers}.map(c,{numbers}.map(d,[a,b,c,d])))) == []'
    yield 'failures in loops', f'{numbers}.all(a,{numbers}.all(b,{numbers}.all(c,int(a+"x")>1)))'
    yield 'patterns in loops', f"{numbers}.all(a,{numbers}.all(b,(a+b+'xxxxxxxxxxxxxxxxxxxxxxxx').matches('(x+x+)+y|[a-z]{{1,80}}$')||true))"
    yield 'globs in loops', f"{numbers}.all(a,{numbers}.all(b,glob('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','*a*a*a*a*b')||true))"
    yield 'replaces', "'aaaaaaaa'" + '+resource.BucketName' + ".replace('a','aaaaaaaaaaaaaaaa')" * 30 + " == ''"
    yield 'splits and joins', "(resource.BucketName+'aaaaaaaaaaaaaaaa').split('')" + ".join('aaaaaaaaaaaaaaaa').split('')" * 30 + '.size() > 0'
    yield 'json in loops', f"{numbers}.all(a,{numbers}.all(b,json('[['+a+'],[1,2,3,4,5,6,7,8,9]]')!=1))"
    yield 'sorts in loops', f"{numbers}.all(a,{numbers}.all(b,{numbers}.sort()!=[]))"


def told(directory):
    """What the run said first."""
    with open(os.path.join(directory, 'out'), encoding='utf-8', errors='replace') as out:
        for line in out:
            if line.startswith(('error', 'warning')):
                return line.split(':')[0].strip()
    return 'fine'


def document(kind, name, spec):
    return f'apiVersion: cloudcorrect.dev/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec:\n{spec}'


def named_type(name, parameters, title='T', assertion='resource.BucketName != "a"'):
    spec = f'  parameters:\n{parameters}  title: {title}\n  select: AWS::S3::Bucket\n  assert: {assertion}\n'
    return document('CheckType', name, spec) + '---\n'


def name_cases():
    """Names that are like many others, and titles that stand for more than they say."""
    checks = [f'    - {{ id: c{n}, select: "AWS::S3::Bucke{n}", assert: "true" }}\n' for n in range(14_000)]
    yield 'unknown resource types', GROUP + ''.join(checks)
    types = ''.join(named_type(f'team/abcdefgh{n:04}', '    a: { default: x }\n') for n in range(2_500))
    uses = [f'    - {{ id: c{n}, uses: team/abcdefgx{n:05} }}\n' for n in range(6_000)]
    yield 'unknown check types, like 2,500 others', types + GROUP + ''.join(uses)
    accounts = ''.join(
        ACCOUNT.replace('prod', f'prod{n:05}').replace('123456789012', str(123456700000 + n)) for n in range(3_000))
    wanted = '    names:\n' + ''.join(f'    - xprod{n:05}\n' for n in range(34_000))
    spec = f'  accounts:\n{wanted}  checks:\n' + check(0, 'resource.BucketName != "a"')
    yield 'unknown accounts, like 3,000 others', accounts + document('Group', 'g', spec)
    spec = ' aws:\n  accountId: "123456789012"\n  regions:\n'
    yield 'unknown regions', document('Account', 'a', spec + ''.join(f'  - ab-cdefghij-{n % 200}\n' for n in range(48_000)))
    given = '  check: g/c0\n  given:\n    AWS::S3::Bucket:\n    - BucketName: a\n'
    tested = one('resource.BucketName != "b"') + '---\n'
    keys = ''.join(f'      Foobar{n}: 1\n' for n in range(45_000))
    yield 'unknown properties', tested + document('Test', 't', given + keys)
    keys = '      $unknown:\n' + ''.join(f'        Foobar{n}: access_denie\n' for n in range(30_000))
    yield 'unknown causes', tested + document('Test', 't', given + keys)
    expected = ''.join(f'    - bucket-abcdefgx{n}\n' for n in range(25_000))
    buckets = ''.join(f'    - {{ BucketName: bucket-abcdefgh{n} }}\n' for n in range(8_000))
    yield 'unknown resources', tested + document('Test', 't', given + buckets + '  expect:\n   pass:\n' + expected)
    waiver = 'apiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: { name: w%d }\nspec: { match: { group: grou%d, region: us-aest-1 }, reason: x, owner: o, expires: 2027-01-01 }\n---\n'
    yield 'waivers of unknown groups and regions', ''.join(waiver % (n, n) for n in range(5_500))
    letters = 'abcdefghijklmnopqrst'
    values = [f'{{{after}}}' * 12 for after in letters[1:]] + ['x']
    parameters = ''.join(f'    {name}: {{ default: "{value}" }}\n' for name, value in zip(letters, values))
    yield 'a title of titles', named_type('team/x', parameters, '"{a}"') + GROUP + '    - { id: c, uses: team/x }\n'
    known = ''.join(f'    p{n:03}: {{ default: x }}\n' for n in range(100))
    yield 'a title of names', named_type('team/x', known, '"' + '{p000}' * 160_000 + '"')
    yield 'a title of unknown names', named_type('team/x', known, '"' + '{b}' * 330_000 + '"')
    yield 'a title of braces', named_type('team/x', known, '"' + '{' * 1_000_000 + '"')
    values = ''.join(f'       - x{n:04}\n' for n in range(48_000))
    yield 'a default of undocumented values', named_type(
        'team/x', '    a:\n      type: list\n      default:\n' + values, 'T', 'region in params.a')
    allowed = ''.join(f'        - a{n:05}\n' for n in range(29_000))
    values = '        - a28999\n' * 29_000
    yield 'a default of allowed values', named_type(
        'team/x', f'    a:\n      type: list\n      allowed:\n{allowed}      default:\n{values}', 'T',
        'resource.BucketName in params.a')
    for name, pattern in [('numbers', '1,' * 300_000 + ' * * * x'), ('words', 'a ' * 300_000 + ' * * * x'),
                          ('good numbers', '1,' * 300_000 + '1 * * * *'), ('long names', 'Monday,' * 100_000 + ' * * * x'),
                          ('a long number', '*/' + '9' * 900_000 + ' * * * *'), ('commas', '0 0 * * ' + ',' * 900_000)]:
        yield f'a cron of {name}', GROUP.replace('every: 15m', f'cron: "{pattern}"') + check(0, 'true')


def scheduled(*schedules, most=MB):
    """A megabyte of groups, with these schedules in turn, each a text that gets a minute and an hour."""
    groups = [ACCOUNT.removesuffix('---\n')]
    size = len(groups[0])
    while True:
        number = len(groups)
        schedule = schedules[number % len(schedules)] % {'m': number % 60, 'h': number // 60 % 24}
        spec = f'  schedule: {{ {schedule} }}\n  checks: [{{ id: c, select: "AWS::S3::Bucket", assert: size(region) > 2 }}]\n'
        group = '---\n' + document('Group', f'g{number}', spec)
        size += len(group)
        if size > most:
            return ''.join(groups)
        groups.append(group)


def schedule_cases():
    """Groups by the thousand, whose schedules come seldom, never, or are none."""
    yield 'every day', scheduled('cron: "%(m)d %(h)d * * *", timezone: Europe/Berlin')
    yield 'once in 28 years', scheduled('cron: "%(m)d %(h)d 29 2 +mon#5"')
    yield 'in each minute of a rare day', scheduled('cron: "*/1 0-23 29 2 +sun-sat/1"')
    yield 'on the 30th of February', scheduled('cron: "%(m)d %(h)d 30 2 *"')
    yield 'on no day of all months', scheduled('cron: "%(m)d %(h)d 1-7,15-21 * +mon#2"')
    yield 'on no weekday of all months', scheduled('cron: "%(m)d %(h)d LW * +sat,sun"')
    yield 'numbers out of range', scheduled('cron: "%(m)d %(h)d 32 * *"', 'cron: "%(m)d 2%(h)d0 * * *"')
    yield 'ranges downwards', scheduled('cron: "%(m)d %(h)d * * fri-mon"', 'cron: "%(m)d 23-%(h)d * nov-feb *"')
    yield 'empty elements', scheduled('cron: "%(m)d,,%(m)d %(h)d * * *"')
    yield 'names of no pattern', scheduled('cron: "@dai%(m)dly"')
    yield 'unknown time zones', scheduled('cron: "%(m)d %(h)d * * *", timezone: Europe/Berl%(m)dn')
    yield 'steps too far', scheduled('cron: "*/%(m)d00 */%(h)d00 */99 */99 */99"')
    yield 'names in full', scheduled('cron: "%(m)d %(h)d * January-Feb Friday-Monday"')
    yield 'patterns of other tools', scheduled('cron: "cron(%(m)d %(h)d ? * 2-6 *)"', 'cron: "%(m)d %(m)d %(h)d * * *"', 'cron: "@every %(m)dm"')
    yield 'no intervals', scheduled('every: %(m)d%(h)dx')


def cases():
    for name, text in yaml_cases():
        yield 'YAML', name, 'x.yaml', text
    for name, text in json_cases():
        yield 'JSON', name, 'x.json', text
    for name, text in text_cases():
        yield 'one expression', name, 'x.yaml', one(text)
        yield 'a megabyte of', name, 'x.yaml', many(text)
    for name, text in type_cases():
        yield 'CheckType, let', name, 'x.yaml', text
    for name, text in test_cases():
        yield 'tests', name, 'x.yaml', text
    for name, text in name_cases():
        yield 'names', name, 'x.yaml', text
    for name, text in schedule_cases():
        yield 'schedules', name, 'x.yaml', text
    for name, text in evaluation_cases():
        yield 'evaluation', name, 'x.yaml', one(text)


def inventory(directory):
    sample = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'examples/demo-account.json')
    path = os.path.join(directory, 'inventory.json')
    os.symlink(sample, path)
    return path


def run(binary, kind, file, text):
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(os.path.join(directory, 'p'))
        with open(os.path.join(directory, 'p', file), 'wb') as out:
            out.write(text if isinstance(text, bytes) else text.encode('utf-8', 'surrogatepass'))
        arguments = [binary, 'validate', 'p']
        if kind == 'evaluation':
            arguments = [binary, 'evaluate', 'p', '--inventory', inventory(directory)]
        runs = [measured(arguments, directory) for _ in range(3)]
        cpu, memory = min(run.cpu for run in runs) * 1000, min(run.peak for run in runs)
        return len(text), runs[0].status, cpu, memory, told(directory)


def main():
    binary = os.path.abspath(sys.argv[1])
    word = sys.argv[2] if len(sys.argv) > 2 else ''
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    over = 0
    print('| kind | case | KB | CPU ms | peak MB | told |\n| --- | --- | --- | --- | --- | --- |')
    for kind, name, file, text in cases():
        if word not in f'{kind} {name}':
            continue
        size, status, cpu, memory, said = run(binary, kind, file, text)
        mark = ''
        if cpu > CPU_MS or memory > MEMORY_MB or not 0 <= status <= 3:
            mark, over = ' **over**', over + 1
        print(f'| {kind} | `{name}` | {size // 1024} | {cpu:.0f} | {memory:.0f} | {said}{mark} |', flush=True)
    return 1 if over else 0


if __name__ == '__main__':
    sys.exit(main())
