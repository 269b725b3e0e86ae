//! Where sealed values lie: the only file that makes a `AssociatedData`, out of the store's list.
//!
//! So nothing can be sealed where an exchange of keys would not look.

use store::SealedColumn;
use vault::AssociatedData;

/// A row of a column on the list.
pub(crate) fn associated_data(column: SealedColumn, row: &str) -> AssociatedData<'_> {
    AssociatedData { table: column.table(), column: column.column(), row }
}

/// An access token in the grant of a connection.
pub(crate) fn access_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::AccessToken, row)
}

/// A refresh token in the grant of a connection.
pub(crate) fn refresh_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::RefreshToken, row)
}

/// A token that is to be revoked.
pub(crate) fn revocation_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::Revocation, row)
}

/// What is kept beside such a token while it may still be wanted.
pub(crate) fn kept_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::UndoPayload, row)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use vault::{Key, KeyId, KeyRing, OpenError, Sealed};

    use super::*;

    const SECRET: &str = "1//0gEXAMPLE-refresh-token-for-fixtures";
    const ROW: &str = "01977420-dead-7eef-8000-000000000001";
    const OTHER_ROW: &str = "01977420-dead-7eef-8000-000000000002";

    fn ring() -> KeyRing {
        let key = |id| Key::generate(KeyId::parse(id).unwrap()).unwrap().expose().to_string();
        KeyRing::parse(&format!("{},{}", key("k2"), key("k1"))).unwrap()
    }

    #[test]
    fn a_value_of_any_column_opens_in_its_place_and_in_no_other() {
        let ring = ring();
        for column in SealedColumn::ALL {
            let sealed = ring.seal(SECRET, associated_data(*column, ROW)).unwrap();
            for other in SealedColumn::ALL {
                let opened = ring.open(&sealed, associated_data(*other, ROW));
                assert_eq!(opened.is_ok(), column == other, "of {column} in {other}");
                let moved = ring.open(&sealed, associated_data(*other, OTHER_ROW));
                assert_eq!(moved.unwrap_err(), OpenError::Rejected, "of {column} in {other}");
            }
        }
    }

    #[test]
    fn in_every_column_any_flipped_bit_and_any_cut_fails_closed() {
        let ring = ring();
        for column in SealedColumn::ALL {
            let place = associated_data(*column, ROW);
            let whole = ring.seal(SECRET, place).unwrap();
            assert_eq!(ring.open(&whole, place).unwrap().expose_secret(), SECRET);
            let whole = whole.as_bytes();
            for bit in 0..whole.len() * 8 {
                let mut flipped = whole.to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let opened = ring.open(&Sealed::from_bytes(flipped), place);
                assert!(opened.is_err(), "{column}, bit {bit}");
            }
            for length in 0..whole.len() {
                let cut = Sealed::from_bytes(whole[..length].to_vec());
                assert!(ring.open(&cut, place).is_err(), "{column}, cut to {length}");
            }
            let longer = Sealed::from_bytes([whole, b"\0"].concat());
            assert!(ring.open(&longer, place).is_err(), "{column}, one byte more");
        }
    }
}
