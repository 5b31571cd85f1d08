//! Letters of other scripts: from which files they come, and where those are that no file brings.

use super::tests::{MONTH, comment, options, short};
use super::*;
use crate::publication::{NoteText, NoteView};

#[test]
fn letters_outside_of_the_commentary_are_found_in_the_files_of_the_site() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(site.path().join("config")).unwrap();
    std::fs::create_dir_all(site.path().join("content/trades")).unwrap();
    std::fs::write(site.path().join("config/config.toml"), "[site]\ntitle = \"\u{1f680}\"\n").unwrap();
    std::fs::write(site.path().join("content/trades/a.md"), "+++\n[pre_trade]\nthesis = \"\u{5d0}\"\n+++\n").unwrap();
    let mut publication = short();
    publication.facts.masthead.title = "\u{1f680}".into();
    let order = publication.orders.iter_mut().find(|order| YearMonth::of(order.date).to_string() == MONTH).unwrap();
    let path: std::path::PathBuf = "content/trades/a.md".into();
    order.note = Some(NoteView { created_at: order.first_fill, before_trade: true, path: path.clone() });
    publication.texts.set_note(NoteText { thesis: "\u{5d0}".into(), path, ..NoteText::default() });
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let options = Options { root: site.path(), ..options(&cache, &pictures) };
    let heard = one(&publication, MONTH.parse().unwrap(), &options).unwrap().warnings;
    let starts: Vec<&str> = heard.iter().filter_map(|warning| warning.split("; ").next()).collect();
    assert_eq!(
        starts,
        [
            "content/trades/a.md:3: no font of the reports has \u{5d0} (U+05D0)",
            "config/config.toml:2: no font of the reports has \u{1f680} (U+1F680)",
        ]
    );
}

#[test]
fn a_font_of_the_site_brings_its_letters_and_another_one_other_bytes() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(site.path().join("fonts")).unwrap();
    let font = include_bytes!("../../tests/fixtures/fonts/TrialHebrew.ttf");
    let file = site.path().join("fonts/Hebrew.ttf");
    std::fs::write(&file, font).unwrap();
    let mut publication = short();
    comment(
        &mut publication,
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}, **\u{5e9}\u{5dc}\u{5d5}\u{5dd}** `\u{5d0}`.\n\nIn English.",
    );
    let (cache, pictures) = (Cache::in_memory(), Pictures::default());
    let fonts = ["fonts/Hebrew.ttf".to_owned()];
    let options = Options { root: site.path(), fonts: &fonts, ..options(&cache, &pictures) };
    let month: YearMonth = MONTH.parse().unwrap();
    let typeset = || one(&publication, month, &options).unwrap();
    let first = typeset();
    assert_eq!((first.typeset, first.warnings.len()), (1, 0));
    assert_ne!(first.files, one(&publication, month, &Options { fonts: &[], ..options }).unwrap().files);
    // A named file that is another one makes the report again, and the same file the same bytes.
    typeset();
    std::fs::write(&file, [&font[..], b"and more"].concat()).unwrap();
    assert_eq!(typeset().typeset, 1);
    std::fs::write(&file, font).unwrap();
    let again = typeset();
    assert_eq!(again.typeset, 1);
    assert!(again.files == first.files);
    std::fs::remove_file(&file).unwrap();
    assert!(one(&publication, month, &options).err().unwrap().next_step().unwrap().contains("put the file there"));
}
