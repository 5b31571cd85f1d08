//! What a release is made of, as far as it can be made here: archives, and whether `cargo binstall` would find them.

use std::path::Path;
use std::process::Command;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(HERE).join(path)).unwrap()
}

/// The targets that the workflow builds.
fn targets() -> Vec<String> {
    let workflow = text(".github/workflows/release.yml");
    let named = workflow.lines().filter_map(|line| line.trim().strip_prefix("- { target: "));
    named.map(|rest| rest.split(',').next().unwrap().to_owned()).collect()
}

#[test]
fn cargo_binstall_finds_every_archive_that_the_workflow_makes() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let package = &manifest["package"];
    let (name, version) = (package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
    let binstall = &package["metadata"]["binstall"];
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join(".ci")).unwrap();
    for file in [".ci/archive", "LICENSE-MIT", "LICENSE-APACHE", "README.md", "CHANGELOG.md"] {
        std::fs::copy(Path::new(HERE).join(file), root.join(file)).unwrap();
    }
    // Only where the runner is Windows does the script call 7z.
    let path = std::env::var("PATH").unwrap();
    std::fs::create_dir(root.join("bin")).unwrap();
    crate::repository::executable(&root.join("bin/7z"), "#!/usr/bin/env bash\ntar -cf \"$3\" \"$4\"\n");
    let targets = targets();
    assert!(targets.len() >= 5, "{targets:?}");
    for target in targets {
        let program = if target.contains("windows") { "trackrecord.exe" } else { "trackrecord" };
        let built = root.join("target").join(&target).join("dist");
        std::fs::create_dir_all(&built).unwrap();
        std::fs::write(built.join(program), "program").unwrap();
        let mut command = Command::new("bash");
        command.arg(root.join(".ci/archive")).args([&format!("v{version}"), &target]);
        command.env("PATH", format!("{}:{path}", root.join("bin").display())).env_remove("CARGO_TARGET_DIR");
        let said = command.output().unwrap();
        assert!(said.status.success(), "{target}: {}", String::from_utf8_lossy(&said.stderr));

        let own = binstall["overrides"].get(&target).and_then(|own| own.get("pkg-url"));
        let filled = |template: &toml::Value| {
            let extension = if target.contains("windows") { ".exe" } else { "" };
            let known =
                [("name", name), ("bin", name), ("version", version), ("target", &target), ("binary-ext", extension)];
            known.iter().fold(template.as_str().unwrap().to_owned(), |text, (key, value)| {
                text.replace(&format!("{{ {key} }}"), value)
            })
        };
        let address = filled(own.unwrap_or(&binstall["pkg-url"]));
        let archive = root.join("archive").join(address.rsplit('/').next().unwrap());
        assert!(address.starts_with("{ repo }/releases/download/v") && archive.is_file(), "{address}");
        let sum = std::fs::read_to_string(format!("{}.sha256", archive.display())).unwrap();
        assert!(sum.trim().ends_with(archive.file_name().unwrap().to_str().unwrap()), "{sum}");
        let listed = Command::new("tar").arg("-tf").arg(&archive).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let inside = filled(&binstall["bin-dir"]);
        assert!(listed.lines().any(|line| line == inside), "{inside} in\n{listed}");
        assert!(listed.contains("LICENSE-MIT") && listed.contains("LICENSE-APACHE"), "{listed}");
    }
}

#[test]
fn the_notes_of_a_release_are_its_section_of_the_changelog() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join(".ci")).unwrap();
    std::fs::copy(Path::new(HERE).join(".ci/release-notes"), root.join(".ci/release-notes")).unwrap();
    std::fs::write(root.join("Cargo.toml"), "[package]\nversion = \"1.2.3\"\n").unwrap();
    let notes = |changelog: &str, tag: &str| {
        std::fs::write(root.join("CHANGELOG.md"), changelog).unwrap();
        let said = Command::new("bash").arg(root.join(".ci/release-notes")).arg(tag).output().unwrap();
        let words = if said.status.success() { said.stdout } else { said.stderr };
        (said.status.success(), String::from_utf8(words).unwrap().trim().to_owned())
    };
    let changelog =
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-27\n\n- New.\n\n## [1.2.2] - 2026-01-01\n- Old.\n";
    assert_eq!(notes(changelog, "v1.2.3"), (true, "- New.".to_owned()));
    assert_eq!(notes(changelog, "v1.2.2"), (false, "Cargo.toml does not say 1.2.2".to_owned()));
    assert_eq!(
        notes("## [Unreleased]\n- New.\n", "v1.2.3"),
        (false, "CHANGELOG.md has no section [1.2.3]".to_owned())
    );
}
