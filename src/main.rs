//! The command line of `trackrecord`.

/// Half the work of a build is small allocations, and several threads make them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    trackrecord::cli::run()
}
