//! How keys are written whose value has a shape: for who wrote another one.

/// The keys, each with an entry as it stands in a file.
const SAMPLES: [(&str, &str); 17] = [
    ("accounts", "accounts: { names: [prod] }"),
    ("annotations", "annotations: { note: text }"),
    ("aws", "aws: { accountId: 123456789012, regions: [eu-west-1] }"),
    ("checks", "checks: [{ id: versioned, uses: team/versioned }]"),
    ("compliance", "compliance: [cis-aws-3.0.0/2.1.4]"),
    ("enforce", "enforce: { newOnly: 2026-12-31 }"),
    ("formerly", "formerly: [old-id]"),
    ("labels", "labels: { env: prod }"),
    ("let", "let: { web: { select: AWS::EC2::SecurityGroup } }"),
    ("matchLabels", "matchLabels: { env: prod }"),
    ("metadata", "metadata: { name: storage }"),
    ("names", "names: [prod]"),
    ("packs", "packs: [{ name: cis-storage }]"),
    ("parameters", "parameters: { key: { type: string } }"),
    ("regions", "regions: [us-east-1, eu-west-1]"),
    ("schedule", "schedule: { every: 15m }"),
    ("with", "with: { key: owner }"),
];

/// The keys that hold expressions.
const EXPRESSIONS: [&str; 3] = ["where", "assert", "assertAll"];

/// How the value of a key is written.
pub(super) fn of(key: &str) -> Option<String> {
    let (_, sample) = SAMPLES.iter().find(|(name, _)| *name == key)?;
    Some(format!("write it as in `{sample}`"))
}

/// What to do where YAML makes a list or a mapping of the expression of a key.
pub(super) fn of_expression(key: &str) -> Option<&'static str> {
    EXPRESSIONS.contains(&key).then_some(
        "it is one CEL expression: join several by `&&`; quote one that begins with `[` or `{`, \
         or put it on its own lines after `>`",
    )
}
