# The checks and chores of the house; `just` lists them.

default:
    @just --list

# Everything that must hold before a change lands
ci:
    bash .ci/run

# All tests
test:
    cargo test --release --locked

# Format, lints, documentation, licences
lint:
    cargo fmt --check
    cargo clippy --release --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps
    if command -v typos > /dev/null; then typos; else echo "typos is not installed: spelling not checked"; fi
    if command -v cargo-deny > /dev/null; then cargo deny --locked check licenses bans sources; else echo "cargo-deny is not installed: licences not checked"; fi

# How fast it is
bench:
    cargo bench --profile release --locked --bench record

# Whether time grows with the record and no faster
growth:
    cargo bench --profile release --locked --bench growth

# The demo site
demo:
    cargo run --release --locked -- demo

# Figures against independent libraries; PYTHON has the packages of tests/oracle/requirements.txt
oracle PYTHON="python3":
    cargo build --release --locked
    {{PYTHON}} tests/oracle/check.py --self-test --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    {{PYTHON}} tests/oracle/strategy.py --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
