//! `eval`: tries an expression on resources, recorded or live.

use std::process::ExitCode;

use cloudcorrect::diagnostic::{Diagnostic, Level, Location};
use cloudcorrect::expression::{
    Environment, EvalBudget, Expression, ExpressionKind, Problem, Subject,
};
use cloudcorrect::fetch::FetchRequirement;
use cloudcorrect::policy::SourceFile;
use cloudcorrect::render::diagnostics;
use cloudcorrect::render::expression_results::{ExpressionResult, ExpressionResults};
use cloudcorrect::render::json;
use cloudcorrect::resource::{Cause, Failure, Inventory, Region, Resource, Value};

use super::origin::Origin;
use super::output::{self, Format};
use super::wanted::{Wanted, nothing_found};

/// Name of the command line's text in diagnostics.
const NAME: &str = "expression";

/// Help where a resource is meant and no type is given.
const NO_TYPE: &str = "say of which type, as in `--type AWS::S3::Bucket`";

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  all are true
  1  one is not, or nothing was found
  2  the expression or another argument is wrong, such as the name of a type
  3  one is unknown";

/// Command line arguments of `eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// A CEL expression, as after `assert` or `where`
    #[arg(value_name = "EXPR")]
    expression: String,
    /// The type of `resource`, such as `AWS::S3::Bucket`; without it there is no resource
    #[arg(long = "type", value_name = "TYPE")]
    type_name: Option<String>,
    /// Id or ARN of the resource, or a glob of it; all resources of the type without it
    #[arg(long, value_name = "ID", requires = "type_name")]
    id: Option<String>,
    /// Evaluate once over all of them, as `assertAll` does over `resources`
    #[arg(long, requires = "type_name")]
    all: bool,
    #[command(flatten)]
    origin: Origin,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let wanted = match &arguments.type_name {
        None => None,
        Some(name) => match Wanted::read(name, arguments.id.as_deref(), &[]) {
            Ok(wanted) => Some(wanted),
            Err(error) => {
                output::error(&error);
                return Ok(ExitCode::from(output::USAGE));
            }
        },
    };
    let Some(expression) = compile(arguments, wanted.as_ref())? else {
        return Ok(ExitCode::from(output::USAGE));
    };
    let results = match &wanted {
        None => alone(&expression, arguments)?,
        Some(wanted) => match over(&expression, wanted, arguments)? {
            Some(results) => results,
            None => return Ok(ExitCode::from(output::PROBLEMS)),
        },
    };
    let results = ExpressionResults { kind: expression.value_type(), results };
    output::print(&match arguments.format {
        Format::Text => results.text(),
        Format::Json => json::document(&results.json()),
    })?;
    Ok(ExitCode::from(if results.is_unknown() {
        output::UNKNOWN
    } else if results.is_false() {
        output::PROBLEMS
    } else {
        output::CLEAN
    }))
}

/// The expression, unless it has problems, which are shown.
fn compile(arguments: &Arguments, wanted: Option<&Wanted>) -> anyhow::Result<Option<Expression>> {
    let environment = match wanted {
        Some(wanted) => Environment::of(wanted.schema),
        None => Environment::empty(),
    };
    let shape = if arguments.all { ExpressionKind::ValueOfAll } else { ExpressionKind::Value };
    let text = arguments.expression.as_str();
    let file = || SourceFile::new(NAME, text.as_bytes());
    match Expression::compile(text, environment, shape) {
        Ok(expression) => {
            let shown = |one: &Problem| diagnostic(one.clone(), text, false);
            let found: Vec<_> = expression.warnings().iter().map(shown).collect();
            // Standard output is of the values alone.
            output::warnings(&diagnostics::text(&found, &[file()]));
            Ok(Some(expression))
        }
        Err(problems) => {
            let shown = |one| diagnostic(one, text, wanted.is_none());
            let found: Vec<_> = problems.into_iter().map(shown).collect();
            output::print(&diagnostics::text(&found, &[file()]))?;
            Ok(None)
        }
    }
}

