//! Least privilege, from both sides: each function's role has every action that the code asks for or that Lambda needs in its
//! name, and no other; and each has its reason in `docs/permissions.md`.
//!
//! What the code asks for is read from the code, and which operations there are from the SDK: a call or a service that is new
//! comes in by itself. What is not in either is in two tables beside this file, each entry with its source.

// Sources in, modules out.
mod source;

// The operations of each service.
mod sdk;

// Whose client a name is.
mod clients;

// Functions, their references and calls.
mod code;

// What is reached.
mod reach;

// Functions and roles of a template.
mod granted;

// From calls to actions.
mod required;

// The tables of the document.
mod document;

// The same on small sources with a fault each.
mod faults;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use self::clients::Clients;
use self::code::{Call, Code, functions};
use self::document::Document;
use self::granted::{Deployed, Grants, functions as deployed};
use self::required::Tables;
use self::sdk::Sdk;
use self::source::Sources;
use crate::dependencies::metadata;
use crate::harness::root;
use crate::harness::template::Template;

/// What a program is made of and asks for.
struct Program {
    calls: BTreeSet<Call>,
    faults: Vec<String>,
    sources: Vec<Sources>,
}

impl Program {
    /// The first of the crates is the program, the others are below it.
    fn of(sources: Vec<Sources>, sdk: &Sdk) -> Self {
        let modules: Vec<_> = sources.iter().flat_map(Sources::modules).collect();
        let clients = Clients::of(&modules);
        let mut faults = Vec::new();
        let mut all: Vec<Code> = Vec::new();
        for module in &modules {
            all.extend(functions(module, &clients, sdk, &mut faults));
        }
        let calls = reach::calls(&all, &sources[0].krate);
        Self { calls, faults, sources }
    }

    /// The words of the file of a call.
    fn words(&self, call: &Call) -> BTreeSet<String> {
        let ours = self.sources.iter().find(|sources| sources.krate == call.krate);
        let text = ours.map(|sources| sources.texts[&call.file].as_str()).unwrap_or_default();
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        text.split(|letter| !is_word(letter)).map(str::to_owned).collect()
    }
}

