//! Drivers to begin with, one for each language: what `init` writes. They are files of this package that run as they are.

/// A driver to begin with.
#[derive(Debug)]
pub struct Template {
    /// What it is asked for by.
    pub language: &'static str,
    /// Its files: the path in its folder, and the text.
    pub files: &'static [File],
    /// What fetches or builds what it needs, as typed in its folder. Nothing, if that is there anyway.
    pub prepare: &'static str,
    /// The arguments of `check` that run it, as typed in its folder.
    pub check: &'static str,
    /// What is to be replaced, and where.
    pub replace: &'static str,
}

/// A file of a template.
#[derive(Debug)]
pub struct File {
    /// Where it lies in the template's folder.
    pub path: &'static str,
    /// What is in it.
    pub text: &'static str,
    /// Whether it is a program.
    pub runs: bool,
}

const fn file(path: &'static str, text: &'static str) -> File {
    File { path, text, runs: false }
}

const fn program(path: &'static str, text: &'static str) -> File {
    File { path, text, runs: true }
}

/// All of them, by the name of their language.
pub const TEMPLATES: [Template; 4] = [
    Template {
        language: "node",
        files: &[
            file("driver.mjs", include_str!("../workers/node/worker.mjs")),
            file("package.json", include_str!("../templates/node/package.json")),
        ],
        prepare: "npm install",
        check: "check --smoke --out results -- node driver.mjs",
        replace: "connect, perform and told of driver.mjs",
    },
    Template {
        language: "python",
        files: &[
            file("driver.py", include_str!("../templates/python/driver.py")),
            file("graph.py", include_str!("../templates/python/graph.py")),
            file("requirements.txt", include_str!("../templates/python/requirements.txt")),
        ],
        prepare: "python3 -m venv venv && venv/bin/pip install -r requirements.txt",
        check: "check --smoke --out results -- venv/bin/python driver.py",
        replace: "graph.py; perform and told of driver.py speak to it",
    },
    Template {
        language: "rust",
        files: &[
            // By another name here: a folder with a manifest is a package of its own and would not be part of this one.
            file("Cargo.toml", include_str!("../templates/rust/manifest.toml")),
            file("src/graph.rs", include_str!("../templates/rust/graph.rs")),
            file("src/main.rs", include_str!("../templates/rust/main.rs")),
        ],
        prepare: "cargo build",
        check: "check --smoke --out results -- target/debug/my-client-driver",
        replace: "src/graph.rs; perform and told of src/main.rs speak to it",
    },
    Template {
        language: "sh",
        files: &[program("driver.sh", include_str!("../templates/sh/driver.sh"))],
        prepare: "",
        check: "check --smoke --drive command --out results -- ./driver.sh",
        replace: "what comes before \"the operations\" in driver.sh",
    },
];

impl Template {
    /// The driver for a language, or the names of those that there are.
    pub fn named(language: &str) -> Result<&'static Self, String> {
        let known = || TEMPLATES.map(|template| template.language).join(", ");
        TEMPLATES.iter().find(|template| template.language == language).ok_or_else(|| format!("there are {}", known()))
    }
}
