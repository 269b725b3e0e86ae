//! What plain HTML forms and queries send.

use axum::body::Bytes;
use model::LocalPath;

/// Longest text that is given back to its form.
const LONGEST_LINE_BYTES: usize = 512;

/// A form's fields. Unknown ones are ignored, missing ones are empty.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn parse(body: &Bytes) -> Form {
        Form(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// The fields of an address's query.
    pub(crate) fn of_query(query: Option<String>) -> Form {
        Form::parse(&query.unwrap_or_default().into())
    }

    /// A form of these fields.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Form {
        Form(fields)
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field that may be given more than once.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A field as it was typed, to be given back. An input's value is one line; what a browser
    /// could not have sent is not given back.
    pub(crate) fn line(&self, name: &str) -> String {
        let typed = self.get(name);
        let is_line = typed.len() <= LONGEST_LINE_BYTES && !typed.contains(char::is_control);
        if is_line { typed.to_owned() } else { String::new() }
    }

    /// Where to go on afterwards, if that is a page of ours.
    pub(crate) fn next(&self) -> Option<LocalPath> {
        LocalPath::parse(self.get("next"))
    }

    /// The path of another form's page, with the same way on.
    pub(crate) fn path_with_next(&self, path: &str) -> String {
        self.next().map_or_else(|| path.to_owned(), |next| next.after(path))
    }
}
