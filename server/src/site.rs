//! The built client, held in memory: from the program itself, or from SELEXIA_SITE_ROOT.
//!
//! Its files lie under a path that names their content, so browsers may keep them for ever.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded_site.rs"));
}

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// The client's files by path, each in the encodings that it was built in.
#[derive(Debug)]
pub struct Site {
    files: BTreeMap<String, Asset>,
    hash: String,
}

#[derive(Debug, Default)]
struct Asset {
    plain: axum::body::Bytes,
    brotli: Option<axum::body::Bytes>,
    gzip: Option<axum::body::Bytes>,
}

impl Site {
    /// The client of `root`, or the one that the program carries.
    pub fn open(root: Option<&Path>) -> io::Result<Site> {
        let mut files = BTreeMap::new();
        match root {
            Some(root) => read_folder(root, root, &mut files)?,
            None => {
                for (name, bytes) in embedded::EMBEDDED {
                    add(&mut files, name, axum::body::Bytes::from_static(bytes));
                }
            }
        }
        let mut digest = Sha256::new();
        for (name, asset) in &files {
            digest.update(name);
            digest.update(&asset.plain);
        }
        let hash = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Site { files, hash })
    }

    /// Whether there is a client at all. Without one every page still works, as plain HTML.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The folder of the client's files as browsers see it, without slashes at its ends.
    pub fn pkg_path(&self) -> String {
        format!("pkg/{}", self.hash)
    }

    /// A file of the client, under the path of its content.
    pub fn pkg(&self, hash: &str, name: &str, headers: &HeaderMap) -> Response<Body> {
        if hash != self.hash {
            return StatusCode::NOT_FOUND.into_response();
        }
        self.answer(&format!("pkg/{name}"), headers, FOR_EVER)
    }

    /// Any other file, such as the icon.
    pub fn file(&self, path: &str, headers: &HeaderMap) -> Response<Body> {
        self.answer(path, headers, A_DAY)
    }

    fn answer(&self, path: &str, headers: &HeaderMap, cache: HeaderValue) -> Response<Body> {
        let Some(asset) = self.files.get(path) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let accepts = |name: &str| {
            accepted.is_some_and(|list| list.split(',').any(|part| is_wanted(part, name)))
        };
        let (bytes, encoding) = match asset {
            Asset { brotli: Some(bytes), .. } if accepts("br") => (bytes, Some("br")),
            Asset { gzip: Some(bytes), .. } if accepts("gzip") => (bytes, Some("gzip")),
            Asset { plain, .. } => (plain, None),
        };
        let mut response = Response::new(Body::from(bytes.clone()));
        let answer = response.headers_mut();
        answer.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
        answer.insert(CACHE_CONTROL, cache);
        answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// Whether one member of `Accept-Encoding` asks for this coding (RFC 9110 section 12.5.3).
fn is_wanted(member: &str, coding: &str) -> bool {
    let mut parts = member.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
    is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
}

fn read_folder(root: &Path, folder: &Path, files: &mut BTreeMap<String, Asset>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            add(files, name, fs::read(&path)?.into());
        }
    }
    Ok(())
}

fn add(files: &mut BTreeMap<String, Asset>, name: &str, bytes: axum::body::Bytes) {
    if let Some(name) = name.strip_suffix(".br") {
        files.entry(name.to_owned()).or_default().brotli = Some(bytes);
    } else if let Some(name) = name.strip_suffix(".gz") {
        files.entry(name.to_owned()).or_default().gzip = Some(bytes);
    } else {
        files.entry(name.to_owned()).or_default().plain = bytes;
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pkg")).unwrap();
        for (name, text) in [("a.js", "plain"), ("a.js.br", "brotli"), ("a.js.gz", "gzip")] {
            fs::write(folder.path().join("pkg").join(name), text).unwrap();
        }
        Site::open(Some(folder.path())).unwrap()
    }

    fn ask(site: &Site, accept: &str) -> Response<Body> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        site.pkg(&site.hash.clone(), "a.js", &headers)
    }

    #[test]
    fn the_smallest_accepted_coding_is_sent_and_kept_for_ever() {
        let site = site();
        let coding = |accept| {
            ask(&site, accept)
                .headers()
                .get(CONTENT_ENCODING)
                .map(|v| v.to_str().unwrap().to_owned())
        };
        assert_eq!(coding("gzip, deflate, br"), Some("br".to_owned()));
        assert_eq!(coding("gzip, br;q=0"), Some("gzip".to_owned()));
        assert_eq!(coding("identity"), None);
        assert_eq!(ask(&site, "br").headers()[CACHE_CONTROL], FOR_EVER);
    }

    #[test]
    fn another_content_has_another_path() {
        let site = site();
        assert_eq!(site.pkg("0000", "a.js", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }
}
