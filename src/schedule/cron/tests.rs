//! Times of patterns: by hand, against every minute of a clock, and beside another crate.

use proptest::prelude::*;

use super::*;

fn cron(pattern: &str, zone: &str) -> Cron {
    Cron::new(pattern, zone.parse().expect("a zone")).expect("a pattern")
}

/// The times after an instant, in UTC.
fn times(pattern: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let cron = cron(pattern, zone);
    let start: DateTime<Utc> = after.parse().expect("an instant");
    let times = std::iter::successors(Some(cron.next(start)), |time| Some(cron.next(*time)));
    times.take(count).map(|time| time.format("%m-%dT%H:%M").to_string()).collect()
}

#[test]
fn times_follow_the_clock_on_the_wall() {
    let weekdays = times("0 6 * * mon-fri", "Europe/Berlin", "2026-07-03T03:00:00Z", 3);
    assert_eq!(weekdays, ["07-03T04:00", "07-06T04:00", "07-07T04:00"]);
    let winter = times("0 6 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", 3);
    assert_eq!(winter, ["10-24T04:00", "10-25T05:00", "10-26T05:00"]);
    let either = times("0 0 1 * fri", "UTC", "2026-11-01T00:00:00Z", 4);
    assert_eq!(either, ["11-06T00:00", "11-13T00:00", "11-20T00:00", "11-27T00:00"]);
}

