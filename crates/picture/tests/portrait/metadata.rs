//! What a portrait forgets.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat};
use picture::reencode;

use crate::samples::{
    GREEN, contains, exif, file, jpeg_segment, plain, png_chunk, webp, webp_canvas, webp_chunk,
};

const SECRET: &[u8] = b"<script>48.8584 N, 2.2945 E</script>";

/// Asserts that the secret is in the file, and that the portrait has nothing but pixels.
#[track_caller]
fn assert_forgotten(name: &str, file: &[u8]) {
    assert!(contains(file, SECRET), "{name} has no secret");
    let portrait = reencode(file).unwrap_or_else(|why| panic!("{name}: {why}"));
    for trace in [SECRET, b"script", b"Exif", b"ICC", b"http:", b"GIF8", b"\xff\xfe"] {
        assert!(!contains(&portrait.bytes, trace), "{name} left {:?}", trace.escape_ascii());
    }
    let clean = picture::reencode(&crate::samples::file(plain(24, 24, GREEN), ImageFormat::Png));
    assert_eq!(portrait.bytes.len(), clean.unwrap().bytes.len(), "{name}");
}

fn with_profile(mut encoder: impl ImageEncoder) {
    encoder.set_exif_metadata(exif(1, SECRET)).unwrap();
    encoder.set_icc_profile(SECRET.to_vec()).unwrap();
    encoder.write_image(&plain(24, 24, GREEN), 24, 24, ExtendedColorType::Rgb8).unwrap();
}

#[test]
fn exif_and_colour_profiles_are_gone() {
    let [mut jpeg, mut png, mut webp] = [const { Vec::new() }; 3];
    with_profile(JpegEncoder::new_with_quality(&mut jpeg, 100));
    with_profile(PngEncoder::new(&mut png));
    with_profile(WebPEncoder::new_lossless(&mut webp));
    for (name, file) in [("JPEG", jpeg), ("PNG", png), ("WebP", webp)] {
        assert_forgotten(name, &file);
    }
}

#[test]
fn comments_are_gone() {
    let image = plain(24, 24, GREEN);

    let mut jpeg = file(image.clone(), ImageFormat::Jpeg);
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat();
    jpeg.splice(2..2, [jpeg_segment(0xfe, SECRET), jpeg_segment(0xe1, &xmp)].concat());
    assert_forgotten("JPEG", &jpeg);

    let mut png = file(image.clone(), ImageFormat::Png);
    let text = png_chunk(b"tEXt", &[b"Comment\0", SECRET].concat());
    let international = png_chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", SECRET].concat());
    // Behind the signature and the header.
    png.splice(33..33, [text, international].concat());
    assert_forgotten("PNG", &png);

    let mut gif = file(image.clone(), ImageFormat::Gif);
    let length = u8::try_from(SECRET.len()).unwrap();
    // Before the trailer, and before the first picture.
    let comment = [b"\x21\xfe", &[length][..], SECRET, b"\0"].concat();
    gif.splice(gif.len() - 1..gif.len() - 1, comment.clone());
    let palette = if gif[10] & 0x80 == 0 { 0 } else { 3 << ((gif[10] & 7) + 1) };
    gif.splice(13 + palette..13 + palette, comment);
    assert_forgotten("GIF", &gif);

    let lossless = file(image, ImageFormat::WebP)[12..].to_vec();
    let xmp = webp_chunk(b"XMP ", SECRET);
    assert_forgotten("WebP", &webp(&[webp_canvas(4, 24, 24), lossless, xmp]));
}

#[test]
fn what_was_appended_is_gone() {
    for format in crate::samples::FORMATS {
        let mut file = file(plain(24, 24, GREEN), format);
        file.extend(SECRET);
        assert_forgotten(&format!("{format:?}"), &file);
    }
}

#[test]
fn a_file_that_is_also_html_is_only_a_picture() {
    // The width and height of the screen begin a comment of script: GIF89a/*...*/=1;
    let gif = file(plain(24, 24, GREEN), ImageFormat::Gif);
    let mut script = gif.clone();
    script[6..8].copy_from_slice(b"/*");
    script.extend(b"*/=1;");
    script.extend(SECRET);
    // 10,799 pixels wide: refused, and were it drawn, its words would be gone.
    assert_eq!(reencode(&script), Err(picture::Refused::TooLarge));
    script[6..8].copy_from_slice(&[24, 0]);
    assert_forgotten("GIF and script", &script);
    let mut page = b"<!doctype html>".to_vec();
    page.extend(gif);
    assert_eq!(reencode(&page), Err(picture::Refused::UnknownFormat));
}
