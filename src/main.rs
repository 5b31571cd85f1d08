//! The command line of `trackrecord`.

fn main() -> std::process::ExitCode {
    trackrecord::cli::run()
}
