//! How much a stranger's file may be.

use crate::Refused;

/// As much as `google` downloads.
pub(crate) const FILE_BYTES: usize = 2 * 1024 * 1024;
/// A square of this side would have 16 megapixels, so both limits are needed.
pub(crate) const SIDE: u32 = 4096;
/// A telephone's photograph.
const PIXELS: u64 = 12_000_000;
/// 12 megapixels in colour with alpha; of 16-bit colour, fewer pixels fit.
pub(crate) const DECODED_BYTES: u64 = 64 * 1024 * 1024;

/// Refuses a picture that is empty or has too many pixels.
pub(crate) fn fits(width: u32, height: u32) -> Result<(), Refused> {
    match u64::from(width) * u64::from(height) {
        0 => Err(Refused::Broken),
        pixels if pixels > PIXELS || width.max(height) > SIDE => Err(Refused::TooLarge),
        _ => Ok(()),
    }
}
