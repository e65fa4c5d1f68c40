//! What the patterns of other tools are here.
//!
//! - AWS (user guide of `EventBridge`, "Using cron and rate expressions", read in 2026-11):
//!   `cron(0 6 ? * MON-FRI *)` has a year behind the weekday, which counts from 1 for Sunday, and
//!   `rate(5 minutes)` is an interval.
//! - Quartz (2.5, "`CronTrigger` Tutorial"): seconds before the minute, weekdays as in AWS, perhaps a
//!   year.
//! - Spring, node-cron and others: seconds before the minute, weekdays as here.
//! - robfig/cron 3, which Kubernetes uses: `@every 1h`, and `CRON_TZ=Europe/Berlin` or `TZ=` in front.

use super::cron::Cron;
use super::every::Every;
use super::field::{digits, is_number};
use super::zone::Timezone;

/// The longest pattern that is looked at, in bytes.
const LONGEST: usize = 200;

/// Advice what to write for a pattern that is none here, if it means something elsewhere.
pub fn meant_by(pattern: &str) -> Option<String> {
    let pattern = pattern.trim();
    if pattern.len() > LONGEST {
        return None;
    }
    if let Some(fields) = within(pattern, "cron") {
        return of_aws(fields);
    }
    if let Some(rate) = within(pattern, "rate") {
        return every(rate);
    }
    if let Some(interval) = pattern.strip_prefix("@every ") {
        return every(interval);
    }
    let fields: Vec<&str> = pattern.split_whitespace().collect();
    if let [zone, fields @ ..] = &*fields
        && let Some((name, zone)) = zone.split_once('=')
    {
        return in_zone(name, zone, fields);
    }
    of_more(&fields)
}

/// What stands in the brackets behind a name.
fn within<'a>(pattern: &'a str, name: &str) -> Option<&'a str> {
    let rest = pattern.get(name.len()..)?.trim_start().strip_prefix('(')?;
    let is_named = pattern.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
    is_named.then(|| rest.strip_suffix(')').unwrap_or(rest))
}

/// Advice for the fields of AWS.
fn of_aws(fields: &str) -> Option<String> {
    let fields: Vec<&str> = fields.split_whitespace().collect();
    match &*fields {
        [five @ .., year] if five.len() == 5 => {
            let meant = good(five, true)?;
            let without = if is_any_year(year) { "" } else { ", which has no year" };
            Some(format!("write `{meant}`{without}"))
        }
        five => Some(format!("write `{}`", good(five, counts_from_one(five))?)),
    }
}

/// Advice for an interval: `5 minutes`, `1 hour`, `90m`, `1h0m0s`.
fn every(interval: &str) -> Option<String> {
    let text = interval.trim();
    let number_ends = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(number_ends);
    let (mut count, unit) = (digits(number)?, unit.trim());
    let mut letter = unit.chars().next()?.to_ascii_lowercase();
    let mut rest = unit.get(1..)?;
    let is_word = ["second", "minute", "hour", "day"]
        .iter()
        .any(|word| unit.trim_end_matches(['s', 'S']).eq_ignore_ascii_case(word));
    if !is_word {
        // `1h30m`: smaller units go on with a number each, from larger ones on.
        while !rest.is_empty() {
            let number_ends = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, unit) = rest.split_at(number_ends);
            let (number, smaller) = (digits(number)?, unit.chars().next()?);
            rest = unit.get(1..)?;
            if number > 0 {
                count = count.checked_mul(ratio(letter, smaller)?)?.checked_add(number)?;
                letter = smaller;
            }
        }
    }
    let every: Every = format!("{count}{letter}").parse().ok()?;
    Some(format!("write `every: {every}` instead of `cron`"))
}

/// How many of a smaller unit are one of a larger one.
fn ratio(larger: char, smaller: char) -> Option<u32> {
    match (larger, smaller) {
        ('h', 'm') | ('m', 's') => Some(60),
        ('h', 's') => Some(3_600),
        _ => None,
    }
}

