//! The program `selexia`, with settings of its own and nothing of the caller's environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::Sandbox;
use tempfile::TempDir;

use crate::running::Running;

/// The program, its settings, and a folder that is gone with it.
pub struct Selexia {
    program: PathBuf,
    settings: BTreeMap<&'static str, String>,
    folder: TempDir,
}

impl Selexia {
    /// On a database in its folder. Where the program is, only the tests of its own crate know:
    /// `env!("CARGO_BIN_EXE_selexia")`.
    pub fn new(program: impl Into<PathBuf>) -> Selexia {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("selexia.db").display());
        let settings = BTreeMap::from([("DATABASE_URL", database)]);
        Selexia { program: program.into(), settings, folder }
    }

    /// On a database that is there.
    pub fn on(program: impl Into<PathBuf>, database: &str) -> Selexia {
        let mut selexia = Selexia::new(program);
        selexia.set("DATABASE_URL", database);
        selexia
    }

    /// Changes a setting.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.settings.insert(name, value.into());
    }

    /// Takes the stand-in for Google, in everything.
    pub fn set_google(&mut self, google: &Sandbox) {
        self.set("GMAIL_CLIENT_ID", google.client_id());
        self.set("GMAIL_CLIENT_SECRET", google.client_secret());
        for address in ["GMAIL_ISSUER", "GMAIL_API_URL", "GMAIL_CALENDAR_URL"] {
            self.set(address, google.issuer().as_str());
        }
    }

    /// Forgets every setting.
    pub fn clear_settings(&mut self) {
        self.settings.clear();
    }

    /// Where the database is.
    pub fn database(&self) -> &str {
        &self.settings["DATABASE_URL"]
    }

    /// The folder in which the program runs.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command that is yet to be run.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).env_clear().envs(&self.settings).current_dir(self.path());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Starts a command whose log nobody reads.
    pub fn start_unheard(&self, words: &[&str]) -> Running {
        Running::start_unheard(self.command(words))
    }
}
