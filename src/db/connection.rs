//! The pool of connections and the schema's migrations.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};

use super::{Error, runs};

/// The migrations of `migrations/`, compiled in.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// What no transaction or statement of the service may outlast. An open transaction keeps dead rows
/// from being removed, and a statement without an end would hold a worker for ever.
const SESSION: [(&str, &str); 4] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("timezone", "UTC"),
];

/// How many months have their partition of runs before they begin.
const MONTHS_AHEAD: i32 = 3;

/// How long a database that cannot be reached is waited for at the start.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pause between two attempts to reach it.
const PAUSE: Duration = Duration::from_millis(500);

/// `cannot_connect_now`: the server is starting or shutting down.
const STARTING: &str = "57P03";

/// A pool of connections to the database at `url`; fails if it cannot be reached.
pub async fn connect(url: &SecretString) -> Result<PgPool, Error> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    pool(options.application_name("cloudcorrect").options(SESSION)).await
}

/// The same of connections that change nothing unless they are told to.
pub async fn connect_to_read(url: &SecretString) -> Result<PgPool, Error> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    let options = options.application_name("cloudcorrect").options(SESSION);
    pool(options.options([("default_transaction_read_only", "on")])).await
}

async fn pool(options: PgConnectOptions) -> Result<PgPool, Error> {
    first(&options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_mins(5))
        .max_lifetime(Duration::from_mins(30))
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Connects once, with some patience for a database that starts beside the service. A pool would
/// only say that it waited too long, not why.
async fn first(options: &PgConnectOptions) -> Result<(), Error> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let attempt = tokio::time::timeout_at(end, PgConnection::connect_with(options)).await;
        let error = match attempt {
            Ok(Ok(connection)) => return Ok(connection.close().await?),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        let is_over = tokio::time::Instant::now() + PAUSE >= end;
        let refuses =
            error.as_database_error().is_some_and(|it| it.code().as_deref() != Some(STARTING));
        if is_over || refuses {
            return Err(error.into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asks the database for nothing: fails if it cannot be reached.
pub async fn reach(pool: &PgPool) -> Result<(), Error> {
    sqlx::query!("select 1 as one").fetch_one(pool).await?;
    Ok(())
}

/// Brings the schema up to date, under a lock so that replicas may start together.
pub async fn migrate(pool: &PgPool) -> Result<(), Error> {
    // A connection of its own: a migration may take longer than a statement of the service.
    let mut connection = pool.acquire().await?.detach();
    sqlx::query!(
        "select set_config(name, '0', false) from unnest('{statement_timeout,lock_timeout}'::text[]) name",
    )
    .fetch_all(&mut connection)
    .await?;
    MIGRATOR.run(&mut connection).await?;
    runs::create_partitions(&mut connection, MONTHS_AHEAD).await?;
    connection.close().await?;
    Ok(())
}
