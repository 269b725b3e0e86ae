//! From a file to pixels. Everything here reads what a stranger wrote.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::limits::{DECODED_BYTES, FILE_BYTES, SIDE, fits};
use crate::{Refused, jpeg, webp};

/// Pixels, and how to turn them upright.
pub(crate) struct Picture {
    pub(crate) pixels: DynamicImage,
    pub(crate) orientation: Orientation,
}

/// Decodes a picture; of an animation, the first frame.
pub(crate) fn picture(bytes: &[u8]) -> Result<Picture, Refused> {
    if bytes.len() > FILE_BYTES {
        return Err(Refused::TooLarge);
    }
    let format = format(bytes).ok_or(Refused::UnknownFormat)?;
    let bytes = match format {
        ImageFormat::Jpeg => jpeg::whole(bytes)?,
        ImageFormat::WebP => webp::whole(bytes)?,
        _ => bytes,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    fits(width, height)?;
    if decoder.total_bytes() > DECODED_BYTES {
        return Err(Refused::TooLarge);
    }
    // A picture whose metadata are damaged is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(Picture { pixels, orientation })
}

/// What a file is, by its first bytes. Our own list: the decoder's knows more formats.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// The second belt: bounds what a decoder allocates besides the pixels, as a GIF's frame that is
/// larger than its picture.
fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(DECODED_BYTES);
    limits
}

fn refused(error: ImageError) -> Refused {
    match error {
        ImageError::Limits(_) => Refused::TooLarge,
        _ => Refused::Broken,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIGNATURES: [&[u8]; 4] =
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8 "];

    /// One valid file of each format, and what only other encoders write.
    fn samples() -> Vec<Vec<u8>> {
        let drawn = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];
        let drawn = drawn.map(|format| {
            let mut file = Cursor::new(Vec::new());
            DynamicImage::new_rgb8(20, 13).write_to(&mut file, format).unwrap();
            file.into_inner()
        });
        let stored: [&[u8]; 3] = [
            include_bytes!("../tests/files/progressive.jpg"),
            include_bytes!("../tests/files/lossy.webp"),
            include_bytes!("../tests/files/animated.webp"),
        ];
        drawn.into_iter().chain(stored.map(<[u8]>::to_vec)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Here and not in `tests`: `portrait` would catch a decoder's panic.
        #[test]
        fn damage_never_panics(
            mut file in prop::sample::select(samples()),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            end in any::<prop::sample::Index>(),
        ) {
            for (place, byte) in damage {
                let at = place.index(file.len());
                file[at] = byte;
            }
            let _ = picture(&file);
            let _ = picture(&file[..end.index(file.len())]);
        }

        #[test]
        fn bytes_behind_a_signature_never_panic(
            signature in prop::sample::select(&SIGNATURES[..]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = picture(&[signature, &rest].concat());
        }
    }
}