fn diagnostic(problem: Problem, text: &str, is_alone: bool) -> Diagnostic {
    let place = Location::in_text(NAME, text, problem.span.clone());
    let named = text.get(problem.span).unwrap_or_default();
    let help = match named {
        "resource" | "resources" if is_alone => Some(NO_TYPE.to_owned()),
        _ => problem.help,
    };
    let diagnostic = match problem.level {
        Level::Error => Diagnostic::error(place, problem.code, problem.message),
        Level::Warning => Diagnostic::warning(place, problem.code, problem.message),
    };
    Diagnostic { help, ..diagnostic }
}

/// An expression without any resource: at the instant and in the account of what is looked at, or
/// now and in no account in particular.
fn alone(expression: &Expression, arguments: &Arguments) -> anyhow::Result<Vec<ExpressionResult>> {
    let inventory = arguments.origin.surroundings()?;
    Ok(vec![tried(expression, &bare(&inventory, &Region::global()), None)])
}

/// The expression over each wanted resource, or over all of them together.
fn over(
    expression: &Expression,
    wanted: &Wanted,
    arguments: &Arguments,
) -> anyhow::Result<Option<Vec<ExpressionResult>>> {
    let read = expression.operations_of(&wanted.schema.type_name).cloned();
    let requirement = wanted.required(FetchRequirement::new(wanted.schema, read));
    let inventory = wanted.narrowed(arguments.origin.inventory(requirement.as_slice())?);
    let lists: Vec<_> =
        inventory.lists_of(&wanted.schema.type_name).map(|(_, list)| list).collect();
    if lists.is_empty() {
        let why = wanted.not_collected(arguments.origin.is_live()).to_string();
        return Ok(Some(vec![unknown(Failure::new(Cause::NotCollected, why))]));
    }
    let broken = lists.iter().find_map(|list| list.failure());
    if let Some(failure) = broken.filter(|_| arguments.all || !wanted.is_one()) {
        return Ok(Some(vec![unknown(failure.clone())]));
    }
    let all: Vec<_> = lists.iter().flat_map(|list| list.resources()).cloned().collect();
    let meant: Vec<_> = all.iter().filter(|one| wanted.is_meant(one)).cloned().collect();
    if arguments.all {
        let resources = Value::list(meant.into_iter().map(Value::Resource));
        let region = Region::global();
        let subject =
            Subject { resource: None, resources: Some(&resources), ..bare(&inventory, &region) };
        return Ok(Some(vec![tried(expression, &subject, None)]));
    }
    if meant.is_empty() {
        let all: Vec<&Resource> = all.iter().map(AsRef::as_ref).collect();
        output::error(&nothing_found(wanted, &all));
        return Ok(None);
    }
    let results = meant.iter().map(|resource| {
        let subject = Subject::of(resource, &inventory.account, inventory.taken_at);
        tried(expression, &subject, Some(resource))
    });
    Ok(Some(results.collect()))
}

fn unknown(failure: Failure) -> ExpressionResult {
    ExpressionResult { resource: None, value: Err(failure), seen: Vec::new() }
}

fn bare<'a>(inventory: &'a Inventory, region: &'a Region) -> Subject<'a> {
    Subject {
        resource: None,
        resources: None,
        bound: &[],
        account: &inventory.account,
        region,
        now: inventory.taken_at,
    }
}

fn tried(
    expression: &Expression,
    subject: &Subject<'_>,
    resource: Option<&Resource>,
) -> ExpressionResult {
    let value = expression.value(subject, &mut EvalBudget::default());
    let seen = match &value {
        Ok(Value::Bool(false)) => expression.explain(subject, &mut EvalBudget::default()),
        _ => Vec::new(),
    };
    ExpressionResult {
        resource: resource.map(|one| (one.id.to_string(), one.region.to_string())),
        value,
        seen,
    }
}
