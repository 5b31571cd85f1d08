# The checks and chores of the house; `just` lists them.

default:
    @just --list

# Everything that must hold before a change lands
ci:
    bash .ci/run

# All tests
test:
    cargo test --release

# Format, lints, documentation, licences
lint:
    cargo fmt --check
    cargo clippy --release --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps
    command -v cargo-deny > /dev/null && cargo deny check licenses bans sources || echo "cargo-deny is not installed: licences not checked"

# How fast it is
bench:
    cargo bench --profile release --bench record

# The demo site
demo:
    cargo run --release -- demo

# Figures against independent libraries; PYTHON has the packages of tests/oracle/requirements.txt
oracle PYTHON="python3":
    cargo build --release
    {{PYTHON}} tests/oracle/check.py --self-test --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    {{PYTHON}} tests/oracle/strategy.py --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
