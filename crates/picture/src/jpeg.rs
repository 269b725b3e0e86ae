//! A look at a JPEG's segments before it is decoded.
//!
//! The decoder forgives a file that was cut off and paints the rest grey; and it goes over all
//! pixels once a scan, for as many scans as the file has.

use crate::Refused;

/// A progressive JPEG has about ten.
const SCANS: usize = 32;

/// The file from its start to its end marker, without what was appended to it.
pub(crate) fn whole(bytes: &[u8]) -> Result<&[u8], Refused> {
    let length = length(bytes).ok_or(Refused::Broken)?;
    Ok(&bytes[..length])
}

fn length(bytes: &[u8]) -> Option<usize> {
    let mut scans = 0;
    // Behind the start marker, by which the format was recognised.
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker.
        let fill = bytes.get(at..)?.iter().take_while(|byte| **byte == 0xff).count();
        if fill == 0 {
            return None;
        }
        at += fill;
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            0xd9 => return Some(at),
            // No marker, or one that has no place between segments.
            0x00 | 0x01 | 0xd0..=0xd8 => return None,
            _ => {}
        }
        let size = bytes.get(at..)?.first_chunk::<2>()?;
        at += usize::from(u16::from_be_bytes(*size)).max(2);
        if marker == 0xda {
            scans += 1;
            if scans > SCANS {
                return None;
            }
            at += bytes.get(at..)?.windows(2).position(ends_scan)?;
        }
    }
}

/// Within a scan, 0xff is followed by a zero or by a restart marker.
fn ends_scan(pair: &[u8]) -> bool {
    pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRESSIVE: &[u8] = include_bytes!("../tests/files/progressive.jpg");

    #[test]
    fn it_ends_at_its_end_marker() {
        assert_eq!(whole(PROGRESSIVE), Ok(PROGRESSIVE));
        assert_eq!(whole(&[PROGRESSIVE, b"<html>\xff\xd9"].concat()), Ok(PROGRESSIVE));
        assert_eq!(whole(&PROGRESSIVE[..PROGRESSIVE.len() - 1]), Err(Refused::Broken));
    }

    #[test]
    fn scans_are_counted() {
        // A scan that names no component, and one stuffed byte and one restart marker of data.
        let scan = b"\xff\xda\0\x02\xff\0\xff\xd0\x17";
        let file = |scans| [b"\xff\xd8", &scan.repeat(scans)[..], b"\xff\xff\xd9"].concat();
        assert_eq!(whole(&file(SCANS)), Ok(&file(SCANS)[..]));
        assert_eq!(whole(&file(SCANS + 1)), Err(Refused::Broken));
    }
}
