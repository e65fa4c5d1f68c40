//! Repositories elsewhere than on GitHub that ask who we are.

use super::*;
use crate::git::testing::{private, serve};

#[sqlx::test]
async fn a_server_elsewhere_is_told_who_we_are_and_nobody_else(pool: PgPool) -> TestResult {
    let origin = Origin::new();
    origin.commit(&[("policies/a.yaml", &account("prod", "env: prod"))]);
    let url = serve(origin.root.path(), private).join("r.git")?;
    let registration = |name: &str| Registration {
        name: name.into(),
        host: Host::Git,
        repository: url.to_string(),
        branch: "main".into(),
        path: "policies".into(),
    };
    let mut connection = pool.acquire().await?;
    sources::register(&mut connection, &[registration("main"), registration("other")]).await?;
    let login = |username: &str, password: &str| {
        let (username, password) = (username.to_owned(), password.into());
        Some(Credentials { username, password })
    };
    let mut told = Vec::new();
    for credentials in [
        None,
        login("x-access-token", "wrong"),
        login("ada", "geheim"),
        login("x-access-token", "geheim"),
    ] {
        let following = Following { credentials, ..Following::default() };
        let syncer = World::following(&pool, &origin, "main", following);
        for name in ["main", "other"] {
            sources::wake(&mut connection, name).await?;
        }
        sqlx::query("update source set due_at = now(), attempts = 0").execute(&pool).await?;
        while syncer.pass().await? == Pass::Worked {}
        let all = sources::all(&pool).await?;
        let shown = all.iter().map(|it| (it.revision.is_some(), it.last_error.clone()));
        told.extend(shown.map(|(is_in_force, error)| {
            if is_in_force { "in force".to_owned() } else { error.unwrap_or_default() }
        }));
    }
    let refused = "cannot follow the branch: cannot fetch branch `main` of URL: the remote refuses our \
                   credentials; see that the app or token may read its contents";
    let told: Vec<_> = told.iter().map(|it| it.replace(url.as_str(), "URL")).collect();
    let asked = "cannot follow the branch: cannot fetch branch `main` of URL: the remote asks who we are; \
                 set `username` and `token` of the source";
    let wanted = [asked, asked, refused, asked, refused, asked, "in force", asked];
    assert_eq!(told, wanted, "the other source has none");
    Ok(())
}
