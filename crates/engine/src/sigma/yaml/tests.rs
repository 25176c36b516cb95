use proptest::prelude::*;
use saphyr::{LoadableYamlNode as _, MarkedYaml};
use saphyr_parser::Parser;

/// What a text comes to, with all places, by slices and character by character.
fn both_ways(text: &str) -> [String; 2] {
    let by_slices = MarkedYaml::load_from_parser(&mut Parser::new_from_str(text));
    let by_characters = MarkedYaml::load_from_str(text);
    [by_slices, by_characters].map(|found| format!("{found:#?}"))
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b: ", "ü", "€: ", "- ", "\n", "\n  ", "\n    ", "'", "\"", "{", "}", "[", "]", ", ", "|\n",
        ">-\n", " #c", "&x ", "*x", "!t ", "? ", "\\", "\t", "\r\n", "---\n", "...\n", "%", "22", "~",
        "0x1f", "1.5", "😀",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn places_do_not_depend_on_how_the_text_is_read(pieces in prop::collection::vec(piece(), 0..24)) {
        let text = pieces.concat();
        let [one, other] = both_ways(&text);
        prop_assert_eq!(one, other, "{:?}", text);
    }
}