/// The crates of the repository that a function's crate is made of and that use the SDK, itself first.
fn sources_of(krate: &str, metadata: &Value) -> Vec<Sources> {
    let packages = metadata["packages"].as_array().unwrap();
    let package = |name: &str| packages.iter().find(|package| package["name"] == name).unwrap();
    let below = |name: &str| -> Vec<&Value> {
        let normal = |dependency: &&Value| dependency["kind"].is_null();
        package(name)["dependencies"].as_array().unwrap().iter().filter(normal).collect()
    };
    let is_ours = |dependency: &&Value| dependency["path"].is_string();
    let uses_sdk =
        |name: &str| below(name).iter().any(|it| it["name"].as_str().unwrap().starts_with("aws-sdk-"));
    let (mut found, mut todo) = (vec![krate.to_owned()], vec![krate.to_owned()]);
    while let Some(name) = todo.pop() {
        for dependency in below(&name).into_iter().filter(is_ours) {
            let name = dependency["name"].as_str().unwrap().to_owned();
            if !found.contains(&name) {
                todo.push(name.clone());
                found.push(name);
            }
        }
    }
    found.retain(|name| name == krate || uses_sdk(name));
    let folder =
        |name: &str| Path::new(package(name)["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned();
    found.iter().map(|name| Sources::read(name, &folder(name))).collect()
}

/// What is wrong between what is needed and what is granted.
fn differences(krate: &str, needed: &Grants, granted: &Grants) -> Vec<String> {
    let mut faults = Vec::new();
    for (action, places) in needed {
        match granted.get(action) {
            None => faults.push(format!("{krate} needs `{action}`, and its role has it not")),
            Some(given) if !places.is_empty() && given != places => {
                faults.push(format!(
                    "{krate} needs `{action}` on {places:?}, and its role has it on {given:?}"
                ));
            }
            Some(_) => {}
        }
    }
    let unneeded = granted.keys().filter(|action| !needed.contains_key(*action));
    faults.extend(unneeded.map(|action| format!("{krate} has `{action}`, and nothing in it asks for that")));
    faults
}

/// Where a resource is `*`, as the notes of the document have it: 1, all of it; 2, the Region; 3, the account.
fn star(place: &str) -> Option<u8> {
    let mut text = place.to_owned();
    while let Some((before, rest)) = text.clone().split_once("${") {
        text = format!("{before}_{}", rest.split_once('}').unwrap().1);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["*"] | [_, _, _, _, _, "*"] => Some(1),
        [_, _, _, "*", _, _] => Some(2),
        [_, _, _, _, "*", _] => Some(3),
        _ => None,
    }
}

fn template() -> Template {
    Template::read(&fs::read_to_string(root().join("infra/sam/template.yaml")).unwrap())
}

/// Another template, if it is there.
fn beside(path: &str) -> Option<Template> {
    fs::read_to_string(root().join(path)).ok().map(|text| Template::read(&text))
}

/// Each function of the template, with what it asks for and what it is granted.
fn each(template: &Template, check: &mut dyn FnMut(&Deployed<'_>, &Program, &required::Required, &Grants)) {
    let metadata = metadata();
    let (sdk, tables) = (Sdk::of(&metadata), Tables::read());
    let (mut left_out, mut faults) = (BTreeSet::new(), Vec::new());
    let functions = deployed(template);
    assert!(!functions.is_empty());
    for function in &functions {
        let program = Program::of(sources_of(&function.krate, &metadata), &sdk);
        let words = |call: &Call| program.words(call);
        let mut required = tables.required(&program.calls, &sdk, &words, template, function);
        faults.extend(tables.beside(&function.krate, &mut required, &beside));
        let granted = function.grants(&mut faults);
        left_out.extend(required.left_out.iter().copied());
        faults.extend(program.faults.iter().cloned());
        check(function, &program, &required, &granted);
    }
    faults.sort();
    faults.dedup();
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(left_out.len(), tables.left_out(), "an entry under `left_out` is about nothing any more");
}

#[test]
fn each_function_may_do_what_it_does_and_nothing_else() {
    let mut faults = Vec::new();
    each(&template(), &mut |function, program, required, granted| {
        assert!(
            program.calls.len() > 8,
            "{}: the walk over the code works: {:?}",
            function.krate,
            program.calls
        );
        faults.extend(differences(&function.krate, &required.actions, granted));
    });
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_sdk_crate_that_is_compiled_in_is_called() {
    let metadata = metadata();
    let sdk = Sdk::of(&metadata);
    let packages = metadata["packages"].as_array().unwrap();
    for function in deployed(&template()) {
        let sources = sources_of(&function.krate, &metadata);
        let names: Vec<_> = sources.iter().map(|sources| sources.krate.clone()).collect();
        let dependencies =
            packages.iter().filter(|package| names.contains(&package["name"].as_str().unwrap().to_owned()));
        let dependencies = dependencies.flat_map(|package| package["dependencies"].as_array().unwrap());
        let used: BTreeSet<String> = dependencies
            .filter_map(|dependency| dependency["name"].as_str()?.strip_prefix("aws-sdk-"))
            .map(|name| name.replace('-', "_"))
            .collect();
        let program = Program::of(sources, &sdk);
        let called: BTreeSet<String> = program.calls.iter().map(|call| call.service.clone()).collect();
        assert_eq!(called, used, "{}", function.krate);
    }
}

#[test]
fn each_action_has_its_reason_and_the_place_in_the_code() {
    let document = Document::read();
    let mut faults = Vec::new();
    each(&template(), &mut |function, _, required, granted| {
        let krate = &function.krate;
        let (told, given) = (document.actions(krate), granted.keys().cloned().collect::<BTreeSet<_>>());
        faults.extend(
            given.difference(&told).map(|it| format!("{krate}: `{it}` has no reason in docs/permissions.md")),
        );
        faults.extend(
            told.difference(&given)
                .map(|it| format!("{krate}: `{it}` is in docs/permissions.md and not granted")),
        );
        for (action, files) in &required.files {
            let rows = document.of(krate).filter(|row| row.actions.contains(action));
            let others = document.others.iter().filter(|row| row.actions.contains(action));
            let named: BTreeSet<_> = rows.chain(others).flat_map(|row| row.files.clone()).collect();
            let missing: Vec<_> = files.difference(&named).collect();
            if !missing.is_empty() {
                faults.push(format!(
                    "{krate}: docs/permissions.md does not say that {missing:?} asks for `{action}`"
                ));
            }
        }
    });
    assert_eq!(faults, Vec::<String>::new());
}

/// `tattletrail publish` and `redrive`, for which a person gives the permissions.
#[test]
fn the_documents_name_what_the_command_may_have_to_do() {
    let metadata = metadata();
    let (sdk, tables) = (Sdk::of(&metadata), Tables::read());
    let program = Program::of(sources_of("tattletrail-aws", &metadata), &sdk);
    assert_eq!(program.faults, Vec::<String>::new());
    let actions = |call: &Call| tables.actions(call, &sdk, &program.words(call));
    let (own, shared): (Vec<_>, Vec<_>) =
        program.calls.iter().partition(|call| call.krate == "tattletrail-aws");
    let own: BTreeSet<String> = own.into_iter().flat_map(actions).collect();
    let shared: BTreeSet<String> = shared.into_iter().flat_map(actions).collect();
    assert!(own.len() > 3 && shared.len() > 8, "the walk over the code works: {own:?}, {shared:?}");
    let (told, functions) =
        (document::actions_of("docs/publish.md"), document::actions_of("docs/functions.md"));
    let all: BTreeSet<_> = told.union(&functions).cloned().collect();
    assert_eq!(
        own.difference(&told).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "docs/publish.md lacks these"
    );
    assert_eq!(
        shared.difference(&all).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "docs/functions.md lacks these"
    );
    // What no call of our own asks for: services use keys in the caller's name.
    let unasked =
        |action: &&String| !action.starts_with("kms:") && !own.contains(*action) && !shared.contains(*action);
    assert_eq!(
        told.iter().filter(unasked).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "docs/publish.md has too much"
    );
}

#[test]
fn a_star_is_where_the_document_says_why() {
    let (template, document) = (template(), Document::read());
    let mut faults = Vec::new();
    let mut noted = BTreeSet::new();
    for function in deployed(&template) {
        let granted = function.grants(&mut faults);
        let mut told: BTreeMap<&str, &str> = BTreeMap::new();
        for row in document.of(&function.krate) {
            let note = row.note.as_deref();
            told.extend(row.actions.iter().filter_map(|action| Some((action.as_str(), note?))));
        }
        for (action, places) in &granted {
            let stars: BTreeSet<String> =
                places.iter().filter_map(|place| star(place)).map(|it| it.to_string()).collect();
            let note: BTreeSet<String> =
                told.get(action.as_str()).map(|note| (*note).to_owned()).into_iter().collect();
            assert_eq!(
                stars, note,
                "{}: `{action}` on {places:?}: the note in docs/permissions.md",
                function.krate
            );
            noted.extend(stars);
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(noted, document.notes, "each note is about something");
}
