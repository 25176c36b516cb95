//! What may be said of a panic. Its message may quote whatever the code held in its hands, so that only three kinds are
//! repeated: those that are written out in the code, those of the standard library that hold numbers alone, and of some
//! others of the standard library the part that is always the same.

use std::any::Any;

/// What is said where the message is not repeated.
pub const WITHHELD: &str = "(the message is withheld: it may hold text of a record)";

/// Messages of the standard library that hold nothing but numbers, with `#` for each.
///
/// Source: the texts of `core` and `alloc`, of this compiler and of those before it.
const NUMBERS_ALONE: &[&str] = &[
    "index out of bounds: the len is # but the index is #",
    "range start index # out of range for slice of length #",
    "range end index # out of range for slice of length #",
    "slice index starts at # but ends at #",
    "range start index # is out of range for slice of length #",
    "range end index # is out of range for slice of length #",
    "copy_from_slice: source slice length (#) does not match destination slice length (#)",
    "source slice length (#) does not match destination slice length (#)",
    "swap_remove index (is #) should be < len (is #)",
    "removal index (is #) should be < len (is #)",
    "insertion index (is #) should be <= len (is #)",
    "split_off index (is #) should be <= len (is #)",
    "`at` split index (is #) should be <= len (is #)",
    "RefCell already borrowed",
    "RefCell already mutably borrowed",
    "already borrowed: BorrowMutError",
    "already mutably borrowed: BorrowError",
];

/// Beginnings that are always the same, before something that is not repeated.
const BEGINNINGS: &[&str] = &[
    "called `Result::unwrap()` on an `Err` value",
    "called `Result::unwrap_err()` on an `Ok` value",
    "assertion `left == right` failed",
    "assertion `left != right` failed",
    "internal error: entered unreachable code",
    "not yet implemented",
    "not implemented",
];

/// What may be said of a panic with this payload.
pub fn of_panic(payload: &(dyn Any + Send)) -> String {
    if let Some(literal) = payload.downcast_ref::<&'static str>() {
        return (*literal).to_owned();
    }
    match payload.downcast_ref::<String>() {
        Some(formatted) => of_formatted(formatted),
        None => WITHHELD.to_owned(),
    }
}

fn of_formatted(text: &str) -> String {
    if NUMBERS_ALONE.contains(&without_numbers(text).as_str()) {
        return text.to_owned();
    }
    match BEGINNINGS.iter().find(|beginning| text.starts_with(**beginning)) {
        Some(beginning) => format!("{beginning} {WITHHELD}"),
        None => WITHHELD.to_owned(),
    }
}

/// The text with `#` in the place of each number.
fn without_numbers(text: &str) -> String {
    let mut made = String::new();
    let mut in_number = false;
    for character in text.chars() {
        let digit = character.is_ascii_digit();
        if !digit || !in_number {
            made.push(if digit { '#' } else { character });
        }
        in_number = digit;
    }
    made
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn said<T>(panicking: impl FnOnce() -> T + std::panic::UnwindSafe) -> String {
        of_panic(&*catch_unwind(panicking).err().unwrap())
    }

    /// A number that the compiler does not know.
    fn number(of: usize) -> usize {
        std::hint::black_box(of)
    }

    #[test]
    fn what_is_written_in_the_code_is_repeated() {
        assert_eq!(said(|| panic!("the ledger is upside down")), "the ledger is upside down");
        assert_eq!(
            said(|| std::hint::black_box(None::<u8>).unwrap()),
            "called `Option::unwrap()` on a `None` value"
        );
        assert_eq!(said(|| std::hint::black_box(number(1) / number(0))), "attempt to divide by zero");
        assert_eq!(said(|| std::hint::black_box(number(1) - number(2))), "attempt to subtract with overflow");
    }

    #[test]
    fn numbers_of_the_standard_library_are_repeated() {
        let list = vec![1_u8, 2, 3];
        for (message, part) in [
            (said(|| list[number(7)]), "the len is 3 but the index is 7"),
            (said(|| list[number(5)..].to_vec()), "range start index 5"),
            (said(|| list[..number(5)].to_vec()), "range end index 5"),
            (said(|| list[number(2)..number(1)].to_vec()), "starts at 2 but ends at 1"),
            (said(|| [0_u8; 2].copy_from_slice(&list)), "(2)"),
            (said(|| vec![0_u8].remove(number(4))), "removal index (is 4)"),
        ] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    #[expect(clippy::string_slice, reason = "it is there to panic")]
    fn what_may_hold_a_record_is_not() {
        let secret = std::hint::black_box("hunter2");
        for message in [
            said(|| panic!("no such user: {secret}")),
            said(|| std::panic::panic_any(secret.len())),
            said(|| std::hint::black_box(None::<u8>).expect(secret)),
            said(|| "añb"[..number(2)].to_owned()),
            said(|| std::hint::black_box(Err::<u8, _>(secret)).unwrap()),
            said(|| assert_eq!(secret, "x")),
            said(|| panic!("index out of bounds: the len is {secret} but the index is 1")),
        ] {
            assert!(message.ends_with(WITHHELD) && !message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn the_constant_part_of_known_messages_is_kept() {
        let message = said(|| std::hint::black_box(Err::<u8, _>("hunter2")).unwrap());
        assert_eq!(message, format!("called `Result::unwrap()` on an `Err` value {WITHHELD}"));
    }
}