/// Advice for a zone in front of the fields.
fn in_zone(name: &str, zone: &str, fields: &[&str]) -> Option<String> {
    let is_zone = ["TZ", "CRON_TZ"].contains(&name) && zone.parse::<Timezone>().is_ok();
    // robfig/cron has `?` as well, and counts weekdays as here.
    let meant = good(fields, false).filter(|_| is_zone)?;
    Some(format!("write `{meant}`, and `timezone: {zone}` beside `cron`"))
}

/// Advice for a second in front of the five fields, a year behind them, or both.
fn of_more(fields: &[&str]) -> Option<String> {
    let counts_from_one = counts_from_one(fields);
    match fields {
        [_, five @ .., year] if five.len() == 5 => {
            let meant = good(five, counts_from_one)?;
            let without =
                if is_any_year(year) { "no seconds" } else { "neither seconds nor years" };
            Some(format!("write `{meant}`: there are {without}"))
        }
        [second, four @ .., year] if four.len() == 4 => {
            let is_second = *second == "*" || good(&[second, "*", "*", "*", "*"], false).is_some();
            let behind = fields.get(1..).filter(|_| is_second);
            let before = fields.get(..5).filter(|_| is_any_year(year) || is_year(year));
            let [behind, before] =
                [behind, before].map(|five| five.and_then(|five| good(five, counts_from_one)));
            match (behind, before) {
                (Some(meant), Some(other)) if meant != other => Some(format!(
                    "write `{meant}` if the first field is seconds, which there are none of, or \
                     `{other}` if the last is a year"
                )),
                (Some(meant), _) => Some(format!("write `{meant}`: there are no seconds")),
                (None, Some(meant)) => Some(format!("write `{meant}`: there are no years")),
                (None, None) => None,
            }
        }
        _ => None,
    }
}

/// `true` for a pattern with `?`, as AWS and Quartz have it, whose weekdays count from 1.
fn counts_from_one(fields: &[&str]) -> bool {
    fields.contains(&"?")
}

fn is_any_year(year: &str) -> bool {
    year == "*" || year == "?" || year == "*/1"
}

fn is_year(year: &str) -> bool {
    year.len() >= 4 && year.get(..4).is_some_and(is_number)
}

/// Five fields as a pattern of ours, if they are one.
fn good(fields: &[&str], counts_from_one: bool) -> Option<String> {
    let [minute, hour, day, month, weekday] = fields else { return None };
    let [month, weekday] = [month, weekday].map(|field| field.to_ascii_lowercase());
    let weekday = if counts_from_one { from_one(&weekday)? } else { weekday };
    let any = |field| if field == "?" { "*" } else { field };
    let fields = [minute, hour, any(day), &*month, any(&*weekday)];
    let pattern = fields.join(" ");
    Cron::new(&pattern, Timezone::default()).is_ok().then_some(pattern)
}

