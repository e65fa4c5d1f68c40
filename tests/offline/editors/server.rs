//! The YAML language server over its standard streams, as an editor runs it.
//!
//! Neither version says which version of a text its diagnostics are of, so each text is opened once,
//! under a name of its own.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use lsp_server::{Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidOpenTextDocument, Initialized, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    Completion, HoverRequest, Initialize, Request as _, WorkspaceConfiguration,
};
use lsp_types::{
    CompletionItem, CompletionList, CompletionTextEdit, Diagnostic, Hover, HoverContents,
    PublishDiagnosticsParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use url::Url;

/// Mark of the place in a text that is looked at.
const CURSOR: char = '|';

/// A server that runs, and what it said of each text.
pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    root: PathBuf,
    settings: Json,
    requests: i32,
    is_configured: bool,
    told: BTreeMap<String, Vec<Diagnostic>>,
    opened: usize,
}

/// A place below a directory of the house's cache, or below the one that a variable names.
pub(crate) fn installed(variable: &str, directory: &str, path: &str) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings but these")]
    let variable_of = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let root = variable_of(variable).unwrap_or_else(|| {
        let cache =
            variable_of("XDG_CACHE_HOME").or_else(|| Some(variable_of("HOME")?.join(".cache")));
        cache.expect("a home directory").join("cloudcorrect").join(directory)
    });
    let path = root.join(path);
    assert!(path.exists(), "{} is not there: run `make setup`", path.display());
    path
}

/// Node.js with a script of the packages of `tests/editors/`.
pub(crate) fn node(script: &str) -> Command {
    let mut node = Command::new(installed("TEST_SERVERS", "servers", "bin/node"));
    node.arg(installed("TEST_EDITORS", "editors", &format!("node_modules/{script}")));
    node
}

impl Server {
    /// Starts a version of the server in a directory, with the settings that an editor has there.
    pub(crate) fn start(package: &str, root: &Path, settings: &Json) -> Self {
        let mut node = node(&format!("{package}/bin/yaml-language-server"));
        let streams = node.arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = streams.stderr(Stdio::null()).spawn().expect("node runs");
        let mut settings = settings.clone();
        settings["schemaStore"] = json!({ "enable": false });
        let mut server = Self {
            input: process.stdin.take().expect("a pipe"),
            output: BufReader::new(process.stdout.take().expect("a pipe")),
            process,
            root: root.to_owned(),
            settings,
            requests: 0,
            is_configured: false,
            told: BTreeMap::new(),
            opened: 0,
        };
        let root = Url::from_directory_path(root).expect("an absolute path");
        let completion = json!({
            "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"] },
        });
        let _: Json = server.ask(
            Initialize::METHOD,
            json!({
                "processId": null,
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "policies" }],
                "capabilities": {
                    "workspace": { "configuration": true },
                    "textDocument": {
                        "completion": completion,
                        "hover": { "contentFormat": ["markdown"] },
                    },
                },
            }),
        );
        server.tell(Initialized::METHOD, json!({}));
        while !server.is_configured {
            server.listen();
        }
        server
    }

    /// Opens texts, each under a path below the directory, and gives what is wrong with each.
    pub(crate) fn open(&mut self, texts: &[(&str, &str)]) -> Vec<Vec<Diagnostic>> {
        let opened: Vec<String> =
            texts.iter().map(|(path, text)| self.open_one(path, text)).collect();
        while !opened.iter().all(|name| self.told.contains_key(name)) {
            self.listen();
        }
        opened.iter().map(|name| self.told[name].clone()).collect()
    }

    /// What is proposed at the mark in a text: each label, and what would be written.
    pub(crate) fn complete(&mut self, path: &str, text: &str) -> Vec<(String, String)> {
        let place = self.place(path, text);
        let list: CompletionList = self.ask(Completion::METHOD, place);
        let written = |item: CompletionItem| {
            let text = match item.text_edit {
                Some(CompletionTextEdit::Edit(edit)) => edit.new_text,
                _ => item.insert_text.unwrap_or_default(),
            };
            (item.label, text)
        };
        list.items.into_iter().map(written).collect()
    }

    /// What is shown of the place at the mark in a text, without where the schema lies.
    pub(crate) fn hover(&mut self, path: &str, text: &str) -> String {
        let place = self.place(path, text);
        let hover: Option<Hover> = self.ask(HoverRequest::METHOD, place);
        let Some(HoverContents::Markup(shown)) = hover.map(|hover| hover.contents) else {
            return String::new();
        };
        let (shown, _) = shown.value.split_once("Source: ").unwrap_or((&shown.value, ""));
        // A mark that stands for itself.
        shown.trim_end().replace('\\', "")
    }

    /// Opens a text without its mark: the parameters of a request about its place.
    fn place(&mut self, path: &str, text: &str) -> Json {
        let at = text.find(CURSOR).expect("a mark");
        let before = &text[..at];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().len();
        let uri = self.open_one(path, &text.replacen(CURSOR, "", 1));
        json!({
            "textDocument": { "uri": uri },
            "position": { "line": line, "character": character },
        })
    }

    fn open_one(&mut self, path: &str, text: &str) -> String {
        self.opened += 1;
        let (directory, name) = path.rsplit_once('/').expect("a directory");
        let path = self.root.join(directory).join(format!("{}-{name}", self.opened));
        let uri = Url::from_file_path(path).expect("an absolute path").to_string();
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell(DidOpenTextDocument::METHOD, json!({ "textDocument": document }));
        uri
    }

    fn tell(&mut self, method: &str, params: Json) {
        self.send(&Notification::new(method.to_owned(), params).into());
    }

    fn send(&mut self, message: &Message) {
        message.write(&mut self.input).expect("the server reads");
    }

    fn ask<T: DeserializeOwned>(&mut self, method: &str, params: Json) -> T {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.send(&Request::new(id.clone(), method.to_owned(), params).into());
        loop {
            if let Some(response) = self.listen().filter(|response| response.id == id) {
                let result = response.response_result.expect("an answer");
                return serde_json::from_value(result).expect(method);
            }
        }
    }

    /// Takes up the next message, and answers what the server asks.
    fn listen(&mut self) -> Option<Response> {
        let message = Message::read(&mut self.output).expect("a message").expect("a server");
        match message {
            Message::Response(response) => return Some(response),
            Message::Notification(told) if told.method == PublishDiagnostics::METHOD => {
                let told: PublishDiagnosticsParams =
                    serde_json::from_value(told.params).expect("diagnostics");
                self.told.insert(told.uri.to_string(), told.diagnostics);
            }
            Message::Notification(_) => {}
            Message::Request(asked) => {
                let result = if asked.method == WorkspaceConfiguration::METHOD {
                    self.is_configured = true;
                    let items = asked.params["items"].as_array().expect("items");
                    let of = |item: &Json| match item["section"].as_str() {
                        Some("yaml") => self.settings.clone(),
                        _ => Json::Null,
                    };
                    Json::Array(items.iter().map(of).collect())
                } else {
                    Json::Null
                };
                self.send(&Response::new_ok(asked.id, result).into());
            }
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
