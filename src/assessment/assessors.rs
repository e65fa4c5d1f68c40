//! Whoever assesses: a process of its own, or this one.

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
use crate::render::{Unjudged, unread_check};
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
    /// The mirror is not what it should be.
    Damaged(String),
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
    /// reading it does, nobody can say more than that. Other failures are worth another attempt.
    pub async fn assess(&self, question: Question) -> anyhow::Result<Assessment> {
        let (worker, bounds) = match &*self.0 {
            Seat::Here(assessor) => return assessor.lock().await.assess(&question).await,
            Seat::Beside(worker, bounds) => (worker, bounds),
        };
        let why = match worker.ask(&question, bounds.timeout).await {
            Ok(answer) => return outcome(answer),
            Err(error) => bounds.exceeded(error)?,
        };
        tracing::warn!(head = %question.head, why, "cannot assess a pull request");
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
            WorkerError::TooLong(_) => Ok(error.to_string()),
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
        Answer::Damaged(why) => Err(ReadError::Damaged(why).into()),
        Answer::Failed(why) => Err(anyhow::anyhow!(why)),
    }
}

/// The assessment of a head that cannot be read.
fn unread(question: &Question, why: &str) -> Assessment {
    let check = unread_check(question.speaker.label(), &question.head.to_string(), why);
    Assessment { check, comment: None, concerns_policies: true }
}

/// Assesses what is asked on standard input, until nobody asks any more: the process of
/// [`Assessors::beside`].
pub async fn work() -> anyhow::Result<()> {
    let greet = async |greeting: Greeting| {
        worker::bound_memory(greeting.memory).context("cannot bound the memory")?;
        let pool = db::connect(&greeting.database.into()).await;
        Ok(Assessor::new(pool.context("cannot reach the database")?))
    };
    worker::serve(WARM, greet, async |assessor: &mut Assessor, question: Question| {
        match assessor.assess(&question).await {
            Ok(assessment) => Ok(Answer::Assessed(Box::new(assessment))),
            // Threads end like that where there is no memory for more.
            Err(error) if error.is::<JoinError>() => Err(error),
            Err(error) => Ok(match error.downcast_ref() {
                Some(ReadError::Damaged(why)) => Answer::Damaged(why.clone()),
                _ => Answer::Failed(format!("{error:#}")),
            }),
        }
    })
    .await
}
