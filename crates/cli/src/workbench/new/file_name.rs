//! Names of files, whatever an event is called: nothing of them leads anywhere else.

/// `DeleteDBInstance` as `delete_db_instance`: a name for a file, whatever the event is called.
pub(super) fn snake_case(name: &str) -> String {
    let characters: Vec<char> = name.chars().take(80).collect();
    let mut out = String::new();
    for (place, character) in characters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| characters.get(before));
        let next_is_lower = characters.get(place + 1).is_some_and(char::is_ascii_lowercase);
        let starts_word = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase() || before.is_ascii_digit() || next_is_lower
            });
        if starts_word && !out.ends_with('_') {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    plain(&out, '_')
}

/// Letters and digits, everything else as `other`; never empty.
pub(super) fn plain(text: &str, other: char) -> String {
    let one = |character: char| {
        if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { other }
    };
    let out: String = text.chars().map(one).collect();
    let out = out.trim_matches(other);
    if out.is_empty() { "event".to_owned() } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(snake_case("DeleteTrail"), "delete_trail");
        assert_eq!(snake_case("ModifyDBInstance"), "modify_db_instance");
        assert_eq!(snake_case("CreateFunction20150331v2"), "create_function20150331v2");
        assert_eq!(snake_case("SendSSHPublicKey"), "send_ssh_public_key");
        assert_eq!(snake_case("../../etc/passwd"), "etc_passwd");
        assert_eq!(snake_case("\u{1b}[31m"), "31m");
        assert_eq!(snake_case(".."), "event");
        assert_eq!(plain("S3-Outposts", '-'), "s3-outposts");
    }
}
