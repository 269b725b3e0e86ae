//! Who uses the site in tests, and whom the stand-in for Google knows from the start.

/// Anna's address here. She is the user of most tests.
pub const ANNA: &str = "anna@example.com";
/// The password of everybody.
pub const PASSWORD: &str = "testpass123";

/// The subject of a Google account with everything in it.
pub const TANYA: &str = "110000000000000000001";
/// The subject of another.
pub const IVAN: &str = "110000000000000000002";
