//! Answers of the test run, kept as files for checks that are no Rust: see `.ci/clients/types`.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hyper::header::CONTENT_ENCODING;
use serde_json::value::RawValue;
use simtune::exchange::Answer;
use simtune::wire::headers::Content;

/// What is kept of one exchange.
#[derive(serde::Serialize)]
struct Recorded<'a> {
    method: &'a str,
    target: &'a str,
    content_type: &'a str,
    body: &'a RawValue,
}

/// Writes a successful JSON answer of Graph to the folder that `SIMTUNE_RECORD_RESPONSES` names, if it names one. The
/// name of the file is a hash of its content, so the same answer is there once however often it was given.
pub(crate) fn record(method: &str, target: &str, answer: &Answer) {
    let Some(folder) = folder() else { return };
    let is_json = matches!(answer.content, Content::OData(_)) && !answer.headers.contains_key(CONTENT_ENCODING);
    if !answer.status.is_success() || !is_json {
        return;
    }
    let body = std::str::from_utf8(&answer.body).expect("text");
    let recorded = Recorded {
        method,
        target,
        content_type: answer.headers["content-type"].to_str().expect("text"),
        body: serde_json::from_str(body).expect("JSON"),
    };
    let content = serde_json::to_string(&recorded).expect("JSON");
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let path = folder.join(format!("{:016x}.json", hasher.finish()));
    if !path.exists() {
        // Tests run side by side: nobody may see half a file.
        let part = path.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::write(&part, content).expect("the folder of SIMTUNE_RECORD_RESPONSES can be written");
        fs::rename(&part, &path).expect("the file can be renamed");
    }
}

fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            #[expect(clippy::disallowed_methods, reason = "whether to record is asked by whoever runs the tests")]
            std::env::var("SIMTUNE_RECORD_RESPONSES").ok().map(PathBuf::from)
        })
        .as_deref()
}
