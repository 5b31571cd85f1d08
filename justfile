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
    if command -v cargo-deny > /dev/null; then cargo deny --locked check; else echo "cargo-deny is not installed: dependencies not checked"; fi

# How fast it is
bench:
    cargo bench --profile release --locked --bench record

# The demo's site beside Hugo's and QuantStats', and builds of three sizes, on an idle machine; PYTHON has the packages of the oracle
compare PYTHON="python3":
    cargo build --release --locked
    {{PYTHON}} benches/compare/run.py --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    bash .ci/e2e ${CARGO_TARGET_DIR:-target}/release/trackrecord ../../benches/sizes.js

# Lighthouse over pages of the demo, medians of five on a phone and on a desktop, on an idle machine
lighthouse:
    cargo build --release --locked
    bash .ci/e2e ${CARGO_TARGET_DIR:-target}/release/trackrecord ../../benches/lighthouse.js

# Whether time grows with the record and no faster; WHAT are parts of lines' names
growth *WHAT:
    cargo bench --profile release --locked --bench growth -- {{WHAT}}

# `watch` in a real browser; installs node, npm, chromium and playwright-core where they are missing
e2e ONLY="":
    cargo build --release --locked
    bash .ci/e2e ${CARGO_TARGET_DIR:-target}/release/trackrecord watch.js "{{ONLY}}"

# Pages of the demo and of records at the edges in a real browser: "sample" for one page of each kind, "all", "all" with names of records, or names
pages *WHICH="sample":
    cargo build --release --locked
    bash .ci/e2e ${CARGO_TARGET_DIR:-target}/release/trackrecord pages.js {{WHICH}}

# The HTML of every kind of page by the Nu HTML Checker; takes Java
valid:
    cargo build --release --locked
    bash .ci/e2e ${CARGO_TARGET_DIR:-target}/release/trackrecord valid.js

# From a save to the frame that shows it, beside `hugo server` where that is installed; NODE_PATH has playwright-core
latency SAVES="200":
    cargo build --release --locked
    node benches/watch.js ${CARGO_TARGET_DIR:-target}/release/trackrecord {{SAVES}}

# The demo site
demo:
    cargo run --release --locked -- demo

# Figures against independent libraries; PYTHON has the packages of tests/oracle/requirements.txt
oracle PYTHON="python3":
    cargo build --release --locked
    {{PYTHON}} tests/oracle/check.py --self-test --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    {{PYTHON}} tests/oracle/strategy.py --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    {{PYTHON}} tests/oracle/published.py --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord

# What a curious reader finds out of a hundred accounts' sizes, as a table; `.ci/run` takes eight
curious PYTHON="python3":
    cargo build --release --locked
    {{PYTHON}} tests/oracle/curious.py --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord

# The final search for private values: so many honest accounts, and so many planted values; tests try a few hundred
private-values RUNS="10000":
    TRACKRECORD_ACCOUNTS={{RUNS}} TRACKRECORD_PLANTED={{RUNS}} cargo test --release --locked --lib build::private_values_tests

# Ugly accounts against ledgers of their own: statements of a year cut and ordered at random, tables of net values, tables of
# fills. PYTHON has the packages of tests/oracle/requirements.txt; `.ci/run` plays a few
hostile PYTHON="python3" RUNS="1000": hostile-inputs
    cargo build --release --locked
    {{PYTHON}} tests/hostile/run.py --runs {{RUNS}} --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    {{PYTHON}} tests/hostile/nav.py --runs {{RUNS}} --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord
    {{PYTHON}} tests/hostile/fills.py --runs {{RUNS}} --binary ${CARGO_TARGET_DIR:-target}/release/trackrecord

# Inputs spoilt on purpose for every reader, commands killed, and disks without room; `cargo test` tries 20,000, 50 and 30
hostile-inputs INPUTS="1000000" KILLS="2000" FAULTS="2000":
    mkdir -p ${CARGO_TARGET_DIR:-target}/hostile
    TRACKRECORD_HOSTILE_PARTS=$(realpath ${CARGO_TARGET_DIR:-target}/hostile) TRACKRECORD_HOSTILE={{INPUTS}} cargo test --release --locked --test suite no_input_breaks_a_reader -- --nocapture
    TRACKRECORD_KILLS={{KILLS}} cargo test --release --locked --test suite killed_at_any_moment_nothing
    TRACKRECORD_FAULTS={{FAULTS}} cargo test --release --locked --test suite out_of_room_at_any_file

# Inputs steered by what code they reach, of every kind or of some, each so many seconds; what reached something new is kept
fuzz SECONDS="60" *KINDS:
    bash fuzz/run {{SECONDS}} {{KINDS}}

# A million guesses at an entry of the proof that is held back; `cargo test` tries 20,000
proof-guesses GUESSES="1000000":
    TRACKRECORD_GUESSES={{GUESSES}} cargo test --release --locked --lib a_sealed_entry_is_not_found_by_guessing

# Whether ten years of proof are verified in 300 ms and stamped in 50, on an idle machine
proof-speed:
    cargo test --release --locked --lib proof::speed_tests -- --ignored --nocapture
