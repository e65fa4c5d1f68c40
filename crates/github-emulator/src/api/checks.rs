//! Check runs and their annotations.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, ApiResult, Call, Limits, Reply};
use crate::events::Event;
use crate::model::{Annotation, CheckRun, RepositoryRecord};
use crate::server::Server;
use crate::webhook;

/// Body of a request about a check run; the description has checked its form.
#[derive(Deserialize)]
struct Wanted {
    name: Option<String>,
    head_sha: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    details_url: Option<String>,
    external_id: Option<String>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    output: Option<Output>,
    actions: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Output {
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

/// Makes a check run of a commit: `checks/create`.
pub(super) async fn create(call: &Call) -> ApiResult {
    let wanted = wanted(call)?;
    let sha = wanted.head_sha.clone().unwrap_or_default();
    let record = call.record()?;
    if record.git.resolve(&sha).await?.as_ref() != Some(&sha) {
        return Err(ApiError::unprocessable(&format!("No commit found for SHA: {sha}")));
    }
    let id = call.server.state().next_id();
    let mut run = CheckRun {
        id,
        repository: record.id,
        head_sha: sha,
        name: String::new(),
        status: "queued".to_owned(),
        conclusion: None,
        title: None,
        summary: None,
        text: None,
        annotations: Vec::new(),
        actions: Vec::new(),
        details_url: None,
        external_id: None,
        started_at: None,
        completed_at: None,
    };
    apply(&mut run, wanted, call.server.now());
    call.server.state().check_runs.insert(run.id, run.clone());
    reported(call, run).map(Reply::created)
}

/// Changes a check run; annotations are added to those it has.
pub(super) fn update(call: &Call) -> ApiResult {
    let wanted = wanted(call)?;
    let (record, id, now) = (call.record()?, call.number("check_run_id")?, call.server.now());
    let run = {
        let mut state = call.server.state();
        let found = state.check_runs.get_mut(&id).filter(|run| run.repository == record.id);
        let run = found.ok_or_else(ApiError::not_found)?;
        apply(run, wanted, now);
        run.clone()
    };
    reported(call, run).map(Reply::ok)
}

/// The check run of that number: `checks/get`.
pub(super) fn get(call: &Call) -> ApiResult {
    let run = find(call)?;
    shape(call, &run).map(Reply::ok)
}

/// The annotations of a check run.
pub(super) fn annotations(call: &Call) -> ApiResult {
    let run = find(call)?;
    let all = call.ask(|_, repository| {
        let shape = |annotation| call.server.site.annotation(repository, &run, annotation);
        run.annotations.iter().map(shape).collect()
    })?;
    Ok(call.list(all))
}

/// The check runs of a commit, newest first: of each name the latest, unless all are asked for.
pub(super) async fn list(call: &Call) -> ApiResult {
    let sha = call.commit("ref").await?.ok_or_else(|| no_commit(call.part("ref")))?;
    let record = call.record()?;
    let own_app = call.server.options.app_id.to_string();
    let all: Vec<CheckRun> = {
        let state = call.server.state();
        let of_commit = |run: &&CheckRun| run.repository == record.id && run.head_sha == sha;
        state.check_runs.values().rev().filter(of_commit).cloned().collect()
    };
    let every = call.asked("filter") == Some("all");
    let mut names = Vec::new();
    let mut found = Vec::new();
    for run in all {
        let newest = !names.contains(&run.name);
        names.push(run.name.clone());
        let wanted = call.asked("check_name").is_none_or(|name| name == run.name)
            && call.asked("status").is_none_or(|status| status == run.status)
            && call.asked("app_id").is_none_or(|id| id == own_app);
        if wanted && (every || newest) {
            found.push(shape(call, &run)?);
        }
    }
    let count = found.len();
    let (page, link) = call.page(found);
    let body = json!({ "total_count": count, "check_runs": page });
    Ok(Reply { link, ..Reply::ok(body) })
}

/// Asks the App for another run.
pub(super) fn rerequest(call: &Call) -> ApiResult {
    let run = find(call)?;
    tell(&call.server, call.record()?, &run, (None, &call.login()));
    Ok(Reply::created(json!({})))
}

/// Tells the App that somebody wants another run, or pressed the button of that identifier.
pub(crate) fn tell(
    server: &Arc<Server>,
    record: &RepositoryRecord,
    run: &CheckRun,
    pressed: (Option<&str>, &str),
) {
    let payload = {
        let mut state = server.state();
        let suite = state.suite(record.id, &run.head_sha);
        let repository = state.repositories.get(&record.id);
        repository.map(|repository| {
            server.site.check_run_event(&state, repository, (run, suite), pressed)
        })
    };
    let described = match pressed.0 {
        Some(_) => "check-run-requested-action",
        None => "check-run-rerequested",
    };
    if let Some(payload) = payload {
        webhook::send(server, "check_run", described, &payload);
    }
}

fn wanted(call: &Call) -> Result<Wanted, ApiError> {
    let wanted: Wanted = serde_json::from_value(call.body.clone())
        .map_err(|error| ApiError::wrong(&[format!("for 'body', {error}")]))?;
    let mut limits = Limits::default();
    let completed = wanted.status.as_deref() == Some("completed");
    limits.hold(!completed || wanted.conclusion.is_some(), || {
        "for 'body', a completed run needs a conclusion".to_owned()
    });
    if let Some(output) = &wanted.output {
        limits.text("body/output/title", output.title.as_deref(), 255);
        limits.text("body/output/summary", output.summary.as_deref(), 65_535);
        limits.text("body/output/text", output.text.as_deref(), 65_535);
        limits.hold(output.annotations.len() <= 50, || {
            "for 'body/output/annotations', more than 50 in a request".to_owned()
        });
        for (index, annotation) in output.annotations.iter().enumerate() {
            limit_annotation(&mut limits, index, annotation);
        }
    }
    let actions = wanted.actions.as_ref().map_or(0, Vec::len);
    limits.hold(actions <= 3, || "for 'body/actions', more than 3".to_owned());
    limits.check().map(|()| wanted)
}

fn limit_annotation(limits: &mut Limits, index: usize, annotation: &Annotation) {
    let place = format!("body/output/annotations/{index}");
    let Annotation { start_line, end_line, start_column, end_column, path, .. } = annotation;
    limits.text(&format!("{place}/title"), annotation.title.as_deref(), 255);
    limits.text(&format!("{place}/message"), Some(&annotation.message), 65_536);
    limits.text(&format!("{place}/raw_details"), annotation.raw_details.as_deref(), 65_536);
    limits.hold(!path.is_empty() && !path.starts_with('/'), || {
        format!("for '{place}/path', it is no path from the repository's root")
    });
    limits.hold(1 <= *start_line && start_line <= end_line, || {
        format!("for '{place}', the lines {start_line} to {end_line} are no range")
    });
    let columns = start_column.is_some() || end_column.is_some();
    limits.hold(!columns || start_line == end_line, || {
        format!("for '{place}', columns are for annotations of one line")
    });
}

fn apply(run: &mut CheckRun, wanted: Wanted, now: DateTime<Utc>) {
    let completed = wanted.conclusion.is_some();
    let status = if completed { Some("completed".to_owned()) } else { wanted.status };
    if let Some(status) = status {
        run.status = status;
        run.conclusion = wanted.conclusion;
        run.completed_at = completed.then(|| wanted.completed_at.unwrap_or(now));
    }
    if run.status != "queued" {
        run.started_at = wanted.started_at.or(run.started_at).or(Some(now));
    }
    run.name = wanted.name.unwrap_or_else(|| run.name.clone());
    run.details_url = wanted.details_url.or(run.details_url.take());
    run.external_id = wanted.external_id.or(run.external_id.take());
    run.actions = wanted.actions.unwrap_or_else(|| std::mem::take(&mut run.actions));
    if let Some(output) = wanted.output {
        run.title = output.title.or(run.title.take());
        run.summary = output.summary.or(run.summary.take());
        run.text = output.text.or(run.text.take());
        run.annotations.extend(output.annotations);
    }
}

fn find(call: &Call) -> Result<CheckRun, ApiError> {
    let (record, id) = (call.record()?, call.number("check_run_id")?);
    let found = call.server.state().check_runs.get(&id).cloned();
    found.filter(|run| run.repository == record.id).ok_or_else(ApiError::not_found)
}

/// The shape of a run that was stored, after telling of it.
fn reported(call: &Call, run: CheckRun) -> Result<Value, ApiError> {
    let shape = shape(call, &run)?;
    let repository = call.record()?.full_name();
    call.server.emit(Event::CheckRun { repository, run: Box::new(run) });
    Ok(shape)
}

fn shape(call: &Call, run: &CheckRun) -> Result<Value, ApiError> {
    let suite = call.server.state().suite(run.repository, &run.head_sha);
    call.ask(|state, repository| call.server.site.check_run(state, repository, run, suite))
}

/// 422 for a name that no commit has.
pub(super) fn no_commit(name: &str) -> ApiError {
    ApiError::unprocessable(&format!("No commit found for SHA: {name}"))
}
