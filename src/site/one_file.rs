//! Files of a site that would be one file where it is written, on this computer or another: their paths differ in capitals alone,
//! or one is a folder of the other.

use std::collections::BTreeMap;
use std::path::Path;

use super::build::{Files, Options};
use super::pages::page_at;
use crate::publication::Publication;
use crate::site_dir::without_case;
use crate::{Error, Place};

/// The error of two pages with one path.
pub fn twice(publication: &Publication, path: &str) -> Error {
    let error =
        Error::data(format!("two pages would both be `{path}`")).hint("rename one of the Markdown files in content/");
    match text_of(publication, path) {
        Some(place) => error.at(place),
        None => error,
    }
}

/// Refuses files of which a reader, or this computer, would see one alone.
///
/// # Errors
/// Two such paths, with the author's file behind one of them where there is one.
pub fn refuse(files: &Files, publication: &Publication, options: &Options) -> Result<(), Error> {
    // Nearly every path is in small letters, and so all that has to be looked up are the others.
    let mut others: BTreeMap<String, &str> = BTreeMap::new();
    for path in files.keys() {
        let small = without_case(path);
        if small == path.as_str() {
            continue;
        }
        let same = files.get_key_value(small.as_ref()).map(|(same, _)| same.as_str());
        if let Some(same) = same.or_else(|| others.get(small.as_ref()).copied()) {
            let message = format!(
                "`{same}` and `{path}` are one file on computers and hosts that do not tell capitals from small letters"
            );
            return Err(refused(message, [path, same], publication, options));
        }
        others.insert(small.into_owned(), path);
    }
    let mut before = "";
    for path in files.keys() {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder == before {
            continue;
        }
        before = folder;
        let folders = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
        for above in folders.filter_map(|end| folder.get(..end)) {
            let small = without_case(above);
            let file = files.get_key_value(small.as_ref()).map(|(file, _)| file.as_str());
            if let Some(file) = file.or_else(|| others.get(small.as_ref()).copied()) {
                let message = format!("`{path}` would lie in a folder where the site has the file `{file}`");
                return Err(refused(message, [path, file], publication, options));
            }
        }
    }
    Ok(())
}

fn refused(message: String, paths: [&str; 2], publication: &Publication, options: &Options) -> Error {
    let error = Error::data(message).hint("rename the file that is yours");
    match paths.into_iter().find_map(|path| source_of(path, publication, options)) {
        Some(place) => error.at(place),
        None => error,
    }
}

/// The author's file that a file of the site was made from.
fn source_of(path: &str, publication: &Publication, options: &Options) -> Option<Place> {
    let has = |files: Option<&Files>| files.is_some_and(|files| files.contains_key(path));
    match () {
        () if has(options.static_files) => Some(Place::file(Path::new("static").join(path))),
        () if has(options.pictures) => Some(Place::file(Path::new("content").join(path))),
        () => text_of(publication, path),
    }
}

/// The text that a page shows.
fn text_of(publication: &Publication, path: &str) -> Option<Place> {
    let page = publication.texts.pages().find(|page| page_at(page.slug()) == path)?;
    Some(Place::file(page.path()))
}

#[cfg(test)]
mod tests {
    use super::super::build::{Files, Options, render};
    use crate::publication::testing;

    fn refused(pages: &[&str], of_static: &str, picture: &str) -> String {
        let mut publication = testing::publication();
        pages.iter().for_each(|page| publication.texts.set_page(page));
        let files = |path: &str| -> Files {
            [(path.to_owned(), "x".to_owned().into())].into_iter().filter(|_| !path.is_empty()).collect()
        };
        let (of_static, pictures) = (files(of_static), files(picture));
        let options = Options { static_files: Some(&of_static), pictures: Some(&pictures), ..Options::default() };
        render(&publication, &options).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn files_that_are_one_where_capitals_do_not_count_are_refused() {
        let one = "are one file on computers and hosts that do not tell capitals from small letters";
        let cases: [(&[&str], &str, String); 4] = [
            (&["Trades"], "", format!("content/Trades.md: `trades/index.html` and `Trades/index.html` {one}")),
            (&["a/B", "A/b"], "", format!("content/a/B.md: `A/b/index.html` and `a/B/index.html` {one}")),
            (
                &["\u{e9}", "e\u{301}"],
                "",
                format!("content/e\u{301}.md: `\u{e9}/index.html` and `e\u{301}/index.html` {one}"),
            ),
            (&[], "Index.HTML", format!("static/Index.HTML: `index.html` and `Index.HTML` {one}")),
        ];
        for (pages, of_static, said) in cases {
            assert_eq!(refused(pages, of_static, ""), said);
        }
        assert_eq!(refused(&["Mine", "\u{dc}ber"], "CNAME", ""), "");
    }

    #[test]
    fn a_page_in_a_folder_that_is_a_file_is_refused_with_its_text() {
        for page in ["style.css", "Style.CSS", "index.html", "data/orders.csv", "about/index.html/x", "robots.txt"] {
            let said = refused(&["about", page], "", "");
            assert!(
                said.starts_with(&format!("content/{page}.md: `{page}/index.html` would lie in a folder")),
                "{said}"
            );
        }
        assert_eq!(
            refused(&[], "style.css/a.txt", ""),
            "static/style.css/a.txt: `style.css/a.txt` would lie in a folder where the site has the file `style.css`"
        );
        assert_eq!(refused(&["mine"], "mine/a.txt", "unshown.png"), "");
    }
}
