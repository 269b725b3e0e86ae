//! A look at a WebP's chunks before it is decoded.
//!
//! The decoder believes a chunk's size and a picture's own dimensions before it compares them with
//! the file and the canvas, so a file of a hundred bytes could ask for gigabytes. In an animation
//! it takes whatever stands behind the alpha for the frame's picture, and panics if that has other
//! dimensions than the frame.

use crate::Refused;
use crate::limits::fits;

/// Lossless data may bring thousands of code tables that are 300 times as large decoded as
/// encoded. No portrait needs more.
const LOSSLESS_BYTES: usize = 256 * 1024;

/// The file to the end that it claims, without what was appended to it.
pub(crate) fn whole(bytes: &[u8]) -> Result<&[u8], Refused> {
    let (container, length) = container(bytes).ok_or(Refused::Broken)?;
    check(container)?;
    Ok(&bytes[..length])
}

/// The chunks behind `RIFF`, size and `WEBP`, and where they end.
fn container(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let size = bytes.get(4..)?.first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*size)).ok()?.checked_add(8)?;
    Some((bytes.get(12..length)?, length))
}

fn check(mut chunks: &[u8]) -> Result<(), Refused> {
    while !chunks.is_empty() {
        let (kind, content, rest) = chunk(chunks).ok_or(Refused::Broken)?;
        match kind {
            b"ANMF" => check_frame(content)?,
            b"VP8 " => check_lossy(content).map(drop)?,
            b"VP8L" | b"ALPH" => check_lossless(content)?,
            _ => {}
        }
        chunks = rest;
    }
    Ok(())
}

/// A frame of an animation has a lossless picture, or a lossy one that may follow its alpha.
fn check_frame(content: &[u8]) -> Result<(), Refused> {
    let (dimensions, chunks) = frame(content).ok_or(Refused::Broken)?;
    let (mut kind, mut content, mut rest) = chunk(chunks).ok_or(Refused::Broken)?;
    if kind == b"VP8L" && rest.is_empty() {
        return check_lossless(content);
    }
    if kind == b"ALPH" {
        check_lossless(content)?;
        (kind, content, rest) = chunk(rest).ok_or(Refused::Broken)?;
    }
    if kind != b"VP8 " || !rest.is_empty() || check_lossy(content)? != dimensions {
        return Err(Refused::Broken);
    }
    Ok(())
}

/// Of a lossy picture, the dimensions.
fn check_lossy(content: &[u8]) -> Result<(u32, u32), Refused> {
    let (width, height) = lossy_dimensions(content).ok_or(Refused::Broken)?;
    fits(width, height)?;
    Ok((width, height))
}

/// The dimensions need no look: the decoder allocates for the canvas and then compares.
fn check_lossless(content: &[u8]) -> Result<(), Refused> {
    if content.len() > LOSSLESS_BYTES { Err(Refused::TooLarge) } else { Ok(()) }
}

/// The first chunk's name and content, and what comes behind it.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first_chunk::<4>()?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(u32::from_le_bytes(*size) as usize)?;
    // Chunks begin at even places; the last may lack its padding.
    Some((kind, content, rest.get(content.len() % 2..).unwrap_or_default()))
}

/// A frame's dimensions and chunks. Three bytes each have left, top, width and height, four have
/// duration and flags. Sides are written less one.
fn frame(content: &[u8]) -> Option<((u32, u32), &[u8])> {
    let (header, chunks) = content.split_first_chunk::<16>()?;
    let side = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], 0]) + 1;
    Some(((side(6), side(9)), chunks))
}

/// A key frame: three bytes of tag, three of signature, 14 bits each of width and height.
fn lossy_dimensions(content: &[u8]) -> Option<(u32, u32)> {
    let [width_low, width_high, height_low, height_high] = *content.get(6..)?.first_chunk::<4>()?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((side(width_low, width_high), side(height_low, height_high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANIMATION: &[u8] = include_bytes!("../tests/files/animated.webp");

    fn place(word: &[u8]) -> usize {
        ANIMATION.windows(word.len()).position(|window| window == word).unwrap()
    }

    /// Found by changing bytes at random: each of these panics in the decoder.
    #[test]
    fn a_picture_that_does_not_fill_its_frame_is_refused() {
        assert_eq!(whole(ANIMATION), Ok(ANIMATION));
        let (frame, picture) = (place(b"ANMF"), place(b"VP8 "));
        for (what, at, byte) in [
            ("a narrower frame", frame + 14, 8),
            ("a lower frame", frame + 17, 8),
            ("a wider picture", picture + 14, 200),
            ("a picture of unknown kind", picture, b'W'),
        ] {
            let mut file = ANIMATION.to_vec();
            file[at] = byte;
            assert_eq!(whole(&file), Err(Refused::Broken), "{what}");
        }
    }

    #[test]
    fn what_was_appended_is_cut_off() {
        assert_eq!(whole(&[ANIMATION, b"<html>"].concat()), Ok(ANIMATION));
        assert_eq!(whole(&ANIMATION[..ANIMATION.len() - 1]), Err(Refused::Broken));
    }
}
