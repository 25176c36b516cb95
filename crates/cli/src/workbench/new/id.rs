//! Ids of new rules.

/// A UUID of version 4.
pub(super) fn random_id() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random bytes for an id: {error}"))?;
    let number =
        u128::from_be_bytes(bytes) & !(0xf000 << 64) & !(0xc000 << 48) | (0x4000 << 64) | (0x8000 << 48);
    let digits = format!("{number:032x}");
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    Ok(parts.map(|(from, to)| digits.get(from..to).unwrap_or_default()).join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_4_and_differ() {
        let (one, other) = (random_id().unwrap(), random_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.chars().nth(14), Some('4'), "{one}");
        assert!(matches!(one.chars().nth(19), Some('8' | '9' | 'a' | 'b')), "{one}");
    }
}
