//! What is told comes with how it is written.

use insta::assert_snapshot;

use super::*;

#[test]
fn cron_patterns_are_told_at_the_field() {
    let patterns = [
        "61 * * * *",
        "0  25 * * *",
        "0 6 32 * *",
        "0 6 * foo *",
        "0 6 * * monday",
        "0 6 * *",
        "@dai-ly",
        "0 0 30 2 *",
        "*/0 * * * *",
    ];
    assert_snapshot!(patterns.map(told_of).join("\n"), @"
    61 * * * *
    12:22-12:24: error[invalid-cron] `61` is no minute of a cron pattern
        help: write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    0  25 * * *
    12:25-12:27: error[invalid-cron] `25` is no hour of a cron pattern
        help: write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    0 6 32 * *
    12:26-12:28: error[invalid-cron] `32` is no day of the month of a cron pattern
        help: write 1 to 31; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    0 6 * foo *
    12:28-12:31: error[invalid-cron] `foo` is no month of a cron pattern
        help: write 1 to 12 or `jan` to `dec`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    0 6 * * monday
    12:30-12:36: error[invalid-cron] `monday` is no weekday of a cron pattern: a name has three letters
        help: write `mon`
    0 6 * *
    12:21-12:30: error[invalid-cron] a cron pattern has five fields, and this has 4
        help: write minute, hour, day of the month, month and weekday, such as `0 6 * * mon-fri`
    @dai-ly
    12:21-12:30: error[invalid-cron] there is no cron pattern `@dai-ly`
        help: did you mean `@daily`?
    0 0 30 2 *
    12:21-12:33: error[invalid-cron] `0 0 30 2 *` never comes: there is no such day
    */0 * * * *
    12:22-12:25: error[invalid-cron] `*/0` is no minute of a cron pattern: a step is a number from 1 on
        help: write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    ");
}

fn told_of(pattern: &str) -> String {
    let text = group(CHECK).replace("every: 15m", &format!("cron: '{pattern}'"));
    format!("{pattern}\n{}", problems(&text))
}

#[test]
fn what_is_wrong_with_a_pattern_is_told_at_once_with_what_to_write() {
    let patterns = [
        "61 25 * foo monday",
        "*/90 * * * *",
        "0 */36 * * *",
        "0 22-6 * * fri-mon",
        "* * * * ,",
        "0 0 * * L",
        "0 0 * * +",
    ];
    assert_snapshot!(patterns.map(told_of).join("\n"), @"
    61 25 * foo monday
    12:22-12:24: error[invalid-cron] `61` is no minute of a cron pattern
        help: write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    12:25-12:27: error[invalid-cron] `25` is no hour of a cron pattern
        help: write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    12:30-12:33: error[invalid-cron] `foo` is no month of a cron pattern
        help: write 1 to 12 or `jan` to `dec`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    12:34-12:40: error[invalid-cron] `monday` is no weekday of a cron pattern: a name has three letters
        help: write `mon`
    */90 * * * *
    12:22-12:26: error[invalid-cron] `*/90` is no minute of a cron pattern: its step hits one value only, `0`
        help: write `0`, or `every: 90m` instead of `cron`
    0 */36 * * *
    12:24-12:28: error[invalid-cron] `*/36` is no hour of a cron pattern: its step hits one value only, `0`
        help: write `0`, or `every: 36h` instead of `cron`
    0 22-6 * * fri-mon
    12:24-12:28: error[invalid-cron] `22-6` is no hour of a cron pattern: a range goes upwards
        help: write `22-23,0-6`
    12:33-12:40: error[invalid-cron] `fri-mon` is no weekday of a cron pattern: a range goes upwards
        help: write `fri-sat,sun-mon`
    * * * * ,
    12:30-12:31: error[invalid-cron] `,` is no weekday of a cron pattern: an element of its list is empty
        help: write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    0 0 * * L
    12:30-12:31: error[invalid-cron] `L` is no weekday of a cron pattern: `L` needs a day
        help: write `5L` for the last Friday of the month, or `L` as its day
    0 0 * * +
    12:30-12:31: error[invalid-cron] `+` is no weekday of a cron pattern: `+` needs a weekday
        help: write `+fri` for a day that must fit the third field and be a Friday, or `*`
    ");
}

#[test]
fn patterns_of_other_tools_are_told_with_what_to_write() {
    let patterns =
        ["cron(0 6 ? * MON-FRI *)", "cron(0 6 * * mon)", "0 0 6 * * *", "@every 15m", "@midnght"];
    assert_snapshot!(patterns.map(told_of).join("\n"), @"
    cron(0 6 ? * MON-FRI *)
    12:21-12:46: error[invalid-cron] a cron pattern has five fields, and this has 6
        help: write `0 6 * * mon-fri`
    cron(0 6 * * mon)
    12:21-12:40: error[invalid-cron] a cron pattern is five fields and nothing around them
        help: write `0 6 * * mon`
    0 0 6 * * *
    12:21-12:34: error[invalid-cron] a cron pattern has five fields, and this has 6
        help: write `0 6 * * *` if the first field is seconds, which there are none of, or `0 0 6 * *` if the last is a year
    @every 15m
    12:21-12:33: error[invalid-cron] there is no cron pattern `@every 15m`
        help: write `every: 15m` instead of `cron`
    @midnght
    12:21-12:31: error[invalid-cron] there is no cron pattern `@midnght`
        help: did you mean `@midnight`?
    ");
}

#[test]
fn a_wrong_schedule_hides_nothing_beside_it() {
    let with = |schedule: &str| {
        let text =
            group(CHECK).replace("schedule: { every: 15m }", &format!("schedule: {schedule}"));
        let text = text.replace("matchLabels: { env: prod }", "names: [nowhere]");
        problems(&(text + "    - { id: b, uses: aws/s3-bucket-exist }\n"))
    };
    let schedules = [
        "{ cron: 0 25 * * *, timezone: Europe/Berln }",
        "{ cron: 0 25 * * *, timezone: [UTC] }",
        "{ cron: 0 25 * * *, every: 5 }",
        "{ cron: 0 6 * * *, timezone: Europe/Berln }",
    ];
    assert_snapshot!(schedules.map(with).join("\n\n"), @"
    11:3-11:11: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    11:23-11:30: error[unknown-account] there is no account `nowhere`
    12:23-12:25: error[invalid-cron] `25` is no hour of a cron pattern
        help: write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    12:43-12:55: error[unknown-timezone] `Europe/Berln` is not a time zone of the IANA database, such as `Europe/Berlin`
        help: did you mean `Europe/Berlin`?
    17:22-17:41: error[unknown-check-type] there is no check type `aws/s3-bucket-exist`
        help: `cloudcorrect schema check-types` lists those that there are

    11:3-11:11: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    11:23-11:30: error[unknown-account] there is no account `nowhere`
    12:23-12:25: error[invalid-cron] `25` is no hour of a cron pattern
        help: write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    12:43-12:44: error[wrong-type] `timezone` is a list, but must be text
        help: The time zone of `cron`, by its IANA name, such as `Europe/Berlin`.
    17:22-17:41: error[unknown-check-type] there is no check type `aws/s3-bucket-exist`
        help: `cloudcorrect schema check-types` lists those that there are

    11:3-11:11: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    11:23-11:30: error[unknown-account] there is no account `nowhere`
    12:23-12:25: error[invalid-cron] `25` is no hour of a cron pattern
        help: write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    12:40-12:41: error[conflict] `every` and `cron` exclude each other
        help: keep the one that is meant
        12: the other one is here
    12:40-12:41: error[invalid-value] `5` is not an interval; write a number with `s`, `m`, `h` or `d`, such as `15m`
    17:22-17:41: error[unknown-check-type] there is no check type `aws/s3-bucket-exist`
        help: `cloudcorrect schema check-types` lists those that there are

    11:3-11:11: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    11:23-11:30: error[unknown-account] there is no account `nowhere`
    12:42-12:54: error[unknown-timezone] `Europe/Berln` is not a time zone of the IANA database, such as `Europe/Berlin`
        help: did you mean `Europe/Berlin`?
    17:22-17:41: error[unknown-check-type] there is no check type `aws/s3-bucket-exist`
        help: `cloudcorrect schema check-types` lists those that there are
    ");
}

#[test]
fn what_refers_to_a_group_is_followed_where_only_its_schedule_is_wrong() {
    let text = group(CHECK).replace("every: 15m", "cron: 0 25 * * *");
    let tested = "---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: t }
spec:
  check: storage/nope
  given: { AWS::S3::Bucket: [{ BucketName: a }] }
  expect: { pass: [a] }
";
    let waiver = "---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: w }
spec: { match: { group: storage, check: nothing }, reason: none }
";
    assert_snapshot!(problems(&(text + tested + waiver)), @"
    12:23-12:25: error[invalid-cron] `25` is no hour of a cron pattern
        help: write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    22:10-22:22: error[unknown-check] group `storage` has no check `nope`
    29:7-29:8: error[missing-key] `spec` lacks `expires`
        help: The last day on which it holds, in UTC, such as `2026-12-31`.
    29:7-29:8: error[missing-key] `spec` lacks `owner`
        help: Who answers for it.
    29:41-29:48: error[unknown-check] group `storage` has no check `nothing`
    ");
}

#[test]
fn values_of_another_shape_come_with_how_they_are_written() {
    let text = group(CHECK)
        .replace("{ matchLabels: { env: prod } }", "[prod]")
        .replace("{ every: 15m }", "15m")
        .replace("metadata: { name: storage }", "metadata: storage");
    assert_snapshot!(problems(&text), @"
    9:11-9:18: error[wrong-type] `metadata` is `storage`, but must be a mapping
        help: write it as in `metadata: { name: storage }`
    11:13-11:14: error[wrong-type] `accounts` is a list, but must be a mapping
        help: write it as in `accounts: { names: [prod] }`
    12:13-12:16: error[wrong-type] `schedule` is `15m`, but must be a mapping
        help: write it as in `schedule: { every: 15m }`
    ");
    assert_snapshot!(problems(&group(
        "    - id: a
      select: AWS::S3::Bucket
      assert: { a, b }
    - id: b
      select: AWS::S3::Bucket
      where: [a, b]
      assert:
        - resource.BucketName != \"\"
    - id: c
      uses: [x]
      with: a
"
    )), @"
    16:15-16:16: error[wrong-type] `assert` is a mapping, but must be text
        help: it is one CEL expression: join several by `&&`; quote one that begins with `[` or `{`, or put it on its own lines after `>`
    19:14-19:15: error[wrong-type] `where` is a list, but must be text
        help: it is one CEL expression: join several by `&&`; quote one that begins with `[` or `{`, or put it on its own lines after `>`
    21:9-21:10: error[wrong-type] `assert` is a list, but must be text
        help: it is one CEL expression: join several by `&&`; quote one that begins with `[` or `{`, or put it on its own lines after `>`
    23:13-23:14: error[wrong-type] `uses` is a list, but must be text
    24:13-24:14: error[wrong-type] `with` is `a`, but must be a mapping
        help: write it as in `with: { key: owner }`
    ");
}
