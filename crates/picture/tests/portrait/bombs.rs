//! Small files that ask for much. `tests/memory.rs` measures what they get.

use picture::Refused;

use crate::samples::{jpeg_segment, png_chunk, webp, webp_canvas, webp_chunk};

/// A PNG of one colour type, with a few bytes where its pixels should be.
pub(crate) fn png(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = png_chunk(b"IHDR", &[&sides[..], &[depth, colour, 0, 0, 0]].concat());
    let pixels = png_chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01");
    [b"\x89PNG\r\n\x1a\n", &header[..], &pixels, &png_chunk(b"IEND", b"")].concat()
}

/// A GIF whose only frame may have other dimensions than its screen.
pub(crate) fn gif(screen: (u16, u16), frame: (u16, u16)) -> Vec<u8> {
    let sides = |(width, height): (u16, u16)| [width.to_le_bytes(), height.to_le_bytes()].concat();
    [
        b"GIF89a",
        &sides(screen)[..],
        // Two colours, then the frame at the origin without a palette of its own.
        b"\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0",
        &sides(frame),
        b"\0\x02\x02\x4c\x01\0\x3b",
    ]
    .concat()
}

/// A grey JPEG with this many empty scans.
pub(crate) fn jpeg(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let sides = [height.to_be_bytes(), width.to_be_bytes()].concat();
    let frame = jpeg_segment(0xc2, &[b"\x08", &sides[..], b"\x01\x01\x11\0"].concat());
    let quantisation = jpeg_segment(0xdb, &[[0].as_slice(), &[1; 64]].concat());
    let codes = |class| jpeg_segment(0xc4, &[&[class, 1][..], &[0; 16]].concat());
    let scan = [&jpeg_segment(0xda, b"\x01\x01\0\0\0\0")[..], &[0; 8]].concat();
    let scans = scan.repeat(scans);
    [b"\xff\xd8", &quantisation[..], &frame, &codes(0), &codes(0x10), &scans, b"\xff\xd9"].concat()
}

/// A lossy frame of these sides, without its pixels.
pub(crate) fn vp8(width: u16, height: u16) -> Vec<u8> {
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    webp_chunk(b"VP8 ", &[b"\x10\0\0\x9d\x01\x2a", &sides[..], &[0; 200]].concat())
}

/// A lossless frame of these sides, without its pixels.
pub(crate) fn vp8l(width: u32, height: u32, bytes: usize) -> Vec<u8> {
    let sides = (width - 1) | (height - 1) << 14;
    webp_chunk(b"VP8L", &[b"\x2f", &sides.to_le_bytes()[..], &vec![0; bytes]].concat())
}

/// A frame of an animation.
pub(crate) fn anmf(width: u32, height: u32, chunks: &[u8]) -> Vec<u8> {
    let [width, height] = [width, height].map(|side| (side - 1).to_le_bytes());
    webp_chunk(b"ANMF", &[&[0; 6], &width[..3], &height[..3], &[0; 4], chunks].concat())
}

/// Each with its name and why it is refused.
pub(crate) fn bombs() -> Vec<(&'static str, Vec<u8>, Refused)> {
    let loops = webp_chunk(b"ANIM", &[0; 6]);
    let mut disguised = [webp_chunk(b"ALPH", &[0; 101]), vp8(0x3fff, 0x3fff)].concat();
    let name = disguised.iter().rposition(|byte| *byte == b'V').expect("the name of its chunk");
    disguised[name] = b'W';
    let mut exif = webp(&[webp_canvas(8, 10, 10), vp8(10, 10), webp_chunk(b"EXIF", b"")]);
    let size = exif.len() - 4;
    exif[size..].copy_from_slice(&[0xf0, 0xff, 0xff, 0xff]);
    let deep: Vec<u8> = (0..50_000_u32)
        .rev()
        .flat_map(|inner| [&b"ANMF"[..], &(16 + 24 * inner).to_le_bytes(), &[0; 16]].concat())
        .collect();
    vec![
        ("PNG of 50000x50000", png(50_000, 50_000, 8, 6), Refused::TooLarge),
        ("PNG of the largest sides", png(0x7fff_ffff, 0x7fff_ffff, 16, 6), Refused::TooLarge),
        ("PNG of 4097x1", png(4097, 1, 8, 6), Refused::TooLarge),
        ("PNG of 4096x4096", png(4096, 4096, 8, 2), Refused::TooLarge),
        ("PNG of 4000x3000 in 64 bits", png(4000, 3000, 16, 6), Refused::TooLarge),
        ("GIF of 65535x65535", gif((0xffff, 0xffff), (1, 1)), Refused::TooLarge),
        (
            "GIF of one pixel with a frame of 65535x65535",
            gif((1, 1), (0xffff, 0xffff)),
            Refused::TooLarge,
        ),
        ("JPEG of 65535x65535", jpeg(0xffff, 0xffff, 1), Refused::TooLarge),
        ("JPEG of 10,000 scans", jpeg(4000, 3000, 10_000), Refused::Broken),
        (
            "WebP of 2^24x2^24",
            webp(&[webp_canvas(0, 1 << 24, 1 << 24), vp8(1, 1)]),
            Refused::Broken,
        ),
        (
            "WebP of 16384x16384",
            webp(&[webp_canvas(0, 16384, 16384), vp8(1, 1)]),
            Refused::TooLarge,
        ),
        ("lossy WebP of 16383x16383", webp(&[vp8(0x3fff, 0x3fff)]), Refused::TooLarge),
        ("lossless WebP of 16383x16383", webp(&[vp8l(0x3fff, 0x3fff, 50)]), Refused::TooLarge),
        (
            "WebP of 10x10 with a frame of 16383x16383",
            webp(&[webp_canvas(0, 10, 10), vp8(0x3fff, 0x3fff)]),
            Refused::TooLarge,
        ),
        (
            "animation of 10x10 with a picture of 16383x16383",
            webp(&[webp_canvas(2, 10, 10), loops.clone(), anmf(10, 10, &vp8(0x3fff, 0x3fff))]),
            Refused::TooLarge,
        ),
        (
            "animation of 10x10 with a picture of 100x100",
            webp(&[webp_canvas(2, 10, 10), loops.clone(), anmf(10, 10, &vp8(100, 100))]),
            Refused::Broken,
        ),
        (
            "animation of 10x10 with a disguised picture of 16383x16383",
            webp(&[webp_canvas(18, 10, 10), loops, anmf(10, 10, &disguised)]),
            Refused::Broken,
        ),
        ("WebP with 4 GiB of EXIF", exif, Refused::Broken),
        ("WebP of frames in frames", webp(&[webp_canvas(2, 10, 10), deep]), Refused::Broken),
        ("lossless WebP of 300 KiB", webp(&[vp8l(100, 100, 300 * 1024)]), Refused::TooLarge),
    ]
}
