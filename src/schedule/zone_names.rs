//! Names of time zones that are none of the IANA database, and the zones that people mean by them.
//!
//! A zone of another offset is never proposed for its name alone: a schedule would run at another
//! time than the one on its page.

use super::zone::Timezone;

/// Abbreviations with the zones whose clocks show them, as the IANA database gives them (2026a, files
/// `africa` to `southamerica`) or as people say them; those that the database knows as names are not
/// among them.
const ABBREVIATIONS: [(&str, &[&str]); 55] = [
    ("ACDT", &["Australia/Adelaide"]),
    ("ACST", &["Australia/Adelaide"]),
    ("ADT", &["America/Halifax"]),
    ("AEDT", &["Australia/Sydney"]),
    ("AEST", &["Australia/Sydney"]),
    ("AKDT", &["America/Anchorage"]),
    ("AKST", &["America/Anchorage"]),
    ("ART", &["America/Argentina/Buenos_Aires"]),
    ("AST", &["America/Halifax", "Asia/Riyadh"]),
    ("AWST", &["Australia/Perth"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("BST", &["Europe/London"]),
    ("CAT", &["Africa/Maputo"]),
    ("CDT", &["America/Chicago"]),
    ("CEST", &["Europe/Berlin"]),
    ("CLT", &["America/Santiago"]),
    ("COT", &["America/Bogota"]),
    ("CST", &["America/Chicago", "Asia/Shanghai"]),
    ("CT", &["America/Chicago"]),
    ("EAT", &["Africa/Nairobi"]),
    ("EDT", &["America/New_York"]),
    ("EEST", &["Europe/Athens"]),
    ("ET", &["America/New_York"]),
    ("GST", &["Asia/Dubai"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("ICT", &["Asia/Bangkok"]),
    ("IDT", &["Asia/Jerusalem"]),
    ("IST", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("MDT", &["America/Denver"]),
    ("MESZ", &["Europe/Berlin"]),
    ("MEZ", &["Europe/Berlin"]),
    ("MSK", &["Europe/Moscow"]),
    ("MT", &["America/Denver"]),
    ("NDT", &["America/St_Johns"]),
    ("NST", &["America/St_Johns"]),
    ("NZDT", &["Pacific/Auckland"]),
    ("NZST", &["Pacific/Auckland"]),
    ("PDT", &["America/Los_Angeles"]),
    ("PET", &["America/Lima"]),
    ("PHT", &["Asia/Manila"]),
    ("PKT", &["Asia/Karachi"]),
    ("PST", &["America/Los_Angeles", "Asia/Manila"]),
    ("PT", &["America/Los_Angeles"]),
    ("SAST", &["Africa/Johannesburg"]),
    ("SGT", &["Asia/Singapore"]),
    ("SST", &["Pacific/Pago_Pago"]),
    ("TRT", &["Europe/Istanbul"]),
    ("WAT", &["Africa/Lagos"]),
    ("WEST", &["Europe/Lisbon"]),
    ("WIB", &["Asia/Jakarta"]),
    ("WIT", &["Asia/Jayapura"]),
    ("WITA", &["Asia/Makassar"]),
    ("Z", &["UTC"]),
];

/// Slips within a name that is still taken for one of the database.
const SLIPS: usize = 2;

impl Timezone {
    /// Help on a name that is no time zone.
    pub fn meant_by(name: &str) -> String {
        let place = || "name a place of the zone, as `Europe/Berlin` does".to_owned();
        let alike = |known: &&str| known.eq_ignore_ascii_case(name);
        if let Some(known) = Self::names().find(alike) {
            return format!("write `{known}`");
        }
        let is_abbreviation = |(known, _): &&(&str, _)| known.eq_ignore_ascii_case(name);
        if let Some((_, zones)) = ABBREVIATIONS.iter().find(is_abbreviation) {
            return format!("write `{}`", zones.join("` or `"));
        }
        if name.contains(|c: char| c.is_ascii_digit()) {
            return fixed(name).unwrap_or_else(place);
        }
        nearest(name).map_or_else(place, |zone| format!("did you mean `{zone}`?"))
    }
}

/// Help on a fixed offset, such as `GMT+2`. The database counts those of `Etc` from the other side, so
/// that of a name that begins so nobody knows which side is meant.
fn fixed(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let offset = upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC"))?.trim();
    let (inverse, hours) = match (offset.strip_prefix('+'), offset.strip_prefix(['-', '\u{2212}']))
    {
        (Some(hours), _) => ('-', hours),
        (_, Some(hours)) => ('+', hours),
        _ => return None,
    };
    let (hours, minutes) = hours.split_once(':').unwrap_or((hours, "00"));
    let hours: u8 = hours.parse().ok()?;
    let zone = if hours == 0 { "UTC".to_owned() } else { format!("Etc/GMT{inverse}{hours}") };
    let zone = Timezone::names().find(|known| *known == zone).filter(|_| minutes == "00")?;
    Some(format!(
        "write `{zone}`, whose clock is never changed, or name a place, as \
         `Europe/Berlin` does"
    ))
}

/// The zone of a place with that name, or nearly so.
fn nearest(name: &str) -> Option<&'static str> {
    let letters = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphabetic()).take(40).collect::<String>().to_lowercase()
    };
    let place = |name: &str| letters(name.rsplit('/').next().unwrap_or_default());
    let wanted = (letters(name), place(name));
    // Of a short name two slips make another.
    let most = if wanted.1.len() < 5 { 0 } else { SLIPS };
    let length = wanted.1.chars().count();
    let slips = |known: &'static str| {
        let named = place(known);
        // Comparing takes the product of the lengths, and these say already that there are more slips.
        if named.chars().count().abs_diff(length) > most {
            return None;
        }
        let of_place = strsim::damerau_levenshtein(&named, &wanted.1);
        let of_all = strsim::damerau_levenshtein(&letters(known), &wanted.0);
        let is_near = of_place <= most && (of_all <= most || !name.contains('/'));
        is_near.then_some((of_place, of_all, known))
    };
    Timezone::names().filter_map(slips).min().map(|(.., known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_none_mean_zones_of_the_same_time() {
        let names = [
            "PST",
            "pst",
            "MEZ",
            "CST",
            "IST",
            "Z",
            "GMT+2",
            "UTC-5",
            "utc+0",
            "Etc/GMT+15",
            "Etc/GMT+05",
            "UTC+05:30",
            "GMT+2:00",
            "utc",
            "europe/berlin",
            "Europe/Berlyn",
            "America/Newyork",
            "Berlin",
            "America/Boston",
            "Pacific Standard Time",
            "XYZ",
            "Mars",
            "",
        ];
        let told = names.map(|name| format!("{name}: {}", Timezone::meant_by(name)));
        insta::assert_snapshot!(told.join("\n"), @"
        PST: write `America/Los_Angeles` or `Asia/Manila`
        pst: write `America/Los_Angeles` or `Asia/Manila`
        MEZ: write `Europe/Berlin`
        CST: write `America/Chicago` or `Asia/Shanghai`
        IST: write `Asia/Kolkata` or `Europe/Dublin` or `Asia/Jerusalem`
        Z: write `UTC`
        GMT+2: write `Etc/GMT-2`, whose clock is never changed, or name a place, as `Europe/Berlin` does
        UTC-5: write `Etc/GMT+5`, whose clock is never changed, or name a place, as `Europe/Berlin` does
        utc+0: write `UTC`, whose clock is never changed, or name a place, as `Europe/Berlin` does
        Etc/GMT+15: name a place of the zone, as `Europe/Berlin` does
        Etc/GMT+05: name a place of the zone, as `Europe/Berlin` does
        UTC+05:30: name a place of the zone, as `Europe/Berlin` does
        GMT+2:00: write `Etc/GMT-2`, whose clock is never changed, or name a place, as `Europe/Berlin` does
        utc: write `UTC`
        europe/berlin: write `Europe/Berlin`
        Europe/Berlyn: did you mean `Europe/Berlin`?
        America/Newyork: did you mean `America/New_York`?
        Berlin: did you mean `Europe/Berlin`?
        America/Boston: name a place of the zone, as `Europe/Berlin` does
        Pacific Standard Time: name a place of the zone, as `Europe/Berlin` does
        XYZ: name a place of the zone, as `Europe/Berlin` does
        Mars: name a place of the zone, as `Europe/Berlin` does
        : name a place of the zone, as `Europe/Berlin` does
        ");
    }

    /// The zones of the table are those of the database, and none of its abbreviations is a name
    /// of it, which would be read.
    #[test]
    fn the_table_names_zones() {
        for (abbreviation, zones) in ABBREVIATIONS {
            assert!(abbreviation.parse::<Timezone>().is_err(), "{abbreviation}");
            for zone in zones {
                assert!(zone.parse::<Timezone>().is_ok(), "{zone}");
            }
        }
        assert!(ABBREVIATIONS.is_sorted());
    }
}
