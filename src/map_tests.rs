//! What CONTRIBUTING's map claims: it names every room, and no room imports one that imports it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use walkdir::WalkDir;

/// The rooms that each room imports.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in WalkDir::new(&source).into_iter().map(Result::unwrap).filter(|file| file.file_type().is_file()) {
        let path = file.path().strip_prefix(&source).unwrap().with_extension("");
        let is_of_tests = path.to_string_lossy().contains("test");
        let room = path.iter().next().unwrap().to_string_lossy().into_owned();
        if is_of_tests || room == "lib" || room == "main" {
            continue;
        }
        let text = std::fs::read_to_string(file.path()).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let used = text.split("crate::").skip(1).filter_map(|rest| rest.split(|c: char| !is_of_a_name(c)).next());
        rooms.entry(room).or_default().extend(used.map(str::to_owned));
    }
    let known: BTreeSet<String> = rooms.keys().cloned().collect();
    for (room, used) in &mut rooms {
        used.retain(|other| other != room && known.contains(other));
    }
    rooms
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter == '_'
}

/// What is left of a graph when whatever imports nothing of the rest is taken away again and again: its circles.
fn circles(mut rooms: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let left: BTreeSet<String> = rooms.keys().cloned().collect();
        let before = rooms.len();
        rooms.retain(|_, used| used.iter().any(|other| left.contains(other)));
        if rooms.len() == before {
            return rooms;
        }
    }
}

#[test]
fn no_room_points_back() {
    let rooms = imports();
    assert!(rooms["site"].contains("render") && rooms["cli"].contains("build"), "{rooms:?}");
    assert_eq!(circles(rooms), BTreeMap::new());
}

#[test]
fn a_circle_is_found() {
    let to = |room: &str, other: &str| (room.to_owned(), BTreeSet::from([other.to_owned()]));
    let rooms = BTreeMap::from([to("a", "b"), to("b", "c"), to("c", "b"), ("d".to_owned(), BTreeSet::new())]);
    assert_eq!(circles(rooms).into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn the_map_names_every_room() {
    let map = include_str!("../CONTRIBUTING.md");
    for room in imports().keys().filter(|room| *room != "error" && *room != "toml_value") {
        let named = [format!("`src/{room}/`"), format!("`src/{room}.rs`")];
        assert!(named.iter().any(|name| map.contains(name)), "CONTRIBUTING.md does not name {room}");
    }
}
