//! A picture from outside becomes one of ours: decoded within limits and drawn anew.
//!
//! What we serve are only bytes that our own encoder wrote, so neither metadata nor a second
//! meaning of the file (a script, an archive, an exploit for another decoder) reaches a browser.

mod decode;
mod draw;
mod jpeg;
mod limits;
mod webp;

use std::panic::{UnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

/// The longest side of a [`ReencodedPicture`], in pixels.
pub const LARGEST_SIDE: u32 = 256;
/// The most bytes of a [`ReencodedPicture`].
pub const LARGEST_BYTES: usize = 64 * 1024;

/// A square picture that we encoded ourselves, free of all that was not pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReencodedPicture {
    /// A JPEG of at most 256x256 pixels and 64 KiB.
    pub bytes: Vec<u8>,
    /// Always `image/jpeg`.
    pub media_type: &'static str,
    /// SHA-256 of `bytes` in lowercase hex.
    pub hash: String,
}

/// Why a file is not a usable picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// None of PNG, JPEG, GIF and WebP, by its first bytes.
    #[error("unsupported picture format")]
    UnknownFormat,
    /// More bytes or pixels than we are willing to decode.
    #[error("picture too large")]
    TooLarge,
    /// Damaged, cut off, or of a kind that the decoder does not know.
    #[error("decoding the picture failed")]
    Broken,
}

/// Makes a portrait: upright, the square middle, at most 256x256 and never enlarged, on white, as
/// JPEG. The same bytes always make the same portrait.
///
/// Reads at most 2 MiB (of lossless WebP, 256 KiB), 4096 pixels a side, 12 megapixels and 64 MiB of
/// pixels; the headers tell before anything is decoded. Near these limits it takes a large part of
/// a second and about 160 MiB, so a server calls it off its async threads, few times at once.
///
/// # Errors
/// [`Refused`] for everything that is not wholly a picture within these limits.
pub fn reencode(bytes: &[u8]) -> Result<ReencodedPicture, Refused> {
    let bytes = draw::reencode(guarded(|| decode::picture(bytes))?)?;
    let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(ReencodedPicture { bytes, media_type: "image/jpeg", hash })
}

/// The decoders are others' work. A panic in one is still reported by the hook, but to the caller
/// it is a file that cannot be decoded.
fn guarded<T>(decode: impl FnOnce() -> Result<T, Refused> + UnwindSafe) -> Result<T, Refused> {
    catch_unwind(decode).unwrap_or(Err(Refused::Broken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_broken_file() {
        assert_eq!(
            guarded(|| -> Result<(), Refused> { panic!("on purpose") }),
            Err(Refused::Broken)
        );
        assert_eq!(guarded(|| Err::<(), _>(Refused::TooLarge)), Err(Refused::TooLarge));
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }
}
