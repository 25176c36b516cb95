//! Calls in, actions out: what a role has to allow so that its function can do what it does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::code::Call;
use super::granted::{Deployed, Grants, statements};
use super::sdk::Sdk;
use crate::harness::template::{Template, referred, value};

/// The tables beside this file.
pub(crate) struct Tables {
    operations: Value,
    lambda: Value,
}

/// What a function needs.
#[derive(Default)]
pub(crate) struct Required {
    /// Actions, and on what, where that is known.
    pub(crate) actions: Grants,
    /// The files whose calls ask for an action.
    pub(crate) files: BTreeMap<String, BTreeSet<String>>,
    /// The entries under `left_out` that were used.
    pub(crate) left_out: BTreeSet<usize>,
}

impl Tables {
    pub(crate) fn read() -> Self {
        let operations = value(include_str!("actions.yml"));
        let lambda = value(include_str!("lambda.yml"));
        let is_told = |entry: &Value| entry["source"].is_string();
        assert!(operations["operations"].as_object().unwrap().values().all(is_told), "each with its source");
        assert!(lambda.as_array().unwrap().iter().all(is_told), "each with its source");
        Self { operations, lambda }
    }

    /// How many entries `left_out` has.
    pub(crate) fn left_out(&self) -> usize {
        self.operations["left_out"].as_array().unwrap().len()
    }

    /// The actions of one operation; `words` are those of the file that asks for it.
    pub(crate) fn actions(&self, call: &Call, sdk: &Sdk, words: &BTreeSet<String>) -> BTreeSet<String> {
        let service = sdk.service(&call.service);
        let prefix = &self.operations["prefixes"][&service.signed_for];
        let prefix = prefix.as_str().unwrap_or(&service.signed_for);
        let own = format!("{prefix}:{}", service.operations[&call.method]);
        let entry = &self.operations["operations"][&own];
        if entry.is_null() {
            return BTreeSet::from([own]);
        }
        let naming = entry["naming"].as_object().into_iter().flatten();
        let named = naming.filter(|(word, _)| words.contains(*word)).map(|(_, actions)| actions);
        let all = named.chain([&entry["actions"]]).filter_map(Value::as_array).flatten();
        let found: BTreeSet<String> = all.filter_map(Value::as_str).map(str::to_owned).collect();
        assert!(
            !found.is_empty(),
            "{}: `{}` asks for nothing that `actions.yml` knows",
            call.file,
            call.method
        );
        found
    }

    /// What calls and properties ask for. `words` gives the words of a file.
    pub(crate) fn required(
        &self,
        calls: &BTreeSet<Call>,
        sdk: &Sdk,
        words: &dyn Fn(&Call) -> BTreeSet<String>,
        template: &Template,
        function: &Deployed<'_>,
    ) -> Required {
        let mut required = Required::default();
        let variables = &function.properties["Environment"]["Variables"];
        for call in calls {
            let place = self.operations["places"][&call.service].as_str();
            let places = place.map(|variable| referred(&variables[variable])).unwrap_or_default();
            for action in self.actions(call, sdk, &words(call)) {
                if let Some(number) = self.is_left_out(&action, call, variables, template) {
                    required.left_out.insert(number);
                    continue;
                }
                required.files.entry(action.clone()).or_default().insert(call.file.clone());
                required.actions.entry(action).or_default().extend(places.clone());
            }
        }
        for entry in self.lambda.as_array().unwrap() {
            let Some(places) = caused(entry, template, &function.properties) else { continue };
            for action in entry["actions"].as_array().unwrap() {
                let action = action.as_str().unwrap().to_owned();
                required.actions.entry(action).or_default().extend(places.clone());
            }
        }
        required
    }

    /// Takes out what a policy of another template allows for the calls of one file; says what is wrong with that policy.
    pub(crate) fn beside(
        &self,
        krate: &str,
        required: &mut Required,
        other: &dyn Fn(&str) -> Option<Template>,
    ) -> Vec<String> {
        let mut faults = Vec::new();
        for entry in self.operations["beside"].as_array().unwrap() {
            let (path, name) = (entry["template"].as_str().unwrap(), entry["policy"].as_str().unwrap());
            let Some(template) = other(path).filter(|_| entry["function"] == krate) else { continue };
            let mut grants = Grants::new();
            let policy = &template.0["Resources"][name]["Properties"]["PolicyDocument"];
            statements(policy, path, &mut grants, &mut faults);
            let file = BTreeSet::from([entry["file"].as_str().unwrap().to_owned()]);
            for action in grants.keys() {
                match required.files.get(action) {
                    Some(files) if *files == file => drop(required.actions.remove(action)),
                    // Services use keys in the caller's name.
                    None if !action.starts_with("kms:") => {
                        faults.push(format!(
                            "{path}: {name} has `{action}`, and nothing in {krate} asks for that"
                        ));
                    }
                    _ => {}
                }
            }
        }
        faults
    }

    fn is_left_out(
        &self,
        action: &str,
        call: &Call,
        variables: &Value,
        template: &Template,
    ) -> Option<usize> {
        self.operations["left_out"].as_array().unwrap().iter().position(|entry| {
            let setting = &variables[entry["setting"].as_str().unwrap()];
            let is_such = |name: &String| template.kind(name) == entry["refers_to"].as_str();
            let leads_elsewhere = !referred(setting).is_empty() && referred(setting).iter().all(is_such);
            entry["action"] == action && entry["file"] == call.file.as_str() && leads_elsewhere
        })
    }
}

/// On what, if a function's properties cause an entry.
fn caused(entry: &Value, template: &Template, properties: &Value) -> Option<BTreeSet<String>> {
    if let Some(names) = entry["encrypted"].as_array() {
        let has_key = |resource: &String| {
            let text = template.0["Resources"][resource]["Properties"].to_string();
            names.iter().filter_map(Value::as_str).any(|name| text.contains(&format!("\"{name}\"")))
        };
        return referred(properties).iter().any(has_key).then(BTreeSet::new);
    }
    let causes = at(properties, entry["cause"].as_str()?);
    let is = |cause: &&Value| entry["is"].is_null() || **cause == entry["is"];
    causes.iter().any(is).then(|| {
        let places = entry["on"].as_str().map(|path| at(properties, path)).unwrap_or_default();
        places.into_iter().flat_map(referred).collect()
    })
}

/// What stands at a path; `*` is any name.
fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    path.split('/').fold(vec![value], |values, part| {
        let inner = |value: &&'v Value| -> Vec<&'v Value> {
            match value.as_object() {
                Some(object) if part == "*" => object.values().collect(),
                Some(object) => object.get(part).into_iter().collect(),
                None => Vec::new(),
            }
        };
        values.iter().flat_map(inner).collect()
    })
}
