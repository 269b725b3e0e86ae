//! The stream of security events: who gets them, and a sender that tries again where it is not
//! told 202 (docs/google-facts.md 5.1, 5.3).

use std::time::Duration;

use reqwest::{Client, redirect};
use serde::Serialize;

use crate::security_event::SecurityEvent;
use crate::world::World;

/// How often a delivery is tried. Google's own number is not known.
const TRIES: u32 = 5;
/// The wait before the second try; each further one is four times as long.
const FIRST_WAIT: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventStream {
    pub(crate) url: String,
    pub(crate) requested: Vec<String>,
    pub(crate) is_enabled: bool,
}

/// What was sent, and what the receiver said each time; 0 where it said nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    pub token: String,
    /// The statuses, one a try.
    pub statuses: Vec<u16>,
}

impl World {
    /// Signs events and pushes them to the registered receiver, in this order and each `copies`
    /// times. What the stream did not ask for, or has switched off, is not sent and not kept.
    pub async fn push_events(&self, events: &[SecurityEvent], copies: usize) -> Vec<Delivery> {
        let Some(stream) = self.event_stream().filter(|stream| stream.is_enabled) else {
            return Vec::new();
        };
        let mut deliveries = Vec::new();
        for event in events.iter().filter(|e| stream.requested.contains(&e.kind.uri())) {
            let token = self.sign_event(event);
            for _ in 0..copies {
                let statuses = deliver(&stream.url, &token).await;
                deliveries.push(Delivery { token: token.clone(), statuses });
            }
        }
        self.state().deliveries.extend(deliveries.iter().cloned());
        deliveries
    }

    /// The same, while the caller goes on.
    pub(crate) fn push_in_background(&self, events: Vec<SecurityEvent>) {
        if self.event_stream().is_some() {
            let world = self.clone();
            tokio::spawn(async move { world.push_events(&events, 1).await });
        }
    }

    /// Every delivery so far.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state().deliveries.clone()
    }

    pub(crate) fn event_stream(&self) -> Option<EventStream> {
        self.state().event_stream.clone()
    }
}

async fn deliver(url: &str, token: &str) -> Vec<u16> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build();
    let Ok(client) = client else { return Vec::new() };
    let mut statuses = Vec::new();
    for n in 0..TRIES {
        let answer = client
            .post(url)
            .header("content-type", "application/secevent+jwt")
            .header("accept", "application/json")
            .body(token.to_owned())
            .send()
            .await;
        let status = answer.map_or(0, |answer| answer.status().as_u16());
        statuses.push(status);
        if status == 202 {
            break;
        }
        tokio::time::sleep(FIRST_WAIT * 4_u32.pow(n)).await;
    }
    statuses
}
