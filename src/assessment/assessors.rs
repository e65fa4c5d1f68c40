//! Whoever assesses: a process of its own, or this one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio::task::JoinError;

use crate::db;
use crate::git::ReadError;
use crate::render::post::Post;
use crate::render::{Unjudged, unread_check, unread_comment};
use crate::worker::{self, Program, Worker, WorkerError};

use super::{Assessment, Assessor, Question};

/// How long a process that assesses waits for the next question, with what it read in memory.
const WARM: Duration = Duration::from_mins(10);

/// Bounds of a process that assesses.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of memory of its own at most.
    pub memory: u64,
    /// How long an assessment may take.
    pub timeout: Duration,
}

/// Why a head could not be read from its mirror.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unread(pub String);

/// Assessors of the service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Assessors(Arc<Seat>);

#[derive(Debug)]
enum Seat {
    Here(Mutex<Assessor>),
    Beside(Box<Worker>, Bounds),
}

/// Greeting of a process that assesses.
#[derive(Serialize, Deserialize)]
struct Greeting {
    database: String,
    memory: u64,
}

/// Words of a process that assesses.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Assessed(Box<Assessment>),
    /// Something cannot be read from the mirror, which may be its fault or that of the head.
    Unread(String),
    /// It cannot work now.
    Failed(String),
}

impl Assessors {
    /// Assessing in this process, without bounds.
    pub fn here(pool: PgPool) -> Self {
        Self(Arc::new(Seat::Here(Mutex::new(Assessor::new(pool)))))
    }

    /// Assessing in a process of `program`, over the database at a URL.
    pub fn beside(
        program: Program,
        database: &SecretString,
        bounds: Bounds,
    ) -> anyhow::Result<Self> {
        let database = database.expose_secret().to_owned();
        let worker = Worker::new(program, &Greeting { database, memory: bounds.memory })?;
        Ok(Self(Arc::new(Seat::Beside(Box::new(worker), bounds))))
    }

    /// What is to be said of a head. Where judging it takes more than it may, it is not judged; where
    /// reading it does, nobody can say more than that. Of a head that cannot be read from its mirror the error
    /// is [`Unread`]; any other has nothing to do with the head.
    pub async fn assess(&self, question: Question) -> anyhow::Result<Assessment> {
        let (worker, bounds) = match &*self.0 {
            Seat::Here(assessor) => {
                let assessed = assessor.lock().await.assess(&question).await;
                return assessed.map_err(|error| match error.downcast_ref::<ReadError>() {
                    Some(unread) => Unread(unread.to_string()).into(),
                    None => error,
                });
            }
            Seat::Beside(worker, bounds) => (worker, bounds),
        };
        let why = match worker.ask(&question, bounds.timeout).await {
            Ok(answer) => return outcome(answer),
            Err(error) => bounds.exceeded(error)?,
        };
        let (number, head) = (question.number, question.head);
        tracing::warn!(pull_request = number, %head, why, "cannot assess a head");
        if question.unjudged.is_some() {
            return Ok(unread(&question, &why));
        }
        let question = Question { unjudged: Some(Unjudged::Failed(why)), ..question };
        match worker.ask(&question, bounds.timeout).await {
            Ok(answer) => outcome(answer),
            Err(error) => Ok(unread(&question, &bounds.exceeded(error)?)),
        }
    }
}

impl Bounds {
    /// Words for an error that the same question would give again; any other one is given back.
    fn exceeded(self, error: WorkerError) -> anyhow::Result<String> {
        match error {
            WorkerError::TooLong(_) | WorkerError::Unreadable(_) => Ok(error.to_string()),
            WorkerError::Ended(status) => {
                let mebibytes = self.memory >> 20;
                Ok(format!("it needed more than {mebibytes} MiB of memory, or failed ({status})"))
            }
            error => Err(error).context("cannot assess a pull request"),
        }
    }
}

fn outcome(answer: Answer) -> anyhow::Result<Assessment> {
    match answer {
        Answer::Assessed(assessment) => Ok(*assessment),
        Answer::Unread(why) => Err(Unread(why).into()),
        Answer::Failed(why) => Err(anyhow::anyhow!(why)),
    }
}

/// The assessment of a head that cannot be read, in these words.
pub fn unread(question: &Question, why: &str) -> Assessment {
    let (label, head) = (question.speaker.label(), question.head.to_string());
    Assessment {
        check: unread_check(label, &head, why),
        comment: question.number.map(|number| {
            Post::Comment(unread_comment(label, number, &head, why, &question.foreign))
        }),
        // It has something to say only where there is a comment that no longer holds.
        concerns_policies: false,
        uncollected: BTreeMap::new(),
    }
}

/// Assesses what is asked on standard input, until nobody asks any more: the process of
/// [`Assessors::beside`].
pub async fn work() -> anyhow::Result<()> {
    let greet = async |greeting: Greeting| {
        worker::bound_memory(greeting.memory).context("cannot bound the memory")?;
        let pool = db::connect_to_read(&greeting.database.into()).await;
        Ok(Assessor::new(pool.context("cannot reach the database")?))
    };
    worker::serve(WARM, greet, async |assessor: &mut Assessor, question: Question| {
        match assessor.assess(&question).await {
            Ok(assessment) => Ok(Answer::Assessed(Box::new(assessment))),
            // Threads end like that where there is no memory for more.
            Err(error) if error.is::<JoinError>() => Err(error),
            Err(error) => match error.downcast_ref() {
                Some(ReadError::OutOfMemory) => Err(error),
                Some(unread) => Ok(Answer::Unread(unread.to_string())),
                None => Ok(Answer::Failed(format!("{error:#}"))),
            },
        }
    })
    .await
}
