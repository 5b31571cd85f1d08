//! The author's posts: texts below `content/posts/`, newest first.

use std::path::Path;

use chrono::NaiveDate;

use super::texts::{Reads, Texts, Unread};
use crate::record::Document;

/// What the names of their pages begin with.
const FOLDER: &str = "posts/";

/// A post. What its front matter says is part of every site's outline; its text is read.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a>(&'a Document);

impl<'a> Post<'a> {
    /// The page with a text, if that is a post.
    pub fn of(page: Unread<'a>) -> Option<Self> {
        page.slug().starts_with(FOLDER).then(|| Self(page.front()))
    }

    /// The path of its page in the site: `posts/first/index.html`.
    pub fn path(self) -> String {
        format!("{}/index.html", self.0.slug)
    }

    /// Its title.
    pub fn title(self) -> &'a str {
        &self.0.title
    }

    /// Its date; only a draft may have none yet.
    pub fn date(self) -> Option<NaiveDate> {
        self.0.date
    }

    /// What it is about, in the author's order.
    pub fn tags(self) -> &'a [String] {
        &self.0.tags
    }

    /// What the author says of it in a sentence or two, if he does.
    pub fn summary(self) -> Option<&'a str> {
        Some(self.0.summary.as_str()).filter(|summary| !summary.is_empty())
    }

    /// Whether it is left out unless drafts are asked for.
    pub fn is_draft(self) -> bool {
        self.0.is_held_back()
    }

    /// Its file, relative to the site's root.
    pub fn file(self) -> &'a Path {
        &self.0.path
    }

    /// The text itself, after noting that it was read.
    pub fn read(self, reads: &Reads) -> &'a Document {
        reads.note(&self.0.path);
        self.0
    }
}

impl Texts {
    /// The posts, newest first, with or without drafts.
    pub fn posts(&self, drafts: bool) -> Vec<Post<'_>> {
        let mut posts: Vec<Post> =
            self.pages().filter_map(Post::of).filter(|post| drafts || !post.is_draft()).collect();
        // Those without a date are being written.
        posts.sort_by_key(|post| std::cmp::Reverse(post.date().unwrap_or(NaiveDate::MAX)));
        posts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    #[test]
    fn posts_are_listed_newest_first_and_drafts_only_on_request() {
        let page = |slug: &str, date: &str, draft| Document {
            slug: slug.into(),
            date: date.parse().ok(),
            draft,
            ..Document::default()
        };
        let pages = [
            page("about", "2026-05-01", false),
            page("posts", "2026-05-01", false),
            page("posts/a", "2026-01-02", false),
            page("posts/b", "2026-03-01", false),
            page("posts/c", "2026-01-02", false),
            page("posts/d", "", true),
        ];
        let pages = pages.into_iter().map(|page| (page.slug.clone(), page)).collect();
        let texts = Texts::new(&Record { pages, ..Record::default() }, []);
        let paths = |drafts| texts.posts(drafts).into_iter().map(Post::path).collect::<Vec<_>>();
        assert_eq!(paths(false), ["posts/b/index.html", "posts/a/index.html", "posts/c/index.html"]);
        assert_eq!(paths(true).first().map(String::as_str), Some("posts/d/index.html"));
    }
}
