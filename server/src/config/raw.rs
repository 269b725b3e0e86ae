//! Settings as texts, before anything is made of them.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Faults, SETTINGS};

/// Settings by name. Empty texts are as good as none.
#[derive(Clone, Default)]
pub struct Raw(BTreeMap<String, String>);

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Names only: values include secrets.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Raw {
    /// Settings from pairs, for tests and embedding.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Raw {
        Raw(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Settings from the environment, over those of the file that SELEXIA_CONFIG names.
    pub fn from_environment() -> Result<Raw, Faults> {
        let mut environment = Raw::default();
        let mut faults = Faults::default();
        for setting in SETTINGS {
            #[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
            match std::env::var(setting.name) {
                Ok(value) => drop(environment.0.insert(setting.name.to_owned(), value)),
                Err(std::env::VarError::NotPresent) => {}
                Err(std::env::VarError::NotUnicode(_)) => {
                    faults.add(setting.name, "is not UTF-8", "write it in UTF-8");
                }
            }
        }
        let mut raw = match environment.get("SELEXIA_CONFIG") {
            Some(path) => Raw::from_file(Path::new(path), &mut faults),
            None => Raw::default(),
        };
        raw.0.extend(environment.0);
        if faults.is_empty() { Ok(raw) } else { Err(faults) }
    }

    fn from_file(path: &Path, faults: &mut Faults) -> Raw {
        const SETTING: &str = "SELEXIA_CONFIG";
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                faults.add(
                    SETTING,
                    format!("{} cannot be read: {error}", path.display()),
                    "name a TOML file that this user may read",
                );
                return Raw::default();
            }
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(_) => {
                // The parser's message would quote the line, and the line may hold a secret.
                faults.add(
                    SETTING,
                    format!("{} is not TOML", path.display()),
                    "write one `NAME = \"value\"` a line",
                );
                return Raw::default();
            }
        };
        let mut raw = Raw::default();
        for (name, value) in table {
            let is_known = SETTINGS.iter().any(|setting| setting.name == name);
            match value {
                _ if !is_known => faults.add(
                    SETTING,
                    format!("there is no setting {name}"),
                    "remove it, or correct its name",
                ),
                toml::Value::String(text) => drop(raw.0.insert(name, text)),
                toml::Value::Integer(number) => drop(raw.0.insert(name, number.to_string())),
                _ => faults.add(
                    SETTING,
                    format!("{name} is neither text nor a whole number"),
                    "write it in quotes",
                ),
            }
        }
        raw
    }

    /// A setting that was given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A setting, or its default from the table.
    pub fn get_or_default(&self, name: &'static str) -> &str {
        let default = SETTINGS.iter().find(|setting| setting.name == name);
        self.get(name).unwrap_or_else(|| default.map_or("", |setting| setting.default))
    }
}
