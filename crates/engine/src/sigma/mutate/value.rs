//! Values of a list: each can be taken out of it.

use serde_json::Value as Json;

use super::Mutation;
use super::site::{Edit, Site, replaced};
use crate::sigma::detection::Item;
use crate::sigma::explain::RuleWords;

/// What can be done to the values of a field, by its name; nothing where there is only one.
pub(super) fn values(name: &str, item: &Item, words: &RuleWords) -> Vec<Site<Item>> {
    if item.values.len() < 2 {
        return Vec::new();
    }
    let mut sites = Vec::new();
    for (place, value) in item.values.iter().enumerate() {
        let left = replaced(&item.values, place, None);
        let after = left.map(|values| Item { values, ..item.clone() });
        let edits = vec![Edit { mutation: Mutation::DropValue, wanted: wanted(item), after }];
        sites.push(Site { name: format!("{name}={}", shown(&words.value(value.at))), at: value.at, edits });
    }
    sites
}

fn wanted(item: &Item) -> &'static str {
    if item.all {
        "a record that has all the values but this one, and otherwise what the rule asks for"
    } else {
        "a record that has this value and otherwise what the rule asks for"
    }
}

/// A value without the quotes of JSON.
fn shown(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Json::String(text)) => text,
        _ => json.to_owned(),
    }
}
