//! Patterns of actions and resources, held against each other.
//!
//! What a policy names is a pattern, and what is asked may be one: `s3:*` asks for all actions of a
//! service. So it is not enough that a text is as a pattern says: a pattern must say all that the
//! other says, or nothing of it.

use crate::expression::EvalBudget;
use crate::resource::Failure;

/// Pairs of places in two patterns that are compared at the cost of a step.
const CELLS_PER_STEP: usize = 16;

/// Sign of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// The character itself.
    Letter(char),
    /// Any character: `?`.
    One,
    /// Any characters, or none: `*`.
    Any,
    /// The characters of a policy variable, or none, which nobody knows before a request.
    Variable,
}

/// Pattern of an action or a resource.
#[derive(Debug)]
pub(super) struct Pattern {
    /// Its signs, where of neighbouring wildcards each `?` is before `*`, of which there is one.
    signs: Vec<Sign>,
    has_variable: bool,
}

/// What is known of two patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    /// A policy variable decides.
    Perhaps,
}

/// Way to read a pattern.
pub(super) type Read = fn(&str, &mut EvalBudget) -> Result<Pattern, Failure>;

impl Pattern {
    /// Way to read what a statement says of resources, with or without variables.
    pub(super) fn reader(is_without_variables: bool) -> Read {
        if is_without_variables { Self::of_asked_resource } else { Self::of_resource }
    }

    /// Pattern of actions, whose case does not matter.
    pub(super) fn of_action(text: &str, budget: &mut EvalBudget) -> Result<Self, Failure> {
        let signs = text.chars().map(|sign| plain(sign.to_ascii_lowercase()));
        Self::new(text.len(), signs, budget)
    }

    /// Pattern of actions that is asked: `*` is that of all actions of all services, and no service
    /// and no action has an empty name.
    pub(super) fn of_asked_action(text: &str, budget: &mut EvalBudget) -> Result<Self, Failure> {
        budget.allocate(text.len() + 4)?;
        let named = |part: &str| if part == "*" { "?*".to_owned() } else { part.to_owned() };
        let (service, name) = text.split_once(':').unwrap_or((text, text));
        Self::of_action(&format!("{}:{}", named(service), named(name)), budget)
    }

    /// Pattern of resources without variables.
    pub(super) fn of_asked_resource(text: &str, budget: &mut EvalBudget) -> Result<Self, Failure> {
        Self::new(text.len(), text.chars().map(plain), budget)
    }

    /// Pattern of resources as a policy writes it. `${*}`, `${?}` and `${$}` are those characters,
    /// and what else stands in `${` and `}` is a variable (IAM User Guide, "IAM policy elements:
    /// Variables and tags", November 2026).
    pub(super) fn of_resource(text: &str, budget: &mut EvalBudget) -> Result<Self, Failure> {
        let mut rest = text;
        let signs = std::iter::from_fn(|| {
            let variable = rest.strip_prefix("${").and_then(|it| it.split_once('}'));
            if let Some((name, behind)) = variable {
                rest = behind;
                return Some(match name {
                    "*" => Sign::Letter('*'),
                    "?" => Sign::Letter('?'),
                    "$" => Sign::Letter('$'),
                    _ => Sign::Variable,
                });
            }
            let mut signs = rest.chars();
            let sign = signs.next()?;
            rest = signs.as_str();
            Some(plain(sign))
        });
        Self::new(text.len(), signs, budget)
    }

    fn new(
        length: usize,
        all: impl Iterator<Item = Sign>,
        budget: &mut EvalBudget,
    ) -> Result<Self, Failure> {
        budget.allocate(length.saturating_mul(size_of::<Sign>()))?;
        let mut signs = Vec::with_capacity(length);
        let mut has_variable = false;
        let mut is_any = false;
        for sign in all {
            if is_any && !matches!(sign, Sign::Any | Sign::One) {
                signs.push(Sign::Any);
                is_any = false;
            }
            match sign {
                Sign::Any => is_any = true,
                sign => signs.push(sign),
            }
            has_variable |= sign == Sign::Variable;
        }
        if is_any {
            signs.push(Sign::Any);
        }
        Ok(Self { signs, has_variable })
    }

