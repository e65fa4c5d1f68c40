//! Comments on pull requests, which to GitHub are issues.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::identity::Signature;
use super::repository::Repository;
use crate::render::post::Comment;

impl Repository {
    /// Writes a new comment; returns its number.
    pub async fn create_comment(&self, comment: &Comment) -> Result<u64, Error> {
        let route = self.route(format_args!("issues/{}/comments", comment.number));
        let body = CommentBody { body: comment.body.as_str() };
        let answer = self.client().post::<_, CommentResponse>(route, Some(&body));
        Ok(self.send("create a comment", answer).await?.id)
    }

    /// Replaces the text of a comment.
    pub async fn update_comment(&self, id: u64, comment: &Comment) -> Result<(), Error> {
        let route = self.route(format_args!("issues/comments/{id}"));
        let body = CommentBody { body: comment.body.as_str() };
        // By hand, since octocrab's own method sends POST.
        let answer = self.client().patch::<CommentResponse, _, _>(route, Some(&body));
        self.send("update a comment", answer).await?;
        Ok(())
    }

    /// The number of the oldest comment with the same marker that we wrote ourselves: anybody can
    /// copy a marker.
    pub async fn find_comment(&self, comment: &Comment) -> Result<Option<u64>, Error> {
        let author = self.identity().author().await?;
        let marker = comment.marker();
        let route = self.route(format_args!("issues/{}/comments", comment.number));
        let mut found = None;
        self.each_page::<Vec<ListedComment>>("find a comment", &route, &[], |comments| {
            let ours =
                |comment: &&ListedComment| comment.signature.is_by(author) && comment.has(&marker);
            found = comments.iter().find(ours).map(|comment| comment.id);
            found.is_some()
        })
        .await?;
        Ok(found)
    }
}

#[derive(Serialize)]
struct CommentBody<'a> {
    body: &'a str,
}

#[derive(Deserialize)]
struct CommentResponse {
    id: u64,
}

/// A comment in a list of GitHub's, as far as we read it.
#[derive(Deserialize)]
struct ListedComment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    #[serde(flatten)]
    signature: Signature,
}

impl ListedComment {
    fn has(&self, marker: &str) -> bool {
        self.body.as_ref().is_some_and(|body| body.starts_with(marker))
    }
}

#[cfg(test)]
mod tests {
    use super::super::identity::Author;
    use super::*;

    #[test]
    fn a_comment_is_ours_by_app_or_else_by_login_and_by_its_first_line() {
        let author = Author { app_id: Some(7), login: "cloudcorrect[bot]".into() };
        let marker = Comment::new(1, "main", "").marker();
        let table = [
            (r#"{"user":{"login":"cloudcorrect[bot]"}}"#, true),
            (r#"{"user":{"login":"cloudcorrect"}}"#, false),
            (r#"{"user":{"login":"x"},"performed_via_github_app":{"id":7}}"#, true),
            (
                r#"{"user":{"login":"cloudcorrect[bot]"},"performed_via_github_app":{"id":8}}"#,
                false,
            ),
            (r#"{"user":null}"#, false),
        ];
        for (json, ours) in table {
            let json = json.replacen('{', r#"{"id":1,"body":"<!-- cloudcorrect:main -->\nx","#, 1);
            let listed: ListedComment = serde_json::from_str(&json).expect(&json);
            assert_eq!(listed.signature.is_by(&author) && listed.has(&marker), ours, "{json}");
            assert!(!listed.has(&Comment::new(1, "ma", "").marker()));
        }
        let quoted = "> <!-- cloudcorrect:main -->";
        let json = serde_json::json!({ "id": 1, "body": quoted }).to_string();
        assert!(!serde_json::from_str::<ListedComment>(&json).expect("a comment").has(&marker));
    }
}
