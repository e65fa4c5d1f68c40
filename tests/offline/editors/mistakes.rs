//! Mistakes that people make, each in a document that is right without it.

/// A document of a kind that is right, in the company of those of the other kinds.
pub(crate) fn good(kind: &str) -> &'static str {
    match kind {
        "Account" => ACCOUNT,
        "Group" => GROUP,
        "CheckType" => CHECK_TYPE,
        "Pack" => PACK,
        "Test" => TEST,
        "Waiver" => WAIVER,
        other => panic!("`{other}` is no kind of policies"),
    }
}

const ACCOUNT: &str = "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec:
  aws: { accountId: 123456789012, regions: [eu-west-1] }
";

const GROUP: &str = "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  schedule: { every: 15m }
  mode: enforce
  checks:
    - id: named
      severity: low
      select: AWS::S3::Bucket
      assert: tag(\"Name\") != null
";

const CHECK_TYPE: &str = "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: acme/tagged }
spec:
  parameters: { key: { type: string } }
  select: AWS::S3::Bucket
  assert: tag(params.key) != null
";

const PACK: &str = "apiVersion: cloudcorrect.dev/v1
kind: Pack
metadata: { name: tags }
spec:
  checks:
    - id: owned
      uses: acme/tagged
      with: { key: owner }
";

const TEST: &str = "apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: named }
spec:
  check: storage/named
  now: 2026-01-31T00:00:00Z
  given:
    AWS::S3::Bucket:
      - BucketName: b
        CreationDate: 2026-01-31T00:00:00Z
        Tags: [{ Key: Name, Value: b }]
        VersioningConfiguration: { Status: Enabled }
        $unknown: { Policy: access_denied }
    AWS::EC2::SecurityGroup:
      - GroupId: sg-1
        SecurityGroupIngress: [{ FromPort: 22 }]
  unlisted: { AWS::EC2::VPC: access_denied }
  expect: { pass: [b] }
";

const WAIVER: &str = "apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: logs }
spec:
  match: { group: storage, check: named, region: eu-west-1, resource: [b] }
  reason: Moved next year.
  owner: ada
  expires: 2027-12-31
";

/// A mistake: what is written in the place of what is right.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) kind: &'static str,
    from: &'static str,
    pub(crate) to: &'static str,
}

impl Mistake {
    /// The document with the mistake in it.
    pub(crate) fn document(&self) -> String {
        let good = good(self.kind);
        assert!(good.contains(self.from), "{self:?} is in no document");
        good.replacen(self.from, self.to, 1)
    }
}

/// What is written in the place of what, in documents of a kind.
type Table = [(&'static str, &'static str)];

const GROUP_MISTAKES: &Table = &[
    ("cloudcorrect.dev/v1", "cloudcorrect.dev/v2"),
    ("kind: Group", "kind: Groups"),
    ("metadata: { name: storage }\n", ""),
    ("name: storage", "name: Our buckets"),
    ("name: storage", "nam: storage"),
    ("every: 15m", "every: 15m, cron: 0 6 * * *"),
    ("every: 15m", "every: 15"),
    ("every: 15m", "evry: 15m"),
    ("mode: enforce", "mode: enforced"),
    ("mode: enforce", "suspend: yes"),
    ("mode: enforce", "accounts: [prod]"),
    ("mode: enforce", "accounts: { names: prod }"),
    ("mode: enforce", "enforce: { newOnly: tomorrow }"),
    ("  checks:", "  check:"),
    ("id: named", "title: named"),
    ("severity: low", "severity: urgent"),
    ("severity: low", "onEmpty: failed"),
    ("severity: low", "uses: acme/tagged\n      with: { key: owner }"),
    ("severity: low", "assertAll: size(resources) > 0"),
    ("severity: low", "let: { 1st: { select: AWS::EC2::VPC } }"),
    ("AWS::S3::Bucket", "AWS::S3::Buckets"),
    ("assert:", "assret:"),
    ("      assert: tag(\"Name\") != null\n", ""),
    ("tag(\"Name\") != null", "[tag(\"Name\") != null]"),
    ("tag(\"Name\") != null", ""),
];

const TEST_MISTAKES: &Table = &[
    ("storage/named", "named"),
    ("check: storage/named", "chek: storage/named"),
    ("check: storage/named", "check: storage/named\n  uses: acme/tagged"),
    ("now: 2026-01-31T00:00:00Z", "now: 2026-01-31"),
    ("BucketName: b", "BucketNam: b"),
    ("CreationDate: 2026-01-31T00:00:00Z", "CreationDate: 2026-01-31"),
    ("Status: Enabled", "Sttus: Enabled"),
    ("Policy: access_denied", "Polic: access_denied"),
    ("Policy: access_denied", "Policy: denied"),
    ("FromPort: 22", "FromPort: ssh"),
    ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroups"),
    ("AWS::EC2::VPC", "AWS::EC2::VPCs"),
    ("pass: [b]", "passes: [b]"),
    ("  expect: { pass: [b] }\n", ""),
];

const ACCOUNT_MISTAKES: &Table = &[
    ("123456789012", "12345"),
    ("regions: [eu-west-1]", "regions: []"),
    ("regions: [eu-west-1]", "regions: [mars]"),
    ("regions: [eu-west-1]", "regions: eu-west-1"),
];

const WAIVER_MISTAKES: &Table = &[
    ("2027-12-31", "31.12.2027"),
    ("  reason: Moved next year.\n", ""),
    ("owner: ada", "owner: \"\""),
    ("group: storage, check: named, ", ""),
    ("eu-west-1", "Frankfurt"),
];

const CHECK_TYPE_MISTAKES: &Table = &[
    ("type: string", "type: text"),
    ("  assert: tag(params.key) != null\n", ""),
    ("name: acme/tagged", "name: Acme/Tagged"),
];

const PACK_MISTAKES: &Table = &[("uses:", "use:"), ("key: owner", "key: ")];

/// All of them.
pub(crate) fn all() -> Vec<Mistake> {
    let tables = [
        ("Group", GROUP_MISTAKES),
        ("Test", TEST_MISTAKES),
        ("Account", ACCOUNT_MISTAKES),
        ("Waiver", WAIVER_MISTAKES),
        ("CheckType", CHECK_TYPE_MISTAKES),
        ("Pack", PACK_MISTAKES),
    ];
    let of = |(kind, table): (&'static str, &'static Table)| {
        table.iter().map(move |(from, to)| Mistake { kind, from, to })
    };
    tables.into_iter().flat_map(of).collect()
}
