//! Which rules an event can match: by `eventName`, else by `eventSource`, else always.

use std::collections::{BTreeSet, HashMap};

use crate::event::Event;
use crate::json::Kind;
use crate::sigma::CompiledRule;

/// Places of rules, each in exactly one of the three parts; every list is sorted.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    by_name: HashMap<Box<str>, Vec<usize>>,
    by_source: HashMap<Box<str>, Vec<usize>>,
    always: Vec<usize>,
    /// All places, for events whose name or source is not a plain text.
    all: Vec<usize>,
}

impl Index {
    /// Indexes the rules that are wanted.
    pub(super) fn new(rules: &[CompiledRule], wanted: impl Fn(&CompiledRule) -> bool) -> Self {
        let mut index = Self::default();
        for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| wanted(rule)) {
            let texts = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>();
            let names = rule.required_event_names().map(texts);
            index.add(place, names.as_deref(), rule.required_event_sources().map(texts).as_deref());
        }
        index
    }

    /// Indexes a rule by what it requires; places come in their order.
    pub(super) fn add<T: AsRef<str>>(&mut self, place: usize, names: Option<&[T]>, sources: Option<&[T]>) {
        self.all.push(place);
        match (names, sources) {
            (Some(names), _) => add(&mut self.by_name, names, place),
            (None, Some(sources)) => add(&mut self.by_source, sources, place),
            (None, None) => self.always.push(place),
        }
    }

    /// Calls `f` with the place of each rule that can match, in their order, each once.
    pub(super) fn for_each(&self, event: &Event<'_>, mut f: impl FnMut(usize)) {
        match (look_up(&self.by_name, event, "eventName"), look_up(&self.by_source, event, "eventSource")) {
            (Some(names), Some(sources)) => merge([names, sources, &self.always], f),
            _ => self.all.iter().for_each(|place| f(*place)),
        }
    }
}

fn add<T: AsRef<str>>(map: &mut HashMap<Box<str>, Vec<usize>>, keys: &[T], place: usize) {
    for key in keys {
        match map.get_mut(key.as_ref()) {
            Some(places) => places.push(place),
            None => _ = map.insert(key.as_ref().into(), vec![place]),
        }
    }
}

/// The rules for a field's text, whatever its capitals; `None` if the field is something other than a text, of which
/// the index knows nothing.
fn look_up<'i>(
    map: &'i HashMap<Box<str>, Vec<usize>>,
    event: &Event<'_>,
    field: &str,
) -> Option<&'i [usize]> {
    let Some(node) = event.top(field) else { return Some(&[]) };
    if node.kind() == Kind::Null {
        return Some(&[]);
    }
    let text = node.as_str()?;
    let mut buffer = [0_u8; 128];
    let places = match buffer.get_mut(..text.len()) {
        Some(lower) => {
            lower.copy_from_slice(text.as_bytes());
            lower.make_ascii_lowercase();
            std::str::from_utf8(lower).ok().and_then(|lower| map.get(lower))
        }
        None => map.get(text.to_ascii_lowercase().as_str()),
    };
    Some(places.map_or(&[], Vec::as_slice))
}

/// Calls `f` with the members of three sorted lists that share none, in order.
fn merge(mut lists: [&[usize]; 3], mut f: impl FnMut(usize)) {
    while let Some(next) = lists.iter().filter_map(|list| list.first().copied()).min() {
        f(next);
        for list in &mut lists {
            if let Some((_, rest)) = list.split_first().filter(|(first, _)| **first == next) {
                *list = rest;
            }
        }
    }
}
