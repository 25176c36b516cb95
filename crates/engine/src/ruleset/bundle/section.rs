//! Named parts of a bundle, one behind the other: a byte of flags, a byte for the length of the name, the name, four bytes
//! for the length (the lowest first), and what is in it.
//!
//! A section that this version does not know is passed over, unless its flag says that the rules are not the same without
//! it.

use std::ops::Range;

use super::BundleError;

/// The rules are not the same without this section.
const REQUIRED: u8 = 1;

/// One section.
struct Section<'b> {
    required: bool,
    name: &'b str,
    content: Range<usize>,
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

/// Where the contents of the sections of these names are, each of which must be there once.
pub(super) fn named<const N: usize>(
    payload: &[u8],
    names: [&'static str; N],
) -> Result<[Range<usize>; N], BundleError> {
    let mut sections = Vec::new();
    let mut start = 0;
    while start < payload.len() {
        let section = at(start, payload).ok_or(BundleError::Layout)?;
        if section.required && !names.contains(&section.name) {
            return Err(BundleError::UnknownSection { name: section.name.to_owned() });
        }
        start = section.content.end;
        sections.push(section);
    }
    let mut places = names.map(|_| 0..0);
    for (place, name) in places.iter_mut().zip(names) {
        let mut found = sections.iter().filter(|section| section.name == name);
        match (found.next(), found.count()) {
            (Some(section), 0) => *place = section.content.clone(),
            (one, more) => {
                return Err(BundleError::Sections { name, count: usize::from(one.is_some()) + more });
            }
        }
    }
    Ok(places)
}

/// The section that begins there.
fn at(start: usize, payload: &[u8]) -> Option<Section<'_>> {
    let ([flags, name_length], rest) = payload.get(start..)?.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(usize::from(*name_length))?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let begin = payload.len() - rest.len();
    rest.get(..length)?;
    let name = std::str::from_utf8(name).ok()?;
    Some(Section { required: flags & REQUIRED != 0, name, content: begin..begin + length })
}
