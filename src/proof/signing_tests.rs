use super::*;
use crate::proof::testing::{now, published, signed};
use crate::proof::{Options, record, verify};

fn broken(folder: &Path) -> String {
    verify(&folder.join("proof"), &Options::default()).unwrap().broken.expect("it is broken").what
}

#[test]
fn the_log_is_signed_once_by_the_key_that_it_names() {
    let Some(site) = signed() else { return };
    assert!(!sign(&site.dir()).unwrap(), "it is signed already");
    assert!(begin_signing(&site.dir(), &site.config(), None, now()).is_err());
    let folder = published(&site);
    let found = verify(&folder.path().join("proof"), &Options::default()).unwrap();
    assert_eq!(found.broken, None);
    let expected = format!("the first {} lines are signed by the key that the log names", found.entries);
    assert!(found.checked.contains(&expected), "{:?}", found.checked);
    let names: Vec<String> = walkdir::WalkDir::new(folder.path())
        .into_iter()
        .map(|file| file.unwrap().path().display().to_string())
        .collect();
    assert!(names.iter().all(|name| !name.contains("private") && !name.ends_with("/key")), "{names:?}");
}

#[test]
fn what_is_recorded_after_a_signature_leaves_it_as_good_as_it_was() {
    let Some(site) = signed() else { return };
    let note = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n";
    site.write("content/trades/n1.md", note);
    assert_eq!(record(&site.dir(), &site.config(), now()).unwrap().unwrap().new, 1);
    let found = verify(&published(&site).path().join("proof"), &Options::default()).unwrap();
    let expected = format!("the first {} lines are signed", found.entries - 1);
    assert!(found.broken.is_none() && found.checked.iter().any(|what| what.starts_with(&expected)), "{found:?}");
}

#[test]
fn a_site_that_was_moved_goes_on_with_its_keys_and_one_without_its_key_says_what_to_do() {
    let Some(site) = signed() else { return };
    for written in [site.read("data/proof/private/key_path"), "/gone/data/proof/private/key\n".to_owned()] {
        let moved = site.copied();
        moved.write("data/proof/private/key_path", &written);
        let note = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n";
        moved.write("content/trades/n1.md", note);
        record(&moved.dir(), &moved.config(), now()).unwrap();
        let key = moved.path("data/proof/private/key");
        std::fs::rename(&key, moved.path("elsewhere")).unwrap();
        let refused = sign(&moved.dir()).unwrap_err();
        assert!(refused.message().contains("the key that signs the log is not there"), "{refused}");
        std::fs::rename(moved.path("elsewhere"), key).unwrap();
        assert!(sign(&moved.dir()).unwrap());
        assert_eq!(verify(&published(&moved).path().join("proof"), &Options::default()).unwrap().broken, None);
        // A key of one's own is used where it is, and never another one of its name.
        moved.write("content/trades/n1.md", &note.replace("Why", "Another"));
        record(&moved.dir(), &moved.config(), now()).unwrap();
        moved.write("data/proof/private/key_path", "/home/nobody/.ssh/key\n");
        assert!(sign(&moved.dir()).is_err());
    }
}

#[test]
fn a_log_that_was_cut_off_or_signed_by_another_key_is_seen() {
    let Some(site) = signed() else { return };
    let folder = published(&site);
    let log = std::fs::read_to_string(folder.path().join("proof/log")).unwrap();
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    // Without the line of the key nothing is signed; one more entry is recorded so that another line can go.
    let note = "+++\nid = \"n1\"\nsymbol = \"MTUM\"\ncreated_at = 2022-07-29T20:30:00Z\n[pre_trade]\nthesis = \"Why\"\n+++\n";
    site.write("content/trades/n1.md", note);
    record(&site.dir(), &site.config(), now()).unwrap();
    assert!(sign(&site.dir()).unwrap());
    let cut = published(&site);
    std::fs::write(cut.path().join("proof/log"), lines.concat()).unwrap();
    let last = std::fs::read_to_string(site.path("data/proof/log")).unwrap();
    std::fs::remove_file(cut.path().join("proof").join(&last.lines().last().unwrap()[66..])).unwrap();
    assert!(broken(cut.path()).contains("and the log has"), "{}", broken(cut.path()));

    let other = signed().unwrap();
    let key = std::fs::read(published(&other).path().join("proof/allowed_signers")).unwrap();
    std::fs::write(folder.path().join("proof/allowed_signers"), key).unwrap();
    assert!(broken(folder.path()).contains("other keys than the log names"));

    let folder = published(&site);
    let others = published(&other);
    let from = others.path().join(format!("proof/stamps/{}.sig", lines.len()));
    std::fs::copy(from, folder.path().join(format!("proof/stamps/{}.sig", lines.len() + 1))).unwrap();
    assert!(broken(folder.path()).contains("is no signature over the lines"), "{}", broken(folder.path()));
}

#[test]
fn a_key_is_there_whole_or_not_at_all() {
    let Some(site) = signed() else { return };
    // One that was being made when the program was killed.
    site.write("data/proof/private/key-7.tmp/key", "half a k");
    site.write("data/proof/private/key-7.tmp/rest", "");
    let key = new_key(&site.dir(), 7).unwrap();
    assert!(key.ends_with("data/proof/private/key-7") && public_key(&key).unwrap().starts_with("ssh-ed25519 "));
    assert!(!site.dir().proof_private().join("key-7.tmp").exists());
    let made = std::fs::read(&key).unwrap();
    assert_eq!(std::fs::read(new_key(&site.dir(), 7).unwrap()).unwrap(), made, "a key is made once");
}
