//! The bounds of calls to AWS, and of evaluations over them.

use std::num::NonZeroU32;

use super::*;

const SOURCE: &str = "[[sources]]\nname = \"main\"\nurl = \"https://git.example/p.git\"\n";

fn aws(toml: &str, variables: &[(&str, &str)]) -> AwsSettings {
    read(&format!("{SOURCE}{toml}"), variables).expect("good settings").aws
}

/// The problems of settings, a line each.
fn problems(toml: &str, variables: &[(&str, &str)]) -> String {
    read(&format!("{toml}{SOURCE}"), variables).expect_err("bad settings").to_string()
}

#[test]
fn without_settings_s3_alone_has_its_own() {
    let settings = aws("", &[]);
    assert_eq!(settings, AwsSettings::default());
    assert_eq!((settings.concurrency, settings.calls_per_second), (4, None));
    let own: Vec<_> =
        settings.services.iter().map(|(name, own)| (&**name, own.concurrency)).collect();
    assert_eq!(own, [("s3", Some(16))]);
}

#[test]
fn bounds_are_read_for_all_services_and_for_each() {
    let toml = "
        [aws]
        concurrency = 2
        calls_per_second = 20
        calls = 400
        attempts = 3
        attempt_timeout = \"5s\"
        [aws.services.s3]
        calls_per_second = 50
        [aws.services.iam]
        concurrency = 1
    ";
    let settings = aws(toml, &[("CLOUDCORRECT_AWS_ATTEMPTS", "4")]);
    let service = |concurrency, calls_per_second| AwsServiceSettings {
        concurrency: Some(concurrency),
        calls_per_second: NonZeroU32::new(calls_per_second),
    };
    let expected = AwsSettings {
        concurrency: 2,
        calls_per_second: NonZeroU32::new(20),
        calls: 400,
        attempts: 4,
        attempt_timeout: Duration::from_secs(5),
        call_timeout: Duration::from_secs(90),
        services: [("s3".to_owned(), service(16, 50)), ("iam".to_owned(), service(1, 0))].into(),
    };
    assert_eq!(settings, expected);
}

#[test]
fn a_bound_that_lets_nothing_go_and_a_service_that_there_is_not_are_told() {
    let toml = "[aws]
concurrency = 0
calls_per_second = 0
calls = -1
attempts = 21
attempt_timeout = \"2m\"
retries = 3
[aws.services.s3]
concurrency = 1001
call_per_second = 1
[aws.services.ecs]
concurrency = 1
[aws.services.lambda]
concurrency = 1
";
    let variables = [
        ("CLOUDCORRECT_EVALUATION_TARGETS", "0"),
        ("CLOUDCORRECT_AWS_CALL", "1"),
        ("CLOUDCORRECT_AWS_SERVICES_S3_CONCURRENCY", "8"),
    ];
    insta::assert_snapshot!(problems(toml, &variables), @"
    13 settings are missing or wrong:
      settings:2:15: `aws.concurrency` is `0`, but must be a whole number from 1 to 1000
      settings:3:20: `aws.calls_per_second` is `0`, but must be a whole number from 1 to 1000
      settings:4:9: `aws.calls` is `-1`, but must be a whole number from 1 to 100000
      settings:5:12: `aws.attempts` is `21`, but must be a whole number from 1 to 20
      settings:6:19: `aws.attempt_timeout` must not be longer than a call with all its attempts, `call_timeout`, which is 1m 30s
      settings:7:1: `aws.retries` is no setting; there are `concurrency`, `calls_per_second`, `calls`, `attempts`, `attempt_timeout`, `call_timeout`, `services`
      settings:9:15: `aws.services.s3.concurrency` is `1001`, but must be a whole number from 1 to 1000
      settings:10:1: `aws.services.s3.call_per_second` is no setting; did you mean `calls_per_second`?
      settings:11:15: `aws.services.ecs` is no service that is asked; did you mean `ec2`?
      settings:13:15: `aws.services.lambda` is no service that is asked; there are `ec2`, `iam`, `organizations`, `s3`, `s3control`
      variable CLOUDCORRECT_AWS_CALL: `CLOUDCORRECT_AWS_CALL` is a variable that sets nothing; did you mean `CLOUDCORRECT_AWS_CALLS`?
      variable CLOUDCORRECT_AWS_SERVICES_S3_CONCURRENCY: `CLOUDCORRECT_AWS_SERVICES_S3_CONCURRENCY` is a variable that sets nothing; what is in `aws.services` is set in the file alone
      variable CLOUDCORRECT_EVALUATION_TARGETS: `evaluation.targets` is `0`, but must be a whole number from 1 to 100000
    ");
}

#[test]
fn a_table_of_services_holds_tables() {
    insta::assert_snapshot!(problems("[aws]\nservices = 3\n", &[]), @"
    1 setting is missing or wrong:
      settings:2:1: `aws.services` is of type integer, but must be a table
    ");
    insta::assert_snapshot!(problems("[aws.services]\ns3 = 16\n", &[]), @"
    1 setting is missing or wrong:
      settings:2:1: `aws.services.s3` is of type integer, but must be a table
    ");
}