    /// Whether a pattern says all that an asked one says: an asked `*` is matched by `*` alone.
    pub(super) fn covers(&self, asked: &Self, budget: &mut EvalBudget) -> Result<Known, Failure> {
        let covers = |at: &At| match (at.sign, at.asked) {
            (Sign::Any, _) | (Sign::Variable, Some(Sign::Letter(_))) => {
                at.behind.sign || at.behind.asked
            }
            (Sign::Variable, _) => at.behind.sign,
            // Of neighbouring wildcards the `*` takes it.
            (Sign::One, Some(Sign::Any)) => at.is_before_any && at.behind.asked,
            (Sign::One, Some(_)) => at.behind.both,
            (Sign::Letter(_), Some(asked)) => at.sign == asked && at.behind.both,
            (Sign::One | Sign::Letter(_), None) => false,
        };
        let covers = self.compare(asked, <[Sign]>::is_empty, covers, budget)?;
        Ok(self.known(covers))
    }

    /// Whether a pattern says something that an asked one says as well.
    pub(super) fn meets(&self, asked: &Self, budget: &mut EvalBudget) -> Result<Known, Failure> {
        let meets = |at: &At| match (at.sign, at.asked) {
            (Sign::Any | Sign::Variable, _) | (_, Some(Sign::Any)) => {
                at.behind.sign || at.behind.asked
            }
            (Sign::One, Some(_)) | (_, Some(Sign::One)) => at.behind.both,
            (sign, Some(asked)) => sign == asked && at.behind.both,
            (_, None) => false,
        };
        let is_any = |rest: &[Sign]| matches!(rest, [] | [Sign::Any]);
        let meets = self.compare(asked, is_any, meets, budget)?;
        Ok(self.known(meets))
    }

    /// What an answer says that takes any text for that of a variable.
    fn known(&self, answer: bool) -> Known {
        match (answer, self.has_variable) {
            (true, true) => Known::Perhaps,
            (true, false) => Known::Yes,
            (false, _) => Known::No,
        }
    }

    /// Answer about both patterns from their starts on, by a rule that gives the answer at two
    /// places from the answers behind them; `ends` gives it for what is left of the asked one.
    fn compare(
        &self,
        asked: &Self,
        ends: impl Fn(&[Sign]) -> bool,
        rule: impl Fn(&At) -> bool,
        budget: &mut EvalBudget,
    ) -> Result<bool, Failure> {
        budget.scan(self.signs.len())?;
        let Some((own, asked)) = trimmed(&self.signs, &asked.signs) else { return Ok(false) };
        budget.step((own.len().saturating_mul(asked.len() + 1) / CELLS_PER_STEP) as u64)?;
        budget.allocate(2 * (asked.len() + 1))?;
        let rest = |at: usize| ends(asked.get(at..).unwrap_or_default());
        // The answers at a sign, from the end of the asked pattern on.
        let mut answers: Vec<bool> = (0..=asked.len()).rev().map(rest).collect();
        let mut made = Vec::with_capacity(answers.len());
        let mut is_before_any = false;
        for sign in own.iter().rev() {
            is_before_any = *sign == Sign::Any || is_before_any && *sign == Sign::One;
            made.clear();
            let mut behind = Behind::default();
            let all = std::iter::once(None).chain(asked.iter().rev().copied().map(Some));
            for (asked, behind_sign) in all.zip(&answers) {
                behind.sign = *behind_sign;
                let answer = rule(&At { sign: *sign, asked, is_before_any, behind });
                behind = Behind { asked: answer, both: *behind_sign, ..behind };
                made.push(answer);
            }
            std::mem::swap(&mut answers, &mut made);
        }
        Ok(answers.last().copied().unwrap_or_default())
    }
}

/// Place in a pattern and one in the asked one.
struct At {
    sign: Sign,
    /// The asked sign; `None` at the end.
    asked: Option<Sign>,
    /// `true` for a `?` that has a `*` beside it.
    is_before_any: bool,
    behind: Behind,
}

/// Answers behind a place: behind the sign alone, behind the asked sign alone, and behind both.
#[derive(Debug, Clone, Copy, Default)]
struct Behind {
    sign: bool,
    asked: bool,
    both: bool,
}

