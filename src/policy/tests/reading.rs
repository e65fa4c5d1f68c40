//! Readings that follow one another are what reading anew gives.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::policy::{CheckTypes, FileReplaced, Reading};

/// The paths of the files, in their order.
const PATHS: [&str; 5] = ["a.yaml", "b.yaml", "c/d.yaml", "c/e.json", "f.yaml"];

/// Documents that files are made of: good ones, the same under another name or with another meaning,
/// and such as are wrong by themselves or together.
fn document() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["one", "two", "three"]);
    let head = |kind: &str, name: &str| {
        format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec:\n"
        )
    };
    let account =
        (name.clone(), 0..3, prop::bool::weighted(0.1)).prop_map(move |(name, id, bad)| {
            let region = if bad { "nowhere" } else { "eu-west-1" };
            let spec = format!("  aws: {{ accountId: '12345678901{id}', regions: [{region}] }}\n");
            format!("{}{spec}", head("Account", name))
        });
    let check = prop::sample::select(vec![
        "{ id: x, select: AWS::EC2::VPC, assert: resource.IsDefault }",
        "{ id: x, select: AWS::EC2::VPC, assert: '!resource.IsDefault' }",
        "{ id: y, formerly: [x], select: AWS::EC2::VPC, assert: resource.IsDefault }",
        "{ id: x, select: AWS::EC2::VPC, assert: resource.Default }",
        "{ id: x, uses: one }",
        "{ id: x, uses: aws/vpc }",
        "{ id: x, select: AWS::EC2::VPC }",
    ]);
    let schedule = prop::sample::select(vec!["15m", "1h", "never"]);
    let group = (name.clone(), name.clone(), check, schedule, prop::bool::weighted(0.2)).prop_map(
        move |(name, account, check, every, packs)| {
            let packs = if packs { format!("  packs: [{{ name: {account} }}]\n") } else { String::new() };
            format!(
                "{}  accounts: {{ names: [{account}] }}\n  schedule: {{ every: {every} }}\n{packs}  checks: [{check}]\n",
                head("Group", name)
            )
        },
    );
    let check_type = (name.clone(), prop::bool::ANY).prop_map(move |(name, is_default)| {
        let not = if is_default { "" } else { "!" };
        let spec = format!("  select: AWS::EC2::VPC\n  assert: '{not}resource.IsDefault'\n");
        format!("{}{spec}", head("CheckType", name))
    });
    let pack = name.clone().prop_map(move |name| {
        let check = "{ id: z, select: AWS::EC2::VPC, assert: resource.IsDefault }";
        format!("{}  checks: [{check}]\n", head("Pack", name))
    });
    let test = (name.clone(), name.clone()).prop_map(move |(name, group)| {
        let given = "{ VpcId: vpc-1, IsDefault: true }";
        format!(
            "{}  check: {group}/x\n  given:\n    AWS::EC2::VPC: [{given}]\n  expect: {{ pass: [vpc-1] }}\n",
            head("Test", name)
        )
    });
    let covered = prop::sample::select(vec!["group: one", "check: x", "check: y, account: two"]);
    let waiver = (name, covered, 0..2).prop_map(move |(name, covered, day)| {
        format!(
            "{}  match: {{ {covered} }}\n  reason: why\n  owner: ada\n  expires: 2030-01-0{}\n",
            head("Waiver", name),
            day + 1
        )
    });
    let broken = Just("kind: Group\nmetadata: [\n".to_owned());
    prop_oneof![
        3 => account, 6 => group, 1 => check_type, 1 => pack, 2 => test, 2 => waiver, 1 => broken,
    ]
}

/// Files at some of the paths.
fn revision() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop::collection::vec(document(), 1..3).prop_map(|all| all.join("---\n"));
    prop::collection::vec(prop::option::weighted(0.8, text), PATHS.len())
}

/// Files of a revision that follows another: mostly one differs.
fn edits() -> impl Strategy<Value = Vec<(usize, Option<String>)>> {
    let text = prop::collection::vec(document(), 1..3).prop_map(|all| all.join("---\n"));
    prop::collection::vec((0..PATHS.len(), prop::option::weighted(0.8, text)), 1..3)
}

fn files(texts: &[Option<String>]) -> Vec<SourceFile> {
    let named = PATHS.iter().zip(texts);
    named
        .filter_map(|(path, text)| Some(SourceFile::new(*path, text.as_ref()?.as_bytes())))
        .collect()
}

