//! `Pack`, and groups that take packs up.

use insta::assert_snapshot;

use super::*;

const PACKS: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Pack
metadata: { name: cis-s3 }
spec:
  description: What CIS says of buckets.
  checks:
    - id: named
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"\"
      compliance: [cis-aws-3.0.0/2.1.1]
    - id: listed
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"x\"
---
apiVersion: cloudcorrect.dev/v1
kind: Pack
metadata: { name: house }
spec:
  checks:
    - id: listed
      formerly: [seen]
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"y\"
---
";

/// The packs, an account and a group with this spec, in that order.
fn taking(spec: &str) -> String {
    format!(
        "{PACKS}{ACCOUNT}apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: {{ name: storage }}
spec:
{spec}"
    )
}

/// The checks of the group as `id of pack`, and at which line they stand.
fn checks(text: &str) -> String {
    let reading = read(text);
    assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
    let checks = reading.policies.groups["storage"].checks.iter();
    let told = checks.map(|check| {
        let pack = check.pack.as_ref().map_or("the group", PackName::as_str);
        format!("{} of {pack}, line {}\n", check.id, check.place.line)
    });
    told.collect()
}

const OWN: &str = "  checks:
    - { id: own, select: AWS::S3::Bucket, assert: 'resource.BucketName != \"z\"' }
";

