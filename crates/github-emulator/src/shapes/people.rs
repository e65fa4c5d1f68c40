//! Users, organisations, the App and its installations.

use serde_json::{Value, json};

use super::{Site, instant, node_id};
use crate::model::{User, UserKind};
use crate::state::{Installation, State};

/// Events that an App is told of: those that the emulator sends.
const EVENTS: [&str; 3] = ["check_run", "pull_request", "push"];
/// When the App was made; nobody asks.
const BORN: &str = "2026-01-01T00:00:00Z";

impl Site {
    /// The user of that login.
    pub(crate) fn person(&self, state: &State, login: &str) -> Value {
        state.known_user(login).map_or(Value::Null, |user| self.user(user))
    }

    /// A user, as others see them.
    pub(crate) fn user(&self, user: &User) -> Value {
        let User { id, login, kind } = user;
        let kind = match kind {
            UserKind::Person => "User",
            UserKind::Organization => "Organization",
            UserKind::Bot => "Bot",
        };
        // As a part of a path: a bot's login has brackets.
        let part = login.replace('[', "%5B").replace(']', "%5D");
        let url = format!("{}/users/{part}", self.api);
        json!({
            "login": login,
            "id": id,
            "node_id": node_id("U", *id),
            "avatar_url": format!("{}/avatars/u/{id}", self.html),
            "gravatar_id": "",
            "url": url,
            "html_url": format!("{}/{part}", self.html),
            "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"),
            "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"),
            "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"),
            "received_events_url": format!("{url}/received_events"),
            "type": kind,
            "site_admin": false,
        })
    }

    /// A user, as they see themselves.
    pub(crate) fn oneself(&self, user: &User) -> Value {
        let mut shape = self.user(user);
        let more = json!({
            "name": user.login,
            "company": null,
            "blog": "",
            "location": null,
            "email": null,
            "hireable": null,
            "bio": null,
            "public_repos": 0,
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "created_at": BORN,
            "updated_at": BORN,
        });
        super::extend(&mut shape, more);
        shape
    }

    /// The App, with its permissions and events.
    pub(crate) fn app(&self, state: &State) -> Value {
        let bot = format!("{}[bot]", self.app_slug);
        json!({
            "id": self.app_id,
            "slug": self.app_slug,
            "node_id": node_id("A", self.app_id),
            "client_id": format!("Iv1.{:016x}", self.app_id),
            "owner": self.person(state, &bot),
            "name": self.app_slug,
            "description": null,
            "external_url": self.html,
            "html_url": format!("{}/apps/{}", self.html, self.app_slug),
            "created_at": BORN,
            "updated_at": BORN,
            "permissions": self.permissions,
            "events": EVENTS,
        })
    }

    /// An installation of the App.
    pub(crate) fn installation(&self, state: &State, of: &Installation) -> Value {
        let mut account = self.person(state, &of.account);
        // The description of the list of installations wants an account to be a user and an
        // enterprise at once; elsewhere either will do.
        let enterprise = json!({
            "name": of.account,
            "slug": of.account,
            "created_at": instant(of.created_at),
            "updated_at": instant(of.created_at),
        });
        super::extend(&mut account, enterprise);
        let url = format!("{}/app/installations/{}", self.api, of.id);
        json!({
            "id": of.id,
            "account": account,
            "repository_selection": "all",
            "access_tokens_url": format!("{url}/access_tokens"),
            "repositories_url": format!("{}/installation/repositories", self.api),
            "html_url": format!("{}/settings/installations/{}", self.html, of.id),
            "app_id": self.app_id,
            "app_slug": self.app_slug,
            "target_id": state.known_user(&of.account).map_or(0, |user| user.id),
            "target_type": "Organization",
            "permissions": self.permissions,
            "events": EVENTS,
            "created_at": instant(of.created_at),
            "updated_at": instant(of.created_at),
            "single_file_name": null,
            "suspended_by": null,
            "suspended_at": null,
        })
    }
}
