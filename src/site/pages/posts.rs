//! The author's posts: rows of the journal, a page each, and a page for each tag.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::Site;
use super::context::{Link, PageContext};
use crate::Result;
use crate::format::slug;
use crate::publication::{Post, Reads};
use crate::render::links::encoded;
use crate::site::markdown;

/// How much of a post without a summary is shown of it.
const EXCERPT_LENGTH: usize = 240;

/// A post in a list.
#[derive(Serialize)]
pub struct PostRow<'a> {
    path: String,
    title: &'a str,
    date: Option<NaiveDate>,
    draft: bool,
    tags: Vec<Link>,
    /// What the author says of it, or its beginning.
    summary: String,
}

/// Posts as rows.
pub fn rows<'a>(site: &Site<'a>, posts: impl Iterator<Item = Post<'a>>, reads: &Reads) -> Result<Vec<PostRow<'a>>> {
    posts.map(|post| row(site, post, reads)).collect()
}

fn row<'a>(site: &Site<'a>, post: Post<'a>, reads: &Reads) -> Result<PostRow<'a>> {
    let summary = match post.summary() {
        Some(summary) => summary.to_owned(),
        None => markdown::beginning(post.read(reads).into(), site.publication, EXCERPT_LENGTH)?,
    };
    let tags = post.tags().iter().map(|tag| Link::new(tag, &encoded(&tag_path(tag)))).collect();
    let (path, title) = (encoded(&post.path()), post.title());
    Ok(PostRow { path, title, date: post.date(), draft: post.is_draft(), tags, summary })
}

/// The page of a tag. Tags that differ in capitals or signs alone share one.
pub fn tag_path(tag: &str) -> String {
    format!("posts/tags/{}/index.html", slug(tag))
}

/// The tags of all posts, each as the newest post spells it, in the order of the alphabet.
pub fn tags<'a>(site: &Site<'a>) -> Vec<&'a str> {
    let mut tags = BTreeMap::new();
    for tag in site.posts.iter().flat_map(|post| post.tags()) {
        tags.entry(slug(tag)).or_insert(tag.as_str());
    }
    tags.into_values().collect()
}

#[derive(Serialize)]
struct OnePost<'a> {
    post: PostRow<'a>,
    body: String,
    /// By time; the list is newest first.
    previous: Option<Link>,
    next: Option<Link>,
}

/// One post by its number in the list.
pub fn post<'a>(site: &Site<'a>, number: usize, post: Post<'a>, path: &str, reads: &Reads) -> Result<PageContext> {
    let text = site.markdown(post.read(reads), path, 1)?;
    let neighbour = |number: Option<usize>| {
        let post = site.posts.get(number?)?;
        Some(Link::new(post.title(), &encoded(&post.path())))
    };
    let context = PageContext::new(&OnePost {
        post: row(site, post, reads)?,
        body: text.html,
        previous: neighbour(Some(number + 1)),
        next: neighbour(number.checked_sub(1)),
    })?;
    Ok(context.with_links(text.links))
}

#[derive(Serialize)]
struct Tagged<'a> {
    tag: &'a str,
    posts: Vec<PostRow<'a>>,
}

/// All posts with a tag.
pub fn tagged<'a>(site: &Site<'a>, tag: &'a str, reads: &Reads) -> Result<PageContext> {
    let wanted = slug(tag);
    let has_tag = |post: &Post| post.tags().iter().any(|tag| slug(tag) == wanted);
    let posts = rows(site, site.posts.iter().copied().filter(has_tag), reads)?;
    PageContext::new(&Tagged { tag, posts })
}
