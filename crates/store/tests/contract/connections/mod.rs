//! Connections: made, broken, taken back, forgotten.

mod attempts;
mod dashboard;
mod forgetting;
mod links;
mod reconnects;
mod unlinks;
mod ways_back;