#[test]
fn a_group_takes_up_the_checks_of_packs_behind_its_own() {
    let text = taking(&format!(
        "  packs: [{{ name: cis-s3, except: [listed] }}, {{ name: house }}]\n{OWN}"
    ));
    assert_snapshot!(checks(&text), @r"
    own of the group, line 37
    named of cis-s3, line 7
    listed of house, line 20
    ");
    assert_snapshot!(checks(&taking("  packs: [{ name: cis-s3 }]\n")), @r"
    named of cis-s3, line 7
    listed of cis-s3, line 11
    ");
}

#[test]
fn where_the_pack_stands_does_not_matter() {
    let text = taking("  packs: [{ name: cis-s3 }]\n");
    let (packs, rest) = text.split_at(PACKS.len());
    let files = [("a.yaml", rest), ("b.yaml", packs)];
    let files = files.map(|(path, text)| SourceFile::new(path, text.as_bytes()));
    let reading = PolicySet::read(&files);
    assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
    let digest = |reading: &LoadOutcome| reading.policies.groups["storage"].digest();
    assert_eq!(digest(&reading), digest(&read(&text)));
    assert_eq!(&*reading.policies.groups["storage"].checks[0].place.path, "b.yaml");
}

#[test]
fn a_pack_uses_check_types_and_its_tests_name_it() {
    let text = "\
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/named }
spec: { select: AWS::S3::Bucket, assert: 'resource.BucketName != \"\"' }
---
apiVersion: cloudcorrect.dev/v1
kind: Pack
metadata: { name: cis }
spec: { checks: [{ id: named, uses: team/named }] }
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: named }
spec:
  pack: cis/named
  given: { AWS::S3::Bucket: [{ BucketName: a }] }
  expect: { pass: [a] }
";
    let reading = read(text);
    assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
    assert_eq!(reading.policies.tests["named"].subject.to_string(), "pack cis/named");
    assert_snapshot!(problems(&text.replace("pack: cis/named", "pack: cis/name")), @r"
    15:9-15:17: error[unknown-check] pack `cis` has no check `name`
        help: did you mean `named`?
        8: the pack is here
    ");
    assert_snapshot!(problems(&text.replace("pack: cis/named", "pack: cs/named")), @r"
    15:9-15:17: error[unknown-pack] there is no pack `cs`
        help: did you mean `cis`?
    ");
    assert_snapshot!(problems(&text.replace("pack: cis/named", "pack: named")), @r"
    15:9-15:14: error[invalid-name] `named` names no check
        help: write the pack and the id of the check, as `pack/id`
    ");
    let both = text.replace("pack: cis/named", "pack: cis/named\n  check: a/b");
    assert_snapshot!(problems(&both), @r"
    15:9-15:18: error[conflict] `check` and `pack` exclude each other
        help: test each in a document of its own
    ");
}

#[test]
fn what_is_wrong_with_packs_is_told_at_both_places() {
    let told = |spec: &str| problems(&taking(spec));
    assert_snapshot!(told("  packs: [{ name: cis-s3 }, { name: house }]\n"), @r"
    35:19-35:25: error[duplicate-name] check `listed` comes with pack `house` as well
        35: the pack is taken up here
    35:37-35:42: error[duplicate-name] pack `cis-s3` has a check `listed` as well
        help: leave it out here with `except: [listed]`, or give one of them another id
        35: it comes from here
    ");
    assert_snapshot!(told(&format!("  packs: [{{ name: cis-s3 }}]\n{}", OWN.replace("own", "named"))), @r"
    35:19-35:25: error[duplicate-name] the group has a check `named` of its own
        help: leave it out here with `except: [named]`, or give one of them another id
        37: it comes from here
    37:13-37:18: error[duplicate-name] check `named` comes with pack `cis-s3` as well
        35: the pack is taken up here
    ");
    assert_snapshot!(told(&format!("  packs: [{{ name: house }}]\n{}", OWN.replace("own", "seen"))), @r"
    35:19-35:24: error[conflict] check `listed` was called `seen`, which is still there
        help: a former id is one that no check of the group has
        37: `seen` comes from here
    ");
    assert_snapshot!(told("  packs: [{ name: house }, { name: house }]\n"), @r"
    35:36-35:41: error[duplicate-name] pack `house` is taken up twice
        35: the first time is here
    ");
    assert_snapshot!(told("  packs: [{ name: cis-3s }]\n"), @r"
    35:19-35:25: error[unknown-pack] there is no pack `cis-3s`
        help: did you mean `cis-s3`?
    ");
    assert_snapshot!(told("  packs: [{ name: cis-s3, except: [lited] }]\n"), @r"
    35:36-35:41: error[unknown-check] pack `cis-s3` has no check `lited`
        help: did you mean `listed`?
        3: the pack is here
    ");
    assert_snapshot!(told("  packs: [{ name: house, except: [listed] }]\n"), @r"
    35:10-35:11: error[no-check] the group has no check: `except` leaves out all that its packs have
        help: leave a check in, or remove the group
    ");
    assert_snapshot!(told("  owner: platform\n"), @r"
    35:3-35:4: error[missing-key] `spec` lacks `checks`
        help: add `checks`, or `packs` whose checks the group takes up
    ");
    assert_snapshot!(told("  packs: []\n"), @"35:10-35:11: error[empty-list] `packs` must not be empty");
    assert_snapshot!(told("  packs: [house]\n"), @r"
    35:11-35:16: error[wrong-type] an item of `packs` is `house`, but must be a mapping
        help: A pack that a group takes up.
    ");
}

#[test]
fn a_broken_pack_is_told_once_and_its_groups_are_not_read() {
    let text = taking("  packs: [{ name: house }]\n").replace("!= \"y\"", "!= 1");
    assert_snapshot!(problems(&text), @r#"
    23:15-23:39: error[wrong-type] a string never equals an integer, so `!=` is always true
        help: put the number in quotes, as in `"1"`, or convert the text with `int(resource.BucketName)`
    "#);
    assert!(read(&text).policies.groups.is_empty());
    let twice = taking("  packs: [{ name: house }]\n").replace("name: cis-s3", "name: house");
    assert_snapshot!(problems(&twice), @r"
    3:19-3:24: error[duplicate-name] pack `house` is there twice
        17: the second one is here
    17:19-17:24: error[duplicate-name] pack `house` is there twice
        3: the first one is here
    ");
}

#[test]
fn checks_of_packs_are_shared_and_bounded() {
    let one = taking("  packs: [{ name: cis-s3 }]\n");
    let reading = read(&one);
    let [group, pack] = [
        &reading.policies.groups["storage"].checks[0],
        &reading.policies.packs["cis-s3"].checks[0],
    ];
    assert_eq!(group.digest(), pack.digest());

    let check = |n| {
        format!("    - {{ id: c{n}, select: AWS::S3::Bucket, assert: 'account != \"{n:012}\"' }}\n")
    };
    let many = (0..1_000).map(check).collect::<Vec<_>>().concat();
    let group = |n| {
        format!(
            "---\napiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: g{n} }}\n\
             spec: {{ packs: [{{ name: many }}] }}\n"
        )
    };
    let groups = (0..60).map(group).collect::<Vec<_>>().concat();
    let text = format!(
        "{ACCOUNT}apiVersion: cloudcorrect.dev/v1\nkind: Pack\nmetadata: {{ name: many }}\n\
         spec:\n  checks:\n{many}{groups}"
    );
    let told = problems(&text);
    assert_snapshot!(told.lines().find(|line| line.contains("too-many")).unwrap_or_default(), @"1036:25-1036:29: error[too-many-checks] the packs of this file's groups have too many checks together");
}

#[test]
fn a_pack_is_part_of_what_a_group_is() {
    let digest = |text: &str| read(text).policies.groups["storage"].digest();
    let [house, other] = ["  packs: [{ name: house }]\n", OWN].map(|spec| digest(&taking(spec)));
    assert_ne!(house, other);
    let renamed =
        taking("  packs: [{ name: home }]\n").replace("name: house }\nspec", "name: home }\nspec");
    assert_ne!(house, digest(&renamed));
}

#[test]
fn one_check_alone_may_claim_a_former_id() {
    let own = OWN.replace("id: own,", "id: own, formerly: [seen],");
    assert_snapshot!(problems(&taking(&format!("  packs: [{{ name: house }}]\n{own}"))), @r"
    35:19-35:24: error[conflict] checks `own` and `listed` were both called `seen`
        help: only one of them can go on with its history
        37: the other one is here
    ");
}

#[test]
fn a_pack_with_an_id_twice_is_told_once() {
    let text = taking("  packs: [{ name: cis-s3 }]\n").replace("id: named", "id: listed");
    assert_snapshot!(problems(&text), @r"
    7:11-7:17: error[duplicate-name] check `listed` is there twice
        11: the second one is here
    11:11-11:17: error[duplicate-name] check `listed` is there twice
        7: the first one is here
    ");
}