/// A character of a pattern without variables.
fn plain(sign: char) -> Sign {
    match sign {
        '*' => Sign::Any,
        '?' => Sign::One,
        letter => Sign::Letter(letter),
    }
}

/// Two patterns without the letters that both begin and end with; `None` where those differ.
fn trimmed<'s>(mut one: &'s [Sign], mut other: &'s [Sign]) -> Option<(&'s [Sign], &'s [Sign])> {
    while let ([first @ Sign::Letter(_), rest @ ..], [same @ Sign::Letter(_), behind @ ..]) =
        (one, other)
    {
        (one, other) = (first == same).then_some((rest, behind))?;
    }
    while let ([rest @ .., last @ Sign::Letter(_)], [before @ .., same @ Sign::Letter(_)]) =
        (one, other)
    {
        (one, other) = (last == same).then_some((rest, before))?;
    }
    Some((one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts of some letters up to a length.
    fn texts(letters: &str, most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..most {
            let longer: Vec<String> = all[from..]
                .iter()
                .flat_map(|text| letters.chars().map(move |letter| format!("{text}{letter}")))
                .collect();
            from = all.len();
            all.extend(longer);
        }
        all
    }

    fn resource(text: &str) -> Pattern {
        Pattern::of_resource(text, &mut EvalBudget::default()).expect("a pattern")
    }

    fn asked(text: &str) -> Pattern {
        Pattern::of_asked_resource(text, &mut EvalBudget::default()).expect("a pattern")
    }

    /// Each pair of short patterns against what texts say of them; `c` stands for the letters that
    /// are in neither.
    #[test]
    fn patterns_are_held_against_each_other_as_their_texts_are() {
        let texts = texts("abc", 5);
        let is_like = |text: &str, pattern: &str| {
            let mut budget = EvalBudget::default();
            super::super::super::text::is_like(text, pattern, &mut budget).expect("an answer")
        };
        let patterns = self::texts("ab?*", 3);
        let said: Vec<Vec<bool>> = patterns
            .iter()
            .map(|pattern| texts.iter().map(|text| is_like(text, pattern)).collect())
            .collect();
        for (own, own_said) in patterns.iter().zip(&said) {
            for (wanted, wanted_said) in patterns.iter().zip(&said) {
                let mut budget = EvalBudget::default();
                let both = || own_said.iter().zip(wanted_said);
                let covers = resource(own).covers(&asked(wanted), &mut budget);
                let covers_all = both().all(|(own, wanted)| *own || !*wanted);
                assert_eq!(covers == Ok(Known::Yes), covers_all, "{own} covers {wanted}");
                let meets = resource(own).meets(&asked(wanted), &mut budget);
                let meets_some = both().any(|(own, wanted)| *own && *wanted);
                assert_eq!(meets == Ok(Known::Yes), meets_some, "{own} meets {wanted}");
            }
        }
    }

    /// "IAM policy elements: Variables and tags": `${*}` is a star, `${aws:username}` a name.
    #[test]
    fn variables_may_stand_for_any_text() {
        let covers = |own: &str, wanted: &str| {
            resource(own).covers(&asked(wanted), &mut EvalBudget::default()).expect("an answer")
        };
        for (own, wanted, known) in [
            ("logs/${aws:username}", "logs/x", Known::Perhaps),
            ("logs/${aws:username}", "logs/", Known::Perhaps),
            ("logs/${aws:username}", "other/x", Known::No),
            ("logs/${aws:username}", "logs/*", Known::No),
            ("logs/${aws:username}/*", "logs/x/*", Known::Perhaps),
            ("logs/${aws:username}/*", "logs/*", Known::No),
            ("${aws:PrincipalTag/team, 'all'}-*", "a-b", Known::Perhaps),
            ("logs/${*}", "logs/x", Known::No),
            ("a${?}b${$}c${*}", "a?b$c*", Known::No),
            ("a${$}b", "a$b", Known::Yes),
            ("logs/${aws:username", "logs/${aws:username", Known::Yes),
            ("logs/$x}", "logs/$x}", Known::Yes),
            ("*${aws:username}", "x", Known::Perhaps),
        ] {
            assert_eq!(covers(own, wanted), known, "{own} {wanted}");
        }
    }
}
