//! What texts of a form can never be read as.

use super::Form;

/// Thing that a function reads of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// ARN, as `arn` reads it.
    Arn,
    /// Range of addresses, or one of them.
    Range,
    /// Span of time, such as `90d`.
    Span,
    /// Instant, such as `2026-01-31T00:00:00Z`.
    Instant,
    /// Number.
    Number,
}

impl Form {
    /// `false` where no text of the form is such a thing: a name may look like a number.
    pub fn may_be(&self, reading: Reading) -> bool {
        match self {
            Self::Id(_)
            | Self::Path
            | Self::InstanceType
            | Self::Zone
            | Self::ZoneId
            | Self::Alias
            | Self::Version => false,
            Self::Arn | Self::ArnOf(_) | Self::KeyArn => reading == Reading::Arn,
            Self::Ipv4Range | Self::Ipv6Range | Self::Range | Self::Ipv4 | Self::Ipv6 => {
                reading == Reading::Range
            }
            Self::AccountId => reading == Reading::Number,
            // No colon stands in a name.
            Self::Name | Self::AnyId => !matches!(reading, Reading::Arn | Reading::Instant),
            Self::Protocol => matches!(reading, Reading::Span | Reading::Number),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_what_its_texts_may_be() {
        let form = |name: &str| Form::try_from(name.to_owned()).expect("a form");
        for (name, reading, may) in [
            ("sg-", Reading::Arn, false),
            ("name", Reading::Arn, false),
            ("groupName", Reading::Arn, true),
            ("groupName", Reading::Range, true),
            ("arn:iam:role", Reading::Arn, true),
            ("principal", Reading::Arn, true),
            ("ipv4Range", Reading::Range, true),
            ("ipv4Range", Reading::Number, false),
            ("path", Reading::Span, false),
            ("name", Reading::Span, true),
            ("name", Reading::Number, true),
            ("name", Reading::Instant, false),
            ("accountId", Reading::Number, true),
            ("accountId", Reading::Span, false),
            ("protocol", Reading::Number, true),
            ("version", Reading::Number, false),
        ] {
            assert_eq!(form(name).may_be(reading), may, "{name} {reading:?}");
        }
    }
}
