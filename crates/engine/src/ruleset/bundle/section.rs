//! Named parts of a bundle, one behind the other: a byte of flags, a byte for the length of the name, the name, four bytes
//! for the length (the lowest first), and what is in it.
//!
//! A section that this version does not know is passed over, unless its flag says that the rules are not the same without
//! it.

use super::BundleError;

/// The rules are not the same without this section.
const REQUIRED: u8 = 1;

/// One section.
struct Section<'b> {
    required: bool,
    name: &'b str,
    content: &'b [u8],
}

/// Adds a required section.
pub(super) fn append(payload: &mut Vec<u8>, name: &str, content: &[u8]) -> Result<(), BundleError> {
    let length = u32::try_from(content.len()).map_err(|_| BundleError::TooLarge)?;
    let name_length = u8::try_from(name.len()).map_err(|_| BundleError::TooLarge)?;
    payload.extend([REQUIRED, name_length]);
    payload.extend(name.bytes());
    payload.extend(length.to_le_bytes());
    payload.extend(content);
    Ok(())
}

/// The contents of the sections of these names, each of which must be there once.
pub(super) fn named<'b, const N: usize>(
    payload: &'b [u8],
    names: [&'static str; N],
) -> Result<[&'b [u8]; N], BundleError> {
    let mut sections = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (section, behind) = first(rest).ok_or(BundleError::Layout)?;
        if section.required && !names.contains(&section.name) {
            return Err(BundleError::UnknownSection { name: section.name.to_owned() });
        }
        sections.push(section);
        rest = behind;
    }
    let mut contents: [&[u8]; N] = [&[]; N];
    for (content, name) in contents.iter_mut().zip(names) {
        let mut found = sections.iter().filter(|section| section.name == name);
        match (found.next(), found.count()) {
            (Some(section), 0) => *content = section.content,
            (one, more) => {
                return Err(BundleError::Sections { name, count: usize::from(one.is_some()) + more });
            }
        }
    }
    Ok(contents)
}

/// The first section, and what is behind it.
fn first(bytes: &[u8]) -> Option<(Section<'_>, &[u8])> {
    let ([flags, name_length], rest) = bytes.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(usize::from(*name_length))?;
    let (length, rest) = rest.split_first_chunk()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let name = std::str::from_utf8(name).ok()?;
    Some((Section { required: flags & REQUIRED != 0, name, content }, rest))
}
