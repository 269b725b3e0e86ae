//! Files to make portraits of, and looks at the portraits.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use picture::{ReencodedPicture, reencode};

pub(crate) const FORMATS: [ImageFormat; 4] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];

/// What `image` does not write: made with Pillow.
pub(crate) const STORED: [(&str, &[u8]); 3] = [
    ("progressive JPEG", include_bytes!("../files/progressive.jpg")),
    ("lossy WebP with alpha", include_bytes!("../files/lossy.webp")),
    ("animated WebP with alpha", include_bytes!("../files/animated.webp")),
];

pub(crate) const RED: Rgb<u8> = Rgb([220, 20, 20]);
pub(crate) const GREEN: Rgb<u8> = Rgb([20, 180, 20]);
pub(crate) const BLUE: Rgb<u8> = Rgb([20, 20, 220]);
pub(crate) const YELLOW: Rgb<u8> = Rgb([220, 220, 20]);

pub(crate) fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub(crate) fn plain(width: u32, height: u32, colour: Rgb<u8>) -> RgbImage {
    RgbImage::from_pixel(width, height, colour)
}

/// Every channel of every pixel is black or white by chance: nothing is harder to compress.
pub(crate) fn noise(side: u32) -> RgbImage {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut channel = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state & (1 << 30) == 0 { 0 } else { 255 }
    };
    RgbImage::from_fn(side, side, |_, _| Rgb([channel(), channel(), channel()]))
}

/// Draws the portrait of a file and reads it back.
pub(crate) fn drawn(file: &[u8]) -> RgbImage {
    pixels(&reencode(file).unwrap())
}

pub(crate) fn pixels(portrait: &ReencodedPicture) -> RgbImage {
    image::load_from_memory_with_format(&portrait.bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
}

/// Asserts a pixel's colour, as nearly as JPEG keeps it.
#[track_caller]
pub(crate) fn assert_colour(pixels: &RgbImage, (x, y): (u32, u32), expected: Rgb<u8>) {
    let actual = *pixels.get_pixel(x, y);
    let apart = actual.0.iter().zip(expected.0).any(|(a, b)| a.abs_diff(b) > 12);
    assert!(!apart, "{actual:?} instead of {expected:?} at {x}, {y}");
}

pub(crate) fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// EXIF with an orientation and a description.
pub(crate) fn exif(orientation: u8, description: &[u8]) -> Vec<u8> {
    let length = u32::try_from(description.len()).unwrap().to_le_bytes();
    let entry = |tag: u16, kind: u16| [tag.to_le_bytes(), kind.to_le_bytes()].concat();
    [
        b"II*\0\x08\0\0\0\x02\0",
        &entry(0x010e, 2)[..],
        &length,
        // Behind this directory: 8 bytes of header, 2 of count, 2 entries of 12, 4 of end.
        &38_u32.to_le_bytes(),
        &entry(0x0112, 3),
        &[1, 0, 0, 0, orientation, 0, 0, 0],
        &[0; 4],
        description,
    ]
    .concat()
}

/// A PNG's chunk with its checksum.
pub(crate) fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let checked = [kind, content].concat();
    let crc = !checked.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes()[..], &checked, &crc.to_be_bytes()].concat()
}

/// A JPEG's segment.
pub(crate) fn jpeg_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), content].concat()
}

/// A WebP's chunk, padded.
pub(crate) fn webp_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    [kind, &length.to_le_bytes()[..], content, &[0; 1][..content.len() % 2]].concat()
}

/// A WebP of these chunks.
pub(crate) fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    let length = u32::try_from(chunks.len() + 4).unwrap();
    [b"RIFF", &length.to_le_bytes()[..], b"WEBP", &chunks].concat()
}

/// A WebP's extended header: flags and the canvas.
pub(crate) fn webp_canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let [width, height] = [width, height].map(|side| (side - 1).to_le_bytes());
    webp_chunk(b"VP8X", &[&[flags, 0, 0, 0], &width[..3], &height[..3]].concat())
}