/// Weekdays that count from 1 as names, where they are numbers.
fn from_one(weekdays: &str) -> Option<String> {
    const NAMES: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let mut out = String::new();
    let mut before = ' ';
    let mut rest = weekdays;
    while let Some(c) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(length.max(c.len_utf8()));
        match number.parse::<usize>() {
            Ok(number) if !matches!(before, '/' | '#') => {
                let (at, is_last) = (number.checked_sub(1)?, behind.starts_with('l'));
                let name = NAMES.get(at)?;
                out.push_str(&if is_last { at.to_string() } else { (*name).to_owned() });
            }
            _ if number == "l" => out.push('L'),
            _ => out.push_str(number),
        }
        before = number.chars().last().unwrap_or(' ');
        rest = behind;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(pattern: &str) -> String {
        let advice = meant_by(pattern).unwrap_or_else(|| "nothing".to_owned());
        format!("{pattern} -> {advice}")
    }

    #[test]
    fn patterns_of_aws_are_written_in_ours() {
        let patterns = [
            "cron(0 6 ? * MON-FRI *)",
            "cron(0/15 9-17 ? * 2-6 *)",
            "cron(0 6 1 * ? 2027)",
            "cron(0 6 ? * 6L *)",
            "cron(0 6 ? * 3#2 *)",
            "Cron(0 6 * * mon)",
            "cron(0 6 ? * 2-6)",
            "cron(0 6 * * 2-6)",
            "cron(0 6 L * ? *",
            "cron(0 6 ? * 8 *)",
            "rate(5 minutes)",
            "rate(1 hour)",
            "rate(40 days)",
        ];
        insta::assert_snapshot!(patterns.map(advice).join("\n"), @"
        cron(0 6 ? * MON-FRI *) -> write `0 6 * * mon-fri`
        cron(0/15 9-17 ? * 2-6 *) -> write `0/15 9-17 * * mon-fri`
        cron(0 6 1 * ? 2027) -> write `0 6 1 * *`, which has no year
        cron(0 6 ? * 6L *) -> write `0 6 * * 5L`
        cron(0 6 ? * 3#2 *) -> write `0 6 * * tue#2`
        Cron(0 6 * * mon) -> write `0 6 * * mon`
        cron(0 6 ? * 2-6) -> write `0 6 * * mon-fri`
        cron(0 6 * * 2-6) -> write `0 6 * * 2-6`
        cron(0 6 L * ? * -> write `0 6 L * *`
        cron(0 6 ? * 8 *) -> nothing
        rate(5 minutes) -> write `every: 5m` instead of `cron`
        rate(1 hour) -> write `every: 1h` instead of `cron`
        rate(40 days) -> nothing
        ");
    }

    #[test]
    fn patterns_of_other_tools_are_written_in_ours() {
        let patterns = [
            "@every 1h30m",
            "@every 1h0m0s",
            "@every 15m",
            "@every 1w",
            "0 0 6 * * *",
            "0 0 6 ? * MON-FRI",
            "0 0 6 ? * 2-6",
            "0 0 6 ? * 2-6 *",
            "0 0 6 ? * MON 2027",
            "*/10 * * * * *",
            "* * * * * *",
            "0 6 ? * MON-FRI *",
            "0 6 * * mon-fri 2027",
            "CRON_TZ=Europe/Berlin 0 6 * * *",
            "TZ=Nowhere 0 6 * * *",
            "TZ=UTC 0 6 ? * 2-6",
            "0 6 * * * /usr/bin/check",
            "0 6 * *",
            "H H * * * *",
            "",
        ];
        insta::assert_snapshot!(patterns.map(advice).join("\n"), @"
        @every 1h30m -> write `every: 90m` instead of `cron`
        @every 1h0m0s -> write `every: 1h` instead of `cron`
        @every 15m -> write `every: 15m` instead of `cron`
        @every 1w -> nothing
        0 0 6 * * * -> write `0 6 * * *` if the first field is seconds, which there are none of, or `0 0 6 * *` if the last is a year
        0 0 6 ? * MON-FRI -> write `0 6 * * mon-fri`: there are no seconds
        0 0 6 ? * 2-6 -> write `0 6 * * mon-fri`: there are no seconds
        0 0 6 ? * 2-6 * -> write `0 6 * * mon-fri`: there are no seconds
        0 0 6 ? * MON 2027 -> write `0 6 * * mon`: there are neither seconds nor years
        */10 * * * * * -> write `* * * * *` if the first field is seconds, which there are none of, or `*/10 * * * *` if the last is a year
        * * * * * * -> write `* * * * *`: there are no seconds
        0 6 ? * MON-FRI * -> write `0 6 * * mon-fri`: there are no years
        0 6 * * mon-fri 2027 -> write `0 6 * * mon-fri`: there are no years
        CRON_TZ=Europe/Berlin 0 6 * * * -> write `0 6 * * *`, and `timezone: Europe/Berlin` beside `cron`
        TZ=Nowhere 0 6 * * * -> nothing
        TZ=UTC 0 6 ? * 2-6 -> write `0 6 * * 2-6`, and `timezone: UTC` beside `cron`
        0 6 * * * /usr/bin/check -> nothing
        0 6 * * -> nothing
        H H * * * * -> nothing
         -> nothing
        ");
    }
}
