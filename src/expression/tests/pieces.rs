//! Pieces of texts, whole numbers, and the condition of `?:`.

use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, USER, VOLUME};

#[test]
fn a_piece_of_a_text_is_not_compared_with_more() {
    told(&[
        (BUCKET, "resource.BucketName.split('-')[0] == 'acme-web'", "'acme-web'", "a part without"),
        (
            INSTANCE,
            "resource.InstanceType.split('.')[0] in ['t3', 't3.micro']",
            "'t3.micro'",
            "is never `resource.InstanceType.split(\".\")[0]`",
        ),
        (
            BUCKET,
            "resource.BucketName.split('-').exists(p, p == 'acme-web')",
            "'acme-web'",
            "\"acme-web\" is never `p`, which is a part without \"-\"",
        ),
        (
            BUCKET,
            "resource.BucketName.split('-').all(p, !(p in ['acme-web']))",
            "['acme-web']",
            "a part without",
        ),
        (BUCKET, "'acme-web' in resource.BucketName.split('-')", "'acme-web'", "a part without"),
        (BUCKET, "tag('a') != null && tag('a').trim() == ' web'", "' web'", "write \"web\""),
        (BUCKET, "resource.BucketName.substring(0, 3) == 'acme'", "'acme'", "has 3 characters"),
        (BUCKET, "resource.BucketName.substring(0, 3) == 'ac'", "'ac'", "has 3 characters"),
        (BUCKET, "resource.BucketName.substring(0, 1) == 'ab'", "'ab'", "which has one character "),
        (BUCKET, "resource.BucketName.substring(2, 2) == 'a'", "'a'", "which has no characters "),
        (BUCKET, "resource.BucketName.replace('-', '_') == 'acme-web'", "'acme-web'", "any more"),
    ]);
    silent(&[
        (BUCKET, "resource.BucketName.split('-')[0] == 'acme'"),
        (BUCKET, "resource.BucketName.split('.')[0] == 'acme-web'"),
        (BUCKET, "resource.BucketName.split('')[0] == 'a'"),
        (BUCKET, "resource.BucketName.split('-').exists(p, p in ['acme', 'web'])"),
        (
            BUCKET,
            "resource.BucketName.split('-').exists(p, p.contains('x') || resource.BucketName == 'a-b')",
        ),
        (BUCKET, "tag('a') != null && tag('a').trim() == 'the web'"),
        (BUCKET, "resource.BucketName.substring(0, 4) == 'acme'"),
        (BUCKET, "resource.BucketName.substring(4) == '-web'"),
        (BUCKET, "resource.BucketName.replace('-', '--') == 'acme--web'"),
        (BUCKET, "resource.BucketName.replace('--', '-') == 'a--b'"),
    ]);
}

#[test]
fn between_two_whole_numbers_is_none() {
    told(&[
        (
            USER,
            "size(resource.AccessKeys) < 1 && size(resource.AccessKeys) > 0",
            "size(resource.AccessKeys) > 0",
            "never holds beside",
        ),
        (
            USER,
            "size(resource.AccessKeys) > 1 && size(resource.AccessKeys) < 2",
            "size(resource.AccessKeys) < 2",
            "never holds beside",
        ),
        (
            USER,
            "size(resource.AccessKeys) > 0 || size(resource.AccessKeys) == 0",
            "size(resource.AccessKeys) == 0",
            "always holds where",
        ),
        (VOLUME, "resource.Size > 8 && resource.Size < 9", "resource.Size < 9", "never holds"),
        (VOLUME, "resource.Size <= 8 || resource.Size >= 9", "resource.Size >= 9", "always holds"),
    ]);
    silent(&[
        (USER, "size(resource.AccessKeys) > 0 && size(resource.AccessKeys) < 2"),
        (USER, "size(resource.AccessKeys) == 0 || size(resource.AccessKeys) > 1"),
        (VOLUME, "resource.Size > 8 && resource.Size < 10"),
        (VOLUME, "resource.Size < 8 || resource.Size >= 9"),
        (VOLUME, "resource.Size > 8.5 && resource.Size < 9.5"),
        (BUCKET, "resource.BucketName.indexOf('a') < 0 || resource.BucketName.indexOf('a') > 0"),
        (BUCKET, "resource.BucketName.indexOf('a') < 0 && resource.BucketName.indexOf('b') >= 0"),
    ]);
}

#[test]
fn a_branch_is_held_against_its_condition() {
    told(&[
        (
            VOLUME,
            "tag('env') == 'prod' ? tag('env') == 'dev' : true",
            "tag('env') == 'dev'",
            "is never \"prod\" and \"dev\" at once",
        ),
        (
            BUCKET,
            "resource.BucketName.startsWith('acme-') ? resource.BucketName.startsWith('web-') : true",
            "resource.BucketName.startsWith('web-')",
            "never holds beside",
        ),
        (
            VOLUME,
            "resource.Size > 100 ? resource.Encrypted : resource.Size < 200",
            "resource.Size < 200",
            "always holds where not",
        ),
    ]);
    silent(&[
        (VOLUME, "tag('env') == 'prod' ? resource.Encrypted : true"),
        (VOLUME, "tag('env') == 'prod' ? true : tag('env') == 'dev'"),
        (VOLUME, "resource.Size > 100 ? resource.Size < 200 : resource.Encrypted"),
        (VOLUME, "(resource.Size > 100 ? resource.Size : 8) < 200"),
        (VOLUME, "resource.VolumeType == 'gp3' ? false : resource.Encrypted"),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp == null ? r.CidrIpv6 != '::/0' : r.CidrIp != '0.0.0.0/0')",
        ),
    ]);
}
