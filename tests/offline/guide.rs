//! The guide for authors, `docs/policies.md`, typed in from the top to the bottom: each file is
//! written where it says, each command must answer what is shown.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{cloudcorrect, text};

const GUIDE: &str = include_str!("../../docs/policies.md");

/// Stands for any number of lines that are not shown.
const LEFT_OUT: &str = "...";

/// A fenced block of a document.
#[derive(Debug, Clone, Copy)]
struct Block<'a> {
    language: &'a str,
    text: &'a str,
    /// The line that it begins at.
    line: usize,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut parts = document.split("```");
    let mut line = 1 + parts.next().map_or(0, |before| before.matches('\n').count());
    let mut found = Vec::new();
    while let (Some(inside), after) = (parts.next(), parts.next()) {
        let (language, text) = inside.split_once('\n').expect("a block has lines");
        found.push(Block { language, text, line });
        line += inside.matches('\n').count() + after.unwrap_or_default().matches('\n').count();
    }
    found
}

/// The file that a block of YAML names in its first line.
fn file<'a>(block: &Block<'a>) -> Option<&'a str> {
    let path = block.text.lines().next()?.strip_prefix("# ")?;
    let is_file = Path::new(path).extension().is_some_and(|extension| extension == "yaml");
    is_file.then_some(path)
}

/// Someone with a checkout, a terminal in it, and `cloudcorrect` on the path.
struct Desk {
    root: tempfile::TempDir,
    place: PathBuf,
    status: i32,
}

impl Desk {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let place = root.path().join("cloudcorrect");
        fs::create_dir(&place).expect("a directory");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        std::os::unix::fs::symlink(examples, place.join("examples")).expect("a link");
        Self { root, place, status: 0 }
    }

    /// Types a line: what it answers. Where it leads to and how it ends is kept for the next one.
    fn types(&mut self, line: &str) -> String {
        let binary = Path::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        let place = self.root.path().join("place");
        let script = format!(
            "PATH=\"$BINARIES:$PATH\"\ntrap 'pwd > \"$PLACE\"' EXIT\n(exit {})\n{line}",
            self.status
        );
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-c", &script]).current_dir(&self.place);
        bash.env("BINARIES", binary.parent().expect("a directory")).env("PLACE", &place);
        let output = bash.output().expect("bash runs");
        self.status = output.status.code().expect("no signal");
        self.place = fs::read_to_string(place).expect("a place").trim_end().into();
        text(&output.stdout) + &text(&output.stderr)
    }

    /// Writes the file of a block.
    fn writes(&self, path: &str, block: &Block<'_>) {
        let path = self.place.join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, block.text).expect("a file");
    }
}

/// Whether lines are those that are shown, but for what is left out.
fn is_shown(shown: &str, answered: &str) -> bool {
    let lines: Vec<&str> = answered.lines().collect();
    let parts: Vec<Vec<&str>> = shown
        .lines()
        .collect::<Vec<_>>()
        .split(|line| *line == LEFT_OUT)
        .map(<[&str]>::to_vec)
        .collect();
    let [only] = parts.as_slice() else {
        let (first, rest) = parts.split_first().expect("a part");
        let (last, middle) = rest.split_last().expect("two parts");
        let Some(mut lines) = lines.strip_prefix(first.as_slice()) else { return false };
        for part in middle {
            let at = (0..=lines.len())
                .find(|at| lines.get(*at..).is_some_and(|rest| rest.starts_with(part)));
            let Some(at) = at else { return false };
            lines = lines.get(at + part.len()..).unwrap_or_default();
        }
        return lines.ends_with(last);
    };
    lines == *only
}

/// The commands of a block and what is shown of their answers.
fn commands<'a>(block: &Block<'a>) -> Vec<(&'a str, &'a str)> {
    let text = block.text.strip_prefix("$ ").expect("a command comes first");
    let parts = text.split("\n$ ").map(|part| part.split_once('\n').unwrap_or((part, "")));
    parts.collect()
}

