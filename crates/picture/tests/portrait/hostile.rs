//! What is refused, and that nothing worse happens.

use image::ImageFormat;
use picture::{Refused, reencode};

use crate::bombs::{bombs, gif, jpeg, png, vp8};
use crate::samples::{FORMATS, GREEN, STORED, file, noise, plain, webp};

#[test]
fn bombs_are_refused() {
    for (name, file, why) in bombs() {
        assert_eq!(reencode(&file), Err(why), "{name}");
    }
}

#[test]
fn other_formats_are_unknown() {
    let files: [&[u8]; 20] = [
        b"",
        b"\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><img src=x onerror=alert(1)>",
        b"\xef\xbb\xbfGIF89a",
        b" GIF89a",
        b"GIF88a",
        b"gif89a",
        b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"\0\0\x01\0\x01\0\x10\x10\0\0",
        b"\0\0\0\x1cftypavif",
        b"P6\n1 1\n255\n\0\0\0",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\x89PNG\n\x1a\n\0",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\xff\xd8",
    ];
    for file in files {
        assert_eq!(reencode(file), Err(Refused::UnknownFormat), "{}", file.escape_ascii());
    }
}

#[test]
fn damaged_files_are_broken() {
    let mut turned = file(plain(20, 20, GREEN), ImageFormat::Png);
    turned[40..60].reverse();
    let files = [
        ("PNG signature alone", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("JPEG signature alone", b"\xff\xd8\xff".to_vec()),
        ("JPEG of fill bytes", [&b"\xff\xd8"[..], &[0xff; 5000]].concat()),
        ("JPEG of its ends", b"\xff\xd8\xff\xd9".to_vec()),
        ("GIF signature alone", b"GIF89a".to_vec()),
        ("WebP signature alone", b"RIFF\x04\0\0\0WEBP".to_vec()),
        ("WebP of no size", b"RIFF\0\0\0\0WEBPVP8 ".to_vec()),
        ("PNG without width", png(0, 10, 8, 2)),
        ("PNG without height", png(10, 0, 8, 2)),
        ("PNG of no colour type", png(10, 10, 8, 5)),
        ("PNG without pixels", png(10, 10, 8, 2)),
        ("GIF without width", gif((0, 10), (0, 10))),
        ("GIF without height", gif((10, 0), (10, 0))),
        ("JPEG without width", jpeg(0, 10, 1)),
        ("JPEG without height", jpeg(10, 0, 1)),
        ("JPEG without scans", jpeg(10, 10, 0)),
        ("WebP without width", webp(&[vp8(0, 10)])),
        ("WebP without height", webp(&[vp8(10, 0)])),
        ("WebP without pixels", webp(&[vp8(10, 10)])),
        ("WebP without chunks", webp(&[])),
        ("PNG with a shuffled chunk", turned),
    ];
    for (name, file) in files {
        assert_eq!(reencode(&file), Err(Refused::Broken), "{name}");
    }
}

/// All of the file or nothing: no decoder paints the missing part grey.
#[test]
fn a_part_of_a_file_is_refused_or_lacks_nothing_that_is_shown() {
    let drawn = FORMATS.map(|format| file(noise(24), format));
    for file in drawn.iter().map(Vec::as_slice).chain(STORED.map(|(_, file)| file)) {
        let whole = reencode(file);
        assert!(whole.is_ok());
        let mut refused = 0;
        for length in 0..file.len() {
            let part = reencode(&file[..length]);
            refused += usize::from(part.is_err());
            assert!(part.is_err() || part == whole, "{length} of {} bytes", file.len());
        }
        // What may be missing is a PNG's or GIF's end.
        assert!(file.len() - refused <= 20, "{refused} of {} lengths are refused", file.len());
    }
}

#[test]
fn the_file_may_have_two_mebibytes() {
    let mut file = file(plain(20, 20, GREEN), ImageFormat::Png);
    file.resize(2 * 1024 * 1024, 0);
    assert!(reencode(&file).is_ok());
    file.push(0);
    assert_eq!(reencode(&file), Err(Refused::TooLarge));
}

#[test]
fn the_picture_may_have_twelve_megapixels() {
    let file_of = |width, height| file(image::GrayImage::new(width, height), ImageFormat::Png);
    assert!(reencode(&file_of(4000, 3000)).is_ok());
    assert_eq!(reencode(&file_of(3000, 4001)), Err(Refused::TooLarge));
    assert!(reencode(&file_of(4096, 20)).is_ok());
    assert_eq!(reencode(&file_of(20, 4097)), Err(Refused::TooLarge));
}
