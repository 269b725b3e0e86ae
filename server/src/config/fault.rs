//! What is wrong with the settings, all of it at once, each with its fix.

use std::fmt;

/// One wrong setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub setting: &'static str,
    /// What is wrong. Never repeats a secret.
    pub problem: String,
    pub fix: String,
}

/// Everything that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub(crate) fn add(
        &mut self,
        setting: &'static str,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let fault = Fault { setting, problem: problem.into(), fix: fix.into() };
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the settings need attention:")?;
        for Fault { setting, problem, fix } in &self.0 {
            writeln!(f, "  {setting}: {problem}\n    → {fix}")?;
        }
        write!(f, "Every setting is explained in README.md.")
    }
}

impl std::error::Error for Faults {}
