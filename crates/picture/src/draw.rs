//! From pixels to a file of our own.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, Rgb, RgbImage};

use crate::decode::Picture;
use crate::{LARGEST_BYTES, LARGEST_SIDE, Refused};

/// Higher ones cost twice the bytes for nothing that an eye sees at this size.
const BEST_QUALITY: u8 = 85;
const WORST_QUALITY: u8 = 5;

/// The portrait's bytes. Turns last, when the square is small.
pub(crate) fn reencode(picture: Picture) -> Result<Vec<u8>, Refused> {
    let mut portrait = scaled(on_white(middle(picture.pixels)));
    portrait.apply_orientation(picture.orientation);
    encode(&portrait.into_rgb8())
}

fn middle(pixels: DynamicImage) -> DynamicImage {
    let (width, height) = (pixels.width(), pixels.height());
    let side = width.min(height);
    pixels.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

/// JPEG has no transparency. Before scaling, which would mix in the colours of invisible pixels.
fn on_white(pixels: DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return pixels.into_rgb8().into();
    }
    let pixels = pixels.into_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|colour| over_white(colour, alpha)))
    })
    .into()
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    255 - (u16::from(255 - colour) * u16::from(alpha) / 255) as u8
}

fn scaled(square: DynamicImage) -> DynamicImage {
    if square.width() <= LARGEST_SIDE {
        return square;
    }
    square.resize_exact(LARGEST_SIDE, LARGEST_SIDE, FilterType::CatmullRom)
}

/// Encodes as well as the size allows. The hardest noise fits at a quality of 35; at the worst one,
/// it has half of the bytes.
fn encode(pixels: &RgbImage) -> Result<Vec<u8>, Refused> {
    for quality in (WORST_QUALITY..=BEST_QUALITY).rev().step_by(10) {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .encode(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
            .map_err(|_| Refused::Broken)?;
        if bytes.len() <= LARGEST_BYTES {
            return Ok(bytes);
        }
    }
    Err(Refused::TooLarge)
}
