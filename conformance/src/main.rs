//! The program: hand the arguments over, end with the exit code that comes back.

fn main() {
    let code = simtune_conformance::cli::run(std::env::args_os());
    #[expect(clippy::disallowed_methods, reason = "this is where the process ends")]
    std::process::exit(code.into());
}
