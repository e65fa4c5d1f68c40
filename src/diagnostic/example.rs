//! Examples of codes, as their texts hold them in blocks of code.

/// Example of a text that has a problem, or of one that has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// `true` where the text is as it should be.
    pub is_right: bool,
    /// Language of the text, as Markdown names it: `yaml`, `json`, `toml`, `cel` or `sh`.
    pub language: &'static str,
    /// Surroundings of the text.
    pub context: ExampleContext,
    /// Text without the last line break. A line that ends with `# N times` stands for so many, with
    /// their number in the place of `{n}`; `<U+XXXX>` and `<0xXX>` for a character and a byte.
    pub text: &'static str,
}

/// Surroundings of an [`Example`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleContext {
    /// Documents of a policy repository with an account `prod`.
    Documents,
    /// Documents beside a group `storage`, whose check `versioned` is of `AWS::S3::Bucket`.
    Tested,
    /// Check in the `checks` of a group.
    Check,
    /// Assertion of a check of `AWS::S3::Bucket`.
    Assertion,
    /// Commands in a clone of the repository.
    Shell,
    /// Variables in the environment of the service.
    Environment,
    /// File of that name.
    File(&'static str),
}

impl ExampleContext {
    fn new(language: &str, word: Option<&'static str>) -> Self {
        match (language, word) {
            ("cel", _) => Self::Assertion,
            ("sh", Some(_)) => Self::Environment,
            ("sh", None) => Self::Shell,
            (_, None) => Self::Documents,
            (_, Some("check")) => Self::Check,
            (_, Some("tested")) => Self::Tested,
            (_, Some(file)) => Self::File(file),
        }
    }
}

/// Text before the first block of code.
pub(super) fn prose(entry: &'static str) -> &'static str {
    entry.split("```").next().unwrap_or_default().trim()
}

/// Blocks of code, each opened by a language, `right` or `wrong` and perhaps a context.
pub(super) fn examples(entry: &'static str) -> impl Iterator<Item = Example> {
    entry.split("```").skip(1).step_by(2).filter_map(|block| {
        let (head, text) = block.split_once('\n')?;
        let mut words = head.split_whitespace();
        let language = words.next()?;
        let is_right = words.next()? == "right";
        let context = ExampleContext::new(language, words.next());
        Some(Example { is_right, language, context, text: text.trim_end() })
    })
}