#[test]
fn whoever_types_the_guide_sees_what_it_shows() {
    let mut desk = Desk::new();
    let all = blocks(GUIDE);
    for (at, block) in all.iter().enumerate() {
        let line = block.line;
        match block.language {
            "console" => {
                for (command, shown) in commands(block) {
                    let answered = desk.types(command);
                    assert!(
                        is_shown(shown, &answered),
                        "docs/policies.md:{line}: `{command}` answers\n{answered}\nand not\n{shown}"
                    );
                }
            }
            "yaml" => {
                let Some(path) = file(block) else { continue };
                desk.writes(path, block);
                let next = all.get(at + 1).filter(|next| next.language == "console");
                let is_judged = next.is_some_and(|next| {
                    commands(next)
                        .first()
                        .is_some_and(|(first, _)| *first == "cloudcorrect validate")
                });
                if !is_judged {
                    let said = desk.types("cloudcorrect validate");
                    let is_good = desk.status == 0 && said.lines().count() == 1;
                    assert!(is_good, "docs/policies.md:{line}: {said}");
                }
            }
            // The settings of an editor, which a test of its own tries.
            "json" => {}
            "sh" => assert!(block.text.starts_with("cargo install "), "docs/policies.md:{line}"),
            other => panic!("docs/policies.md:{line}: nobody runs `{other}`"),
        }
    }
    let said = desk.types("cloudcorrect validate");
    assert_eq!((desk.status, said.lines().count()), (0, 1), "what is left is good: {said}");
}

#[test]
fn what_the_guide_shows_beside_is_valid() {
    const CHECKS: &str =
        "checks: [{ id: x, select: AWS::EC2::Instance, assert: tag(\"Name\") != null }]";
    let tree = tempfile::tempdir().expect("a directory");
    let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n\
                   spec: { aws: { accountId: 123456789012, regions: [eu-west-1] } }\n";
    fs::write(tree.path().join("account.yaml"), account).expect("a file");
    let asides = blocks(GUIDE).into_iter().filter(|it| it.language == "yaml" && file(it).is_none());
    let mut count = 0;
    for block in asides {
        let document = if block.text.contains("kind: ") {
            block.text.to_owned()
        } else {
            let inner: Vec<String> = block.text.lines().map(|line| format!("  {line}")).collect();
            let inner = inner.join("\n");
            format!(
                "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: aside-{count} }}\n\
                 spec:\n{inner}\n  {CHECKS}\n"
            )
        };
        fs::write(tree.path().join(format!("{count}.yaml")), document).expect("a file");
        count += 1;
    }
    assert!(count >= 3, "schedules and a schema for editors");
    let output = cloudcorrect(&["validate", tree.path().to_str().expect("UTF-8")]);
    let said = text(&output.stdout);
    assert!(output.status.success() && said.lines().count() == 1, "{said}");
}

#[test]
fn the_commands_that_the_guide_names_are_there() {
    let prose: String = GUIDE.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    let mut count = 0;
    for command in spans.filter_map(|span| span.strip_prefix("cloudcorrect ")) {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let output = cloudcorrect(&arguments);
        assert!(output.status.success(), "cloudcorrect {command}: {}", text(&output.stderr));
        count += 1;
    }
    assert!(count > 5, "{count}");
}

#[test]
fn what_is_left_out_may_be_anything_and_nothing_else() {
    let table = [
        ("a\nb\n", "a\nb\n", true),
        ("a\n", "a\nb\n", false),
        ("a\n...\n", "a\nb\nc\n", true),
        ("a\n...\nc\n", "a\nb\nc\n", true),
        ("a\n...\nd\n", "a\nb\nc\n", false),
        ("...\nb\n...\n", "a\nb\nc\n", true),
        ("...\nx\n...\n", "a\nb\nc\n", false),
        ("a\n...\n", "b\na\n", false),
        ("", "a\n", false),
        ("", "", true),
    ];
    for (shown, answered, expected) in table {
        assert_eq!(is_shown(shown, answered), expected, "{shown:?} of {answered:?}");
    }
}
