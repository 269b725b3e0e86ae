//! A page that costs its server nothing: a file that the same program serves from memory, through
//! the same layers. It is what the dashboard is compared with.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;

use crate::browser::Browser;
use crate::site::{Running, Site};
use crate::weight::files;

/// The text that the page certainly holds.
pub(crate) const SIGN: &str = "<!DOCTYPE html><title>A fixed page</title><p>";
/// Its name among the files of the client.
const NAME: &str = "page.html";

/// A second process of the program, whose client is this one page.
pub(crate) struct FixedPage {
    running: Running,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The page's address there.
    pub(crate) path: String,
}

impl FixedPage {
    /// Starts the program with a page of this size.
    pub(crate) async fn start(site: &Site, bytes: usize) -> anyhow::Result<FixedPage> {
        let root = site.folder().join("fixed");
        lay(&root, bytes).with_context(|| format!("{}", root.display()))?;
        let (running, address) = site.start_beside(&root).await?;
        let login = Browser::new(address).get("/login/", "br").await?;
        // The files lie under a path that names their content; every page says it.
        let file = files(login.text()?).pop_first().context("the page names no files")?;
        let (folder, _) =
            file.rsplit_once('/').context("the page names a file without a folder")?;
        let path = format!("{folder}/{NAME}");
        Ok(FixedPage { running, address, path })
    }

    /// Ends the process.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.running.stop().await
    }
}

fn lay(root: &Path, bytes: usize) -> anyhow::Result<()> {
    std::fs::create_dir_all(root.join("pkg"))?;
    std::fs::write(root.join("pkg").join(NAME), page(bytes)?)?;
    Ok(())
}

fn page(bytes: usize) -> anyhow::Result<String> {
    let filler = bytes.checked_sub(SIGN.len()).context("too small for a page")?;
    Ok(format!("{SIGN}{}", "x".repeat(filler)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_size_that_was_asked_for() {
        let page = page(12_345).unwrap();
        assert_eq!(page.len(), 12_345);
        assert!(page.starts_with(SIGN));
    }
}
