//! What the operator needs: alerts and the exchange of keys.

pub(crate) mod alerts;
pub(crate) mod key_rotation;
