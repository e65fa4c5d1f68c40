//! The private server with real binaries.

use std::error::Error as StdError;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use super::{Error, Server};

type TestResult = Result<(), Box<dyn StdError>>;

async fn answers(server: &Server) -> TestResult {
    let url = server.url()?;
    let mut connection = PgConnection::connect(url.expose_secret()).await?;
    connection.ping().await?;
    Ok(())
}

fn data(dir: &TempDir) -> PathBuf {
    dir.path().canonicalize().unwrap().join("postgres/data")
}

/// The remains of a service that is killed: a server without its service.
fn killed(mut server: Server) -> i32 {
    let pid = server.pid.as_raw_pid();
    // The process stays ours in this test, so somebody has to wait for it.
    if let Some(mut child) = server.child.take() {
        tokio::spawn(async move { child.wait().await });
    }
    pid
}

#[tokio::test]
async fn a_server_starts_stops_and_keeps_its_data() -> TestResult {
    let dir = tempfile::tempdir()?;
    fs::create_dir(dir.path().join("postgres"))?;
    fs::create_dir(dir.path().join("postgres/data.new"))?;
    fs::write(dir.path().join("postgres/data.new/half"), "what a killed setup left")?;
    let server = Server::start(dir.path()).await?;
    answers(&server).await?;
    server.stop().await?;
    assert!(!data(&dir).join("postmaster.pid").exists());
    let control = fs::read(data(&dir).join("PG_VERSION"))?;

    // After a crash of the machine the number may be anybody's: here it is that of this test.
    let stale = format!("{}\n/elsewhere\n0\n5432\n/elsewhere\n\n0 0\nready\n", std::process::id());
    fs::write(data(&dir).join("postmaster.pid"), stale)?;
    let mut server = Server::start(dir.path()).await?;
    answers(&server).await?;
    assert_eq!(fs::read(data(&dir).join("PG_VERSION"))?, control);
    server.signal(rustix::process::Signal::QUIT);
    server.gone().await?;
    assert!(answers(&server).await.is_err());
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_killed_service_finds_its_server_again() -> TestResult {
    let dir = tempfile::tempdir()?;
    let pid = killed(Server::start(dir.path()).await?);
    let server = Server::start(dir.path()).await?;
    assert_eq!(server.pid.as_raw_pid(), pid);
    assert!(server.child.is_none());
    answers(&server).await?;

    let second = Server::start(dir.path()).await.unwrap_err();
    assert!(matches!(second, Error::InUse(_)), "{second}");
    answers(&server).await?;
    server.stop().await?;
    assert!(!data(&dir).join("postmaster.pid").exists());
    Ok(())
}

#[tokio::test]
async fn a_long_path_does_not_keep_the_socket_from_being_made() -> TestResult {
    let dir = tempfile::Builder::new().prefix(&"long-".repeat(30)).tempdir()?;
    let server = Server::start(dir.path()).await?;
    answers(&server).await?;
    let socket_dir = server.socket_dir.clone();
    assert!(!socket_dir.starts_with(dir.path()));
    killed(server);
    let server = Server::start(dir.path()).await?;
    assert_eq!(server.socket_dir, socket_dir);
    answers(&server).await?;
    server.stop().await?;
    assert!(!socket_dir.exists());
    Ok(())
}

#[tokio::test]
async fn data_of_another_version_is_left_alone() -> TestResult {
    let dir = tempfile::tempdir()?;
    fs::create_dir_all(data(&dir))?;
    fs::write(data(&dir).join("PG_VERSION"), "9\n")?;
    let error = Server::start(dir.path()).await.unwrap_err().to_string();
    let expected = format!(
        "the data in `{}` is of Postgres 9, which is not installed here; install it \
         (`apt-get install postgresql-9`), or move the data with `pg_upgrade`",
        data(&dir).display()
    );
    assert_eq!(error, expected);
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() -> TestResult {
    let dir = tempfile::tempdir()?;
    Server::start(dir.path()).await?.stop().await?;
    fs::write(data(&dir).join("postgresql.conf"), "shared_buffers = wrong\n")?;
    let error = Server::start(dir.path()).await.unwrap_err().to_string();
    assert!(error.starts_with("the private Postgres does not start: "), "{error}");
    assert!(error.contains("shared_buffers"), "{error}");
    Ok(())
}

/// Only root has the trouble, and the remedy.
#[tokio::test]
async fn root_keeps_a_server_where_the_other_user_can_enter() -> TestResult {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let closed = tempfile::tempdir()?;
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700))?;
    let data_dir = closed.path().join("data");
    let server = Server::start(&data_dir).await?;
    answers(&server).await?;
    server.stop().await?;
    let elsewhere = fs::read_link(data_dir.join("postgres"))?;
    assert!(elsewhere.starts_with(Path::new("/var/lib/cloudcorrect")), "{}", elsewhere.display());
    let server = Server::start(&data_dir).await?;
    assert_eq!(server.place.dir(), elsewhere);
    server.stop().await?;
    fs::remove_dir_all(elsewhere)?;
    Ok(())
}
