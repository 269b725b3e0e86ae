//! Who is at work, for the history: a browser, a program, an operator, or nobody but this site.
//!
//! Carried beside a request and not through every verb: what a verb does never depends on it.

use chrono::{DateTime, Utc};
use model::{Actor, Origin};
use store::NewHistoryEvent;
use tokio::task_local;
use woothee::parser::Parser;

use crate::error::Result;
use crate::random;

/// A name is cut to this many characters: a browser may say anything of itself.
const LONGEST_NAME: usize = 40;

/// Who asks for something.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Somebody in a browser.
    Browser {
        /// What it says of itself: the `User-Agent` header.
        agent: String,
        /// The address that it asks from.
        address: String,
    },
    /// A program with a user's token.
    Program {
        /// What the user called it.
        name: String,
    },
    /// The command line.
    Operator,
}

task_local! {
    static CALLER: Caller;
}

impl Caller {
    /// Does something for this asker: whatever it writes into a history names them.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CALLER.scope(self, work).await
    }

    fn origin(&self) -> Origin {
        match self {
            Caller::Browser { agent, address } => {
                let place = match browser_of(agent) {
                    Some(browser) => format!("{browser}, {address}"),
                    None => address.clone(),
                };
                Origin { actor: Actor::User, place: Some(place) }
            }
            Caller::Program { name } => Origin { actor: Actor::Program, place: Some(name.clone()) },
            Caller::Operator => Origin::of(Actor::Operator),
        }
    }
}

/// A line for the history, by whoever is at work now; by the site itself where nobody asked.
pub(crate) fn entry(now: DateTime<Utc>) -> Result<NewHistoryEvent> {
    let origin = CALLER.try_with(Caller::origin).unwrap_or_else(|_| Origin::of(Actor::Site));
    Ok(NewHistoryEvent { id: random::id(now)?, origin })
}

/// A line about what Google told or confirmed, whoever is at work meanwhile.
pub(crate) fn entry_of_google(now: DateTime<Utc>) -> Result<NewHistoryEvent> {
    Ok(NewHistoryEvent { id: random::id(now)?, origin: Origin::of(Actor::Google) })
}

/// A browser and its system, as people call them.
fn browser_of(agent: &str) -> Option<String> {
    let found = Parser::new().parse(agent)?;
    let known = |name: &str| (name != "UNKNOWN").then(|| name.chars().take(LONGEST_NAME).collect());
    let names: Vec<String> = [known(found.name), known(found.os)].into_iter().flatten().collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
                      Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(browser_of(chrome).as_deref(), Some("Chrome, Windows 10"));
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(browser_of(phone).as_deref(), Some("Safari, iPhone"));
        for nothing in ["", "x", "<script>alert(1)</script>"] {
            assert_eq!(browser_of(nothing), None, "{nothing}");
        }
    }

    #[tokio::test]
    async fn a_line_names_who_asked_and_the_site_where_nobody_did() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(entry(now).unwrap().origin, Origin::of(Actor::Site));
        let browser = Caller::Browser { agent: String::new(), address: "192.0.2.7".to_owned() };
        let line = browser.scope(async { entry(now) }).await.unwrap();
        let place = Some("192.0.2.7".to_owned());
        assert_eq!(line.origin, Origin { actor: Actor::User, place });
    }
}