/// What differs between files, both in the order of their paths.
fn replaced(old: &[SourceFile], new: &[SourceFile]) -> Vec<FileReplaced> {
    let is_in = |files: &[SourceFile], file: &SourceFile| files.iter().any(|one| one.is_same(file));
    let gone = old.iter().filter(|file| !new.iter().any(|one| one.path == file.path));
    let gone = gone.map(|file| (Arc::clone(&file.path), None));
    let come = new.iter().filter(|file| !is_in(old, file));
    gone.chain(come.map(|file| (Arc::clone(&file.path), Some(file.clone())))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_next_reading_is_what_reading_anew_gives(
        first in revision(),
        history in prop::collection::vec(edits(), 1..8),
    ) {
        let mut texts = first;
        let mut reading = Reading::new(&files(&texts), &CheckTypes::default());
        for edits in history {
            let before = files(&texts);
            for (at, text) in edits {
                texts[at] = text;
            }
            let files = files(&texts);
            reading = reading.next(&replaced(&before, &files));
            let anew = Reading::new(&files, &CheckTypes::default());
            prop_assert_eq!(reading.outcome(), anew.outcome());
        }
    }
}

/// A document that is right where the files beside it are: a group of its own, with or without a test
/// and a waiver of it; now and then something that is not.
fn mostly_good(at: usize) -> impl Strategy<Value = String> {
    let every = prop::sample::select(vec!["15m", "30m", "1h"]);
    let parts = (every, 0..3, 0..3, 0..3, prop::option::weighted(0.1, document()));
    parts.prop_map(move |(every, id, test, waiver, other)| {
        let group = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: g-{at} }}\nspec:\n  \
             accounts: {{ names: [prod] }}\n  schedule: {{ every: {every} }}\n  checks:\n    - {{ id: \
             c-{id}, select: AWS::EC2::VPC, assert: resource.IsDefault }}\n"
        );
        let test = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: {{ name: t-{at} }}\nspec:\n  check: \
             g-{test}/c-{id}\n  given: {{ AWS::EC2::VPC: [{{ VpcId: vpc-1, IsDefault: true }}] }}\n  \
             expect: {{ pass: [vpc-1] }}\n"
        );
        let covers = if waiver == 1 { format!("check: c-{id}") } else { format!("group: g-{waiver}") };
        let waiver = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: w-{at} }}\nspec:\n  \
             match: {{ {covers}, region: us-east-{id} }}\n  reason: why\n  owner: ada\n  expires: \
             2030-01-01\n"
        );
        let all = [Some(group), (id == 0).then_some(test), (id == 1).then_some(waiver), other];
        all.into_iter().flatten().collect::<Vec<_>>().join("---\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_next_reading_of_good_files_is_what_reading_anew_gives(
        history in prop::collection::vec(
            (1..PATHS.len()).prop_flat_map(|at| {
                (Just(at), prop::option::weighted(0.9, mostly_good(at)))
            }),
            1..12,
        ),
    ) {
        let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n\
            spec: { aws: { accountId: '123456789012', regions: [us-east-1] } }\n";
        let mut texts = vec![Some(account.to_owned()), None, None, None, None];
        let mut reading = Reading::new(&files(&texts), &CheckTypes::default());
        for (at, text) in history {
            let before = files(&texts);
            texts[at] = text;
            let files = files(&texts);
            reading = reading.next(&replaced(&before, &files));
            let anew = Reading::new(&files, &CheckTypes::default());
            prop_assert_eq!(reading.outcome(), anew.outcome());
        }
    }
}

/// Good files, of which some are replaced.
fn good(count: usize, replaced: &[usize]) -> Vec<SourceFile> {
    let mut all = vec![SourceFile::new(
        "accounts.yaml",
        "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n\
         spec: { aws: { accountId: '123456789012', regions: [eu-west-1] } }\n"
            .as_bytes(),
    )];
    all.extend((0..count).map(|n| {
        let every = if replaced.contains(&n) { "1h" } else { "15m" };
        let text = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: g-{n} }}\nspec:\n  \
             schedule: {{ every: {every} }}\n  checks:\n    - {{ id: x, select: AWS::EC2::VPC, \
             assert: resource.IsDefault }}\n"
        );
        SourceFile::new(format!("groups/{n:03}.yaml"), text.into_bytes())
    }));
    all
}

#[test]
fn what_is_the_same_is_shared_with_the_reading_before() {
    let begin = good(500, &[]);
    let first = Reading::new(&begin, &CheckTypes::default());
    let next = |files: Vec<SourceFile>| first.next(&replaced(&begin, &files));
    let was = &first.outcome().policies.groups;
    let changed = next(good(500, &[7, 30]));
    let replaced: Vec<_> = was.replaced(&changed.outcome().policies.groups);
    let names: Vec<_> = replaced.into_iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["g-30", "g-7"]);
    let same = next(good(500, &[]));
    assert!(was.replaced(&same.outcome().policies.groups).is_empty());
    let fewer = next(good(499, &[]));
    let replaced = was.replaced(&fewer.outcome().policies.groups);
    assert!(matches!(replaced[..], [(_, [Some(_), None])]), "{replaced:?}");
}
