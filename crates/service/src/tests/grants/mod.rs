//! Tokens: refreshed once whoever asks, and given up only for a reason.

mod causes;
mod one_refresh;
mod outcomes;
mod unheard_answers;