/// The rules of crontab(5) for daylight saving: New York, 2026-03-08 and 2026-11-01 at 2:00.
#[test]
fn a_skipped_time_comes_after_the_gap_and_a_repeated_one_once() {
    let skipped = times("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2);
    assert_eq!(skipped, ["03-08T07:00", "03-09T06:30"]);
    let repeated = times("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2);
    assert_eq!(repeated, ["11-01T05:30", "11-02T06:30"]);
}

/// The times from one instant to another on the clock on the wall.
fn local(pattern: &str, zone: &str, from: &str, to: &str) -> String {
    let cron = cron(pattern, zone);
    let [start, end] = [from, to].map(|text| text.parse::<DateTime<Utc>>().expect("an instant"));
    let times = std::iter::successors(Some(cron.next(start)), |time| Some(cron.next(*time)));
    let zone: chrono_tz::Tz = zone.parse().expect("a zone");
    let times = times.take_while(|time| *time < end);
    let times = times.map(|time| time.with_timezone(&zone).format("%H:%M %Z").to_string());
    format!("{pattern}: {}", times.collect::<Vec<_>>().join(", "))
}

/// Berlin: 2027-03-28, 2:00 to 3:00 is skipped; 2026-10-25, 2:00 to 3:00 comes twice.
#[test]
fn each_of_several_times_a_day_is_kept_over_changes_of_clocks() {
    let patterns = [
        "0 2,14 * * *",
        "0,30 2 * * *",
        "30 1-3 * * *",
        "0 2-23/6 * * *",
        "0 2,3 * * *",
        "30 2-2 * * *",
        "*/20 2 * * *",
        "59 2 * * *",
        "0 0-5 * * *",
        "0 2/12 * * *",
        "0 2 28,25 3,10 *",
        "0 * * * *",
        "0 */2 * * *",
        "15 */1 * * *",
        "@daily",
    ];
    let berlin =
        |from, to| patterns.map(|pattern| local(pattern, "Europe/Berlin", from, to)).join("\n");
    insta::assert_snapshot!(berlin("2027-03-27T22:59:59Z", "2027-03-28T04:00:00Z"), @"
    0 2,14 * * *: 03:00 CEST
    0,30 2 * * *: 03:00 CEST
    30 1-3 * * *: 01:30 CET, 03:00 CEST, 03:30 CEST
    0 2-23/6 * * *: 03:00 CEST
    0 2,3 * * *: 03:00 CEST
    30 2-2 * * *: 03:00 CEST
    */20 2 * * *: 03:00 CEST
    59 2 * * *: 03:00 CEST
    0 0-5 * * *: 00:00 CET, 01:00 CET, 03:00 CEST, 04:00 CEST, 05:00 CEST
    0 2/12 * * *: 03:00 CEST
    0 2 28,25 3,10 *: 03:00 CEST
    0 * * * *: 00:00 CET, 01:00 CET, 03:00 CEST, 04:00 CEST, 05:00 CEST
    0 */2 * * *: 00:00 CET, 04:00 CEST
    15 */1 * * *: 00:15 CET, 01:15 CET, 03:15 CEST, 04:15 CEST, 05:15 CEST
    @daily: 00:00 CET
    ");
    insta::assert_snapshot!(berlin("2026-10-24T21:59:59Z", "2026-10-25T04:00:00Z"), @"
    0 2,14 * * *: 02:00 CEST
    0,30 2 * * *: 02:00 CEST, 02:30 CEST
    30 1-3 * * *: 01:30 CEST, 02:30 CEST, 03:30 CET
    0 2-23/6 * * *: 02:00 CEST
    0 2,3 * * *: 02:00 CEST, 03:00 CET
    30 2-2 * * *: 02:30 CEST
    */20 2 * * *: 02:00 CEST, 02:20 CEST, 02:40 CEST
    59 2 * * *: 02:59 CEST
    0 0-5 * * *: 00:00 CEST, 01:00 CEST, 02:00 CEST, 03:00 CET, 04:00 CET
    0 2/12 * * *: 02:00 CEST
    0 2 28,25 3,10 *: 02:00 CEST
    0 * * * *: 00:00 CEST, 01:00 CEST, 02:00 CEST, 02:00 CET, 03:00 CET, 04:00 CET
    0 */2 * * *: 00:00 CEST, 02:00 CEST, 02:00 CET, 04:00 CET
    15 */1 * * *: 00:15 CEST, 01:15 CEST, 02:15 CEST, 02:15 CET, 03:15 CET, 04:15 CET
    @daily: 00:00 CEST
    ");
}

#[test]
fn half_an_hour_and_a_day_may_be_skipped() {
    // Half an hour, from 2:00 to 2:30.
    let howe = |pattern| {
        local(pattern, "Australia/Lord_Howe", "2026-10-03T13:00:00Z", "2026-10-03T17:00:00Z")
    };
    insta::assert_snapshot!(["10 2,3 * * *", "10 * * * *"].map(howe).join("\n"), @"
    10 2,3 * * *: 02:30 +11, 03:10 +11
    10 * * * *: 00:10 +1030, 01:10 +1030, 03:10 +11
    ");
    // The whole of 2011-12-30.
    let apia =
        |pattern| local(pattern, "Pacific/Apia", "2011-12-30T06:00:00Z", "2011-12-31T06:00:00Z");
    insta::assert_snapshot!(["0 6,18 * * *", "0 6 30 12 *"].map(apia).join("\n"), @"
    0 6,18 * * *: 00:00 +14, 06:00 +14, 18:00 +14
    0 6 30 12 *: 00:00 +14
    ");
}

#[test]
fn a_repeated_time_is_not_lost_from_wherever_it_is_asked() {
    let next = |pattern: &str, now: &str| {
        let now: DateTime<Utc> = now.parse().expect("an instant");
        cron(pattern, "Europe/Berlin").next(now).format("%H:%M:%S").to_string()
    };
    // 2:50 in summer: of 2:00 to 3:00 the clock will show all again.
    assert_eq!(next("20 * * * *", "2026-10-25T00:50:30Z"), "01:20:00");
    assert_eq!(next("55 * * * *", "2026-10-25T00:50:30Z"), "00:55:00");
    // 2:10 in winter, behind 2:00 of both.
    assert_eq!(next("0 * * * *", "2026-10-25T01:10:00Z"), "02:00:00");
    assert_eq!(next("0,30 2,3 * * *", "2026-10-25T01:10:00Z"), "02:00:00");
    // At the very instant, and within its minute.
    assert_eq!(next("0 3 * * *", "2027-03-28T00:59:59.999Z"), "01:00:00");
    assert_eq!(next("30 2,3 * * *", "2027-03-28T01:00:00Z"), "01:30:00");
}

/// All minutes from one instant to another.
fn minutes(start: DateTime<Utc>, end: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    std::iter::successors(Some(start), |at| Some(*at + TimeDelta::minutes(1)))
        .take_while(move |at| *at < end)
}

/// Instants at which a pattern is due, found by looking at the clock on the wall each minute.
fn due_by_the_minute(cron: &Cron, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let fits = |time: NaiveDateTime| cron.times.first_from(time) == Some(time);
    let mut due = Vec::new();
    let mut latest = cron.zone.local(start).expect("a time");
    for at in minutes(start, end).skip(1) {
        let shown = cron.zone.local(at).expect("a time");
        let is_due = if cron.follows_clock {
            fits(shown)
        } else {
            // Whatever the clock has come to or gone past for the first time.
            let new =
                std::iter::successors(Some(latest), |time| Some(*time + TimeDelta::minutes(1)));
            new.skip(1).take_while(|time| *time <= shown).any(fits)
        };
        latest = latest.max(shown);
        if is_due {
            due.push(at);
        }
    }
    due
}

/// A number, a range, a list or a step within bounds, as a field has it.
fn field(low: u32, high: u32) -> impl Strategy<Value = String> {
    let number = || low..=high;
    let range = || (number(), number()).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let step = 2..=(high - low) / 2;
    prop_oneof![
        Just("*".to_owned()),
        number().prop_map(|number| number.to_string()),
        proptest::collection::vec(number(), 1..4).prop_map(|all| all
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")),
        range().prop_map(|(a, b)| format!("{a}-{b}")),
        step.clone().prop_map(|step| format!("*/{step}")),
        (low..=low + (high - low) / 3, step.clone())
            .prop_map(|(a, step)| format!("{a}/{}", 1 + step / 2)),
    ]
}

fn day() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => field(1, 31),
        1 => Just("L".to_owned()),
        1 => Just("LW".to_owned()),
        2 => (1_u32..=31).prop_map(|day| format!("{day}W")),
        1 => Just("?".to_owned()),
    ]
}

fn weekday() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("*".to_owned()),
        3 => field(0, 6),
        1 => (0_u32..=6, 1..=5).prop_map(|(day, nth)| format!("{day}#{nth}")),
        1 => (0_u32..=6).prop_map(|day| format!("{day}L")),
        1 => field(0, 6).prop_map(|days| format!("+{days}")),
        1 => Just("mon-fri".to_owned()),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    (field(0, 59), field(0, 23), day(), field(1, 12), weekday())
        .prop_map(|fields| [fields.0, fields.1, fields.2, fields.3, fields.4].join(" "))
}

/// Zones in the whole variety of changes: an hour, half an hour, at midnight, twice around a month of
/// fasting, a whole day, and none.
const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Europe/Dublin",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Pacific/Chatham",
];

/// A day or so around a change of the clocks of a zone in a year, or around some day of it.
fn window(zone: Timezone, year: i32, change: usize) -> (DateTime<Utc>, DateTime<Utc>) {
    let start: DateTime<Utc> = format!("{year}-01-01T00:00:00Z").parse().expect("an instant");
    let offset = |at: DateTime<Utc>| zone.local(at).expect("a time") - at.naive_utc();
    let days = (0..365).map(|day| start + TimeDelta::days(day));
    let changes = days.filter(|at| offset(*at) != offset(*at + TimeDelta::days(1)));
    let all: Vec<_> = changes.collect();
    let at = all.get(change % all.len().max(1)).copied();
    let at = at.unwrap_or(start + TimeDelta::days(i64::try_from(change % 365).expect("a day")));
    (at - TimeDelta::hours(18), at + TimeDelta::hours(42))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Each slot on the clock on the wall comes exactly once, in order, over each change of clocks,
    /// or as the clock shows it where the hour is `*`.
    #[test]
    fn slots_come_as_a_clock_on_the_wall_would_have_them(
        pattern in prop_oneof![
            pattern(),
            (field(0, 59), field(0, 23)).prop_map(|(minute, hour)| format!("{minute} {hour} * * *")),
            (field(0, 59), 0..=4).prop_map(|(minute, hour)| format!("{minute} {hour} * * *")),
        ],
        zone in proptest::sample::select(&ZONES[..]),
        year in 1990_i32..2060,
        change in 0_usize..400,
    ) {
        let zone: Timezone = zone.parse().expect("a zone");
        let Ok(cron) = Cron::new(&pattern, zone) else { return Ok(()) };
        let (start, end) = window(zone, year, change);
        let times = std::iter::successors(Some(cron.next(start)), |time| Some(cron.next(*time)));
        let found: Vec<_> = times.take_while(|time| *time < end).collect();
        let wanted = due_by_the_minute(&cron, start, end);
        prop_assert_eq!(&found, &wanted);
        for at in minutes(start, end).step_by(7) {
            let next = cron.next(at + TimeDelta::seconds(30));
            let wanted = wanted.iter().find(|due| **due > at);
            prop_assert!(wanted.is_none_or(|due| *due == next), "{} {:?} {}", at, wanted, next);
        }
    }

    /// Without changes of clocks the times are those of croner 4.0.3.
    #[test]
    fn times_in_utc_are_those_of_another_crate(
        pattern in pattern(),
        start in 946_684_800_i64..4_102_444_800,
    ) {
        let Ok(ours) = Cron::new(&pattern, Timezone::default()) else { return Ok(()) };
        // What croner lacks: a step from a value on.
        let fields: Vec<&str> = pattern.split(' ').collect();
        let is_from = |field: &&str| field.contains('/') && !field.contains('*');
        prop_assume!(!fields.iter().any(is_from));
        let theirs: croner::Cron = pattern.parse().expect("a pattern");
        let mut now = DateTime::from_timestamp(start, 0).expect("an instant");
        for _ in 0..50 {
            let next = ours.next(now);
            let other = theirs.find_next_occurrence(&now, false).ok();
            prop_assert_eq!(Some(next), other);
            now = next;
        }
    }

    /// No two times are further apart than the longest gap, and some are as far: looked at over all
    /// days of the calendar.
    #[test]
    fn the_longest_gap_is_met(day in day(), month in field(1, 12), weekday in weekday()) {
        let pattern = format!("0 0 {day} {month} {weekday}");
        let Ok(cron) = Cron::new(&pattern, Timezone::default()) else { return Ok(()) };
        let first = cron.next(DateTime::UNIX_EPOCH);
        let end = first + TimeDelta::days(146_097);
        let times = std::iter::successors(Some(first), |time| Some(cron.next(*time)));
        let mut gaps = times.take_while(|time| *time <= end).scan(first, |before, time| {
            Some(time - std::mem::replace(before, time))
        });
        let met = gaps.by_ref().max().and_then(|gap| gap.to_std().ok());
        prop_assert_eq!(met, Some(cron.longest_gap()), "{}", pattern);
    }
}

#[test]
fn the_longest_gap_is_the_true_one() {
    let gap = |pattern: &str| {
        let minutes = cron(pattern, "Europe/Berlin").longest_gap().as_secs() / 60;
        format!("{pattern}: {}d {}h {}m", minutes / 1_440, minutes / 60 % 24, minutes % 60)
    };
    let patterns = [
        "* * * * *",
        "*/30 * * * *",
        "*/5 9-17 * * mon-fri",
        "* 9 1 1 *",
        "*/30 * * * mon-fri",
        "0 6 * * *",
        "0 */5 * * *",
        "0,10 0 * * *",
        "0 0 1-5 1-11 *",
        "0 0 31 * *",
        "0 0 29 2 *",
        "0 0 29 2 +mon#5",
        "0 0 LW * *",
        "0 0 * * fri#5",
        "@midnight",
        "@weekly",
        "@yearly",
    ];
    insta::assert_snapshot!(patterns.map(gap).join("\n"), @"
    * * * * *: 0d 0h 1m
    */30 * * * *: 0d 0h 30m
    */5 9-17 * * mon-fri: 2d 15h 5m
    * 9 1 1 *: 365d 23h 1m
    */30 * * * mon-fri: 2d 0h 30m
    0 6 * * *: 1d 0h 0m
    0 */5 * * *: 0d 5h 0m
    0,10 0 * * *: 0d 23h 50m
    0 0 1-5 1-11 *: 57d 0h 0m
    0 0 31 * *: 61d 0h 0m
    0 0 29 2 *: 2921d 0h 0m
    0 0 29 2 +mon#5: 14609d 0h 0m
    0 0 LW * *: 33d 0h 0m
    0 0 * * fri#5: 119d 0h 0m
    @midnight: 1d 0h 0m
    @weekly: 7d 0h 0m
    @yearly: 366d 0h 0m
    ");
}

#[test]
fn days_that_come_seldom_are_found() {
    let next = |pattern: &str, now: &str| {
        let now: DateTime<Utc> = now.parse().expect("an instant");
        cron(pattern, "UTC").next(now).to_string()
    };
    let cases = [
        ("0 0 29 2 *", "2096-03-01T00:00:00Z"),
        ("0 0 29 2 +mon#5", "2072-03-01T00:00:00Z"),
        ("0 0 31W 1 +fri", "2026-01-01T00:00:00Z"),
        ("0 0 * 2 fri#5", "2026-01-01T00:00:00Z"),
        ("59 23 31 12 *", "2026-12-31T23:59:00Z"),
        ("0 0 L 2 *", "2027-12-31T23:59:00Z"),
    ];
    let cases = cases.map(|(pattern, now)| format!("{pattern}: {}", next(pattern, now)));
    insta::assert_snapshot!(cases.join("\n"), @"
    0 0 29 2 *: 2104-02-29 00:00:00 UTC
    0 0 29 2 +mon#5: 2112-02-29 00:00:00 UTC
    0 0 31W 1 +fri: 2026-01-30 00:00:00 UTC
    0 0 * 2 fri#5: 2036-02-29 00:00:00 UTC
    59 23 31 12 *: 2027-12-31 23:59:00 UTC
    0 0 L 2 *: 2028-02-29 00:00:00 UTC
    ");
    let end = DateTime::<Utc>::MAX_UTC;
    assert_eq!(cron("0 0 29 2 *", "Europe/Berlin").next(end), end);
    let start = DateTime::<Utc>::MIN_UTC;
    assert!(cron("0 0 29 2 *", "America/New_York").next(start) >= start);
}

#[test]
fn the_longest_gap_tells_when_a_result_is_late() {
    let hours = |pattern: &str| cron(pattern, "UTC").longest_gap().as_secs() / 3_600;
    assert_eq!(["0 6 * * mon-fri", "*/30 * * * *", "0 0 31 * *"].map(hours), [72, 0, 61 * 24]);
    assert_eq!(hours("0 0 1-5 1-11 *"), 57 * 24);
    // A century without a leap day is seen too.
    assert_eq!(hours("0 0 29 2 *"), (8 * 365 + 1) * 24);
}

#[test]
fn what_is_no_pattern_says_why() {
    let reported = |pattern: &str| match Cron::new(pattern, Timezone::default()) {
        Ok(cron) => cron.to_string(),
        Err(error) => error.to_string(),
    };
    let patterns = [
        "",
        "0 6 * *",
        "61 * * * *",
        "0 0 30 2 *",
        "* * * * * *",
        "0 6 * * monday",
        "@dai-ly",
        "@Daily",
        "0 6 @daily * *",
        "0 0 31 2,4,6,9,11 *",
        "0 0 31W 2 *",
        "0 0 1-7 * +mon#2",
        "0 0 29 2 +mon#5",
        "0 0 29 2 +mon#4",
        "0 0 LW * +sat",
    ];
    insta::assert_snapshot!(patterns.map(reported).join("\n"), @"
    a cron pattern has five fields, and this has 0
    a cron pattern has five fields, and this has 4
    `61` is no minute of a cron pattern
    `0 0 30 2 *` never comes: there is no such day
    a cron pattern has five fields, and this has 6
    `monday` is no weekday of a cron pattern: a name has three letters
    there is no cron pattern `@dai-ly`
    @Daily UTC
    `@daily` is no day of the month of a cron pattern
    `0 0 31 2,4,6,9,11 *` never comes: there is no such day
    `0 0 31W 2 *` never comes: there is no such day
    `0 0 1-7 * +mon#2` never comes: there is no such day
    0 0 29 2 +mon#5 UTC
    `0 0 29 2 +mon#4` never comes: there is no such day
    `0 0 LW * +sat` never comes: there is no such day
    ");
}
