//! What a browser downloads for the dashboard, under brotli.
//! The page itself says which files: whatever it names under /pkg/ is fetched and weighed.

use std::collections::BTreeSet;

use anyhow::{Context, bail, ensure};

use crate::browser::Browser;

/// Bytes over the wire, without headers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weight {
    /// The loader and the client.
    pub(crate) client_bytes: usize,
    /// The styles.
    pub(crate) style_bytes: usize,
}

/// Fetches and weighs every file of ours that a page names.
pub(crate) async fn of(page: &str, browser: &mut Browser) -> anyhow::Result<Weight> {
    let mut weight = Weight::default();
    let (mut scripts, mut modules, mut styles) = (0, 0, 0);
    for path in files(page) {
        let fetched = browser.get(path, "br").await.and_then(|answer| answer.bytes_in("br"));
        let bytes = fetched.with_context(|| format!("GET {path}"))?;
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("js") => {
                let plain = browser.get(path, "identity").await?;
                // The loader would then load more than the page names.
                let is_whole = !plain.text()?.contains("./snippets/");
                ensure!(is_whole, "{path} imports files that are not weighed");
                weight.client_bytes += bytes;
                scripts += 1;
            }
            Some("wasm") => {
                weight.client_bytes += bytes;
                modules += 1;
            }
            Some("css") => {
                weight.style_bytes += bytes;
                styles += 1;
            }
            _ => bail!("the page loads {path}, which is not weighed"),
        }
    }
    let has_all = scripts > 0 && modules > 0 && styles > 0;
    ensure!(has_all, "the page does not name script, WASM and styles: is the client built in?");
    Ok(weight)
}

/// The addresses in a page's attributes that are files of the client, each once.
pub(crate) fn files(page: &str) -> BTreeSet<&str> {
    page.split('"').filter(|text| text.starts_with("/pkg/")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_twice_is_loaded_once() {
        let page = r#"<link rel="stylesheet" href="/pkg/ab/s.css"><a href="/pkgs">
            <link rel="modulepreload" href="/pkg/ab/s.js"><link href="/pkg/ab/s.wasm">
            <script type="module" src="/pkg/ab/s.js"></script>"#;
        let expected = ["/pkg/ab/s.css", "/pkg/ab/s.js", "/pkg/ab/s.wasm"];
        assert_eq!(files(page), BTreeSet::from(expected));
    }
}
