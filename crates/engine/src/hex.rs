//! Bytes as hexadecimal digits.

/// Two lower-case digits for each byte.
pub(crate) fn lower<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    let halves = bytes.into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// True for so many hexadecimal digits, of which letters are lower case.
pub(crate) fn is_lower(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_two_digits() {
        assert_eq!(lower(&[0, 0x0f, 0xa0, 0xff]), "000fa0ff");
        assert!(is_lower("0f", 2));
        for bad in ["", "f", "0F", "0g", "é", "00f"] {
            assert!(!is_lower(bad, 2), "{bad}");
        }
    }
}
