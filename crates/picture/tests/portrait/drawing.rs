//! What a portrait shows.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use picture::reencode;
use sha2::{Digest, Sha256};

use crate::samples::{
    BLUE, FORMATS, GREEN, RED, STORED, YELLOW, assert_colour, drawn, exif, file, noise, plain,
};

#[test]
fn every_format_becomes_a_jpeg_of_ours() {
    for format in FORMATS {
        let portrait = reencode(&file(plain(40, 40, GREEN), format)).unwrap();
        assert_eq!(portrait.media_type, "image/jpeg");
        assert!(portrait.bytes.starts_with(b"\xff\xd8\xff\xe0\0\x10JFIF"), "{format:?}");
        let hash: String =
            Sha256::digest(&portrait.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(portrait.hash, hash);
        let pixels = crate::samples::pixels(&portrait);
        assert_eq!(pixels.dimensions(), (40, 40), "{format:?}");
        assert_colour(&pixels, (0, 0), GREEN);
        assert_colour(&pixels, (39, 39), GREEN);
    }
}

#[test]
fn what_other_encoders_write_is_read() {
    // All three show red growing from left to right, 33 by 20; the right half is translucent.
    for (name, file) in STORED {
        let pixels = drawn(file);
        assert_eq!(pixels.dimensions(), (20, 20), "{name}");
        let [left, middle] = [0, 9].map(|x| pixels.get_pixel(x, 0).0[0]);
        assert!(left < middle, "{name}: {left}, {middle}");
    }
}

#[test]
fn all_depths_are_read() {
    let grey = image::ImageBuffer::from_pixel(9, 9, image::Luma([0x8080_u16]));
    assert_colour(&drawn(&file(grey, ImageFormat::Png)), (4, 4), Rgb([128; 3]));
    let deep = image::ImageBuffer::from_pixel(9, 9, image::Rgba([0_u16, 0, 0, 0x8080]));
    assert_colour(&drawn(&file(deep, ImageFormat::Png)), (4, 4), Rgb([127; 3]));
    let light = image::GrayAlphaImage::from_pixel(9, 9, image::LumaA([255, 255]));
    assert_colour(&drawn(&file(light, ImageFormat::Png)), (4, 4), Rgb([255; 3]));
}

#[test]
fn it_is_square_and_never_enlarged() {
    for (width, height, side) in [
        (1, 1, 1),
        (3, 2, 2),
        (255, 255, 255),
        (256, 256, 256),
        (257, 300, 256),
        (1000, 600, 256),
        (4096, 1, 1),
        (1, 4096, 1),
    ] {
        let pixels = drawn(&file(plain(width, height, BLUE), ImageFormat::Png));
        assert_eq!(pixels.dimensions(), (side, side), "{width}x{height}");
        assert_colour(&pixels, (side / 2, side / 2), BLUE);
    }
}

#[test]
fn the_middle_is_kept() {
    let wide = RgbImage::from_fn(960, 320, |x, _| [RED, GREEN, BLUE][x as usize / 320]);
    let tall = RgbImage::from_fn(100, 300, |_, y| [RED, GREEN, BLUE][y as usize / 100]);
    for (image, side) in [(wide, 256), (tall, 100)] {
        let pixels = drawn(&file(image, ImageFormat::Png));
        assert_eq!(pixels.dimensions(), (side, side));
        for corner in [(0, 0), (side - 1, 0), (0, side - 1), (side - 1, side - 1)] {
            assert_colour(&pixels, corner, GREEN);
        }
    }
}

/// Red, green, blue and yellow: top left, top right, bottom left, bottom right.
fn quarters(side: u32) -> RgbImage {
    RgbImage::from_fn(side, side, |x, y| {
        [[RED, GREEN], [BLUE, YELLOW]][(2 * y / side) as usize][(2 * x / side) as usize]
    })
}

#[test]
fn it_stands_upright() {
    for (orientation, [top_left, top_right, bottom_left, bottom_right]) in [
        (0, [RED, GREEN, BLUE, YELLOW]),
        (1, [RED, GREEN, BLUE, YELLOW]),
        (2, [GREEN, RED, YELLOW, BLUE]),
        (3, [YELLOW, BLUE, GREEN, RED]),
        (4, [BLUE, YELLOW, RED, GREEN]),
        (5, [RED, BLUE, GREEN, YELLOW]),
        (6, [BLUE, RED, YELLOW, GREEN]),
        (7, [YELLOW, GREEN, BLUE, RED]),
        (8, [GREEN, YELLOW, RED, BLUE]),
        (9, [RED, GREEN, BLUE, YELLOW]),
    ] {
        for file in turned(&quarters(400), orientation) {
            let pixels = drawn(&file);
            assert_colour(&pixels, (20, 20), top_left);
            assert_colour(&pixels, (235, 20), top_right);
            assert_colour(&pixels, (20, 235), bottom_left);
            assert_colour(&pixels, (235, 235), bottom_right);
        }
    }
}

#[test]
fn the_middle_is_kept_when_turned() {
    let wide = RgbImage::from_fn(300, 100, |x, _| [RED, GREEN, BLUE][x as usize / 100]);
    for file in turned(&wide, 6) {
        let pixels = drawn(&file);
        assert_eq!(pixels.dimensions(), (100, 100));
        assert_colour(&pixels, (50, 4), GREEN);
        assert_colour(&pixels, (50, 95), GREEN);
    }
}

/// The picture in each format that knows an orientation.
fn turned(image: &RgbImage, orientation: u8) -> [Vec<u8>; 3] {
    fn write(mut encoder: impl ImageEncoder, image: &RgbImage, orientation: u8) {
        encoder.set_exif_metadata(exif(orientation, b"a portrait")).unwrap();
        let (width, height) = image.dimensions();
        encoder.write_image(image, width, height, image::ExtendedColorType::Rgb8).unwrap();
    }
    let mut files = [const { Vec::new() }; 3];
    let [jpeg, png, webp] = &mut files;
    write(JpegEncoder::new_with_quality(jpeg, 95), image, orientation);
    write(PngEncoder::new(png), image, orientation);
    write(WebPEncoder::new_lossless(webp), image, orientation);
    files
}

#[test]
fn transparency_shows_white() {
    // Left invisible, middle translucent, right opaque: all of them black.
    let image = RgbaImage::from_fn(96, 96, |x, _| Rgba([0, 0, 0, [0, 128, 255][x as usize / 32]]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let pixels = drawn(&file(image.clone(), format));
        assert_colour(&pixels, (8, 48), Rgb([255; 3]));
        assert_colour(&pixels, (48, 48), Rgb([127; 3]));
        assert_colour(&pixels, (88, 48), Rgb([0; 3]));
    }
    let image = RgbaImage::from_fn(64, 64, |x, _| Rgba([9, 9, 9, [0, 255][x as usize / 32]]));
    let pixels = drawn(&file(image, ImageFormat::Gif));
    assert_colour(&pixels, (8, 32), Rgb([255; 3]));
    assert_colour(&pixels, (56, 32), Rgb([9; 3]));
}

#[test]
fn invisible_colours_stay_invisible_when_scaled() {
    let image = RgbaImage::from_fn(1000, 1000, |x, _| {
        if x % 2 == 0 { Rgba([255, 0, 0, 0]) } else { Rgba([255; 4]) }
    });
    assert_colour(&drawn(&file(image, ImageFormat::Png)), (128, 128), Rgb([255; 3]));
}

#[test]
fn an_animation_shows_its_first_frame() {
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for colour in [RED, BLUE] {
        let frame = image::DynamicImage::from(plain(30, 30, colour)).into_rgba8();
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    assert_colour(&drawn(&gif), (15, 15), RED);
}

#[test]
fn noise_fits_into_64_kib() {
    let mut large = Vec::new();
    JpegEncoder::new_with_quality(&mut large, 10).encode_image(&noise(2000)).unwrap();
    // Already as small as a portrait, so that no scaling smooths it.
    let hardest = file(noise(256), ImageFormat::Png);
    for file in [large, hardest] {
        let portrait = reencode(&file).unwrap();
        assert!(portrait.bytes.len() <= picture::LARGEST_BYTES, "{}", portrait.bytes.len());
        assert_eq!(crate::samples::pixels(&portrait).dimensions(), (256, 256));
    }
}

#[test]
fn the_same_file_makes_the_same_portrait() {
    let files = FORMATS.map(|format| file(noise(300), format));
    for file in files.iter().map(Vec::as_slice).chain(STORED.map(|(_, file)| file)) {
        assert_eq!(reencode(file), reencode(file));
    }
}
