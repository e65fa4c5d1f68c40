//! What is told comes with how it is written.

use insta::assert_snapshot;

use super::*;

#[test]
fn cron_patterns_are_told_at_the_field() {
    let told = |pattern: &str| {
        let text = group(CHECK).replace("every: 15m", &format!("cron: '{pattern}'"));
        format!("{pattern}\n{}", problems(&text))
    };
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
    assert_snapshot!(patterns.map(told).join("\n"), @"
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
    12:30-12:36: error[invalid-cron] `monday` is no weekday of a cron pattern
        help: write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
    0 6 * *
    12:21-12:30: error[invalid-cron] a cron pattern has five fields, and this has 4
        help: write minute, hour, day of the month, month and weekday, such as `0 6 * * mon-fri`
    @dai-ly
    12:21-12:30: error[invalid-cron] there is no cron pattern `@dai-ly`
        help: did you mean `@daily`?
    0 0 30 2 *
    12:21-12:33: error[invalid-cron] `0 0 30 2 *` never comes: there is no such day
    */0 * * * *
    12:22-12:25: error[invalid-cron] `*/0` is no minute of a cron pattern
        help: write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
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
