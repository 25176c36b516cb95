//! The functions of a template, and what their roles may do, in all branches of its conditions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::template::{Template, branches, name, referred};

/// Actions, and on what: the names of resources and parameters that are referred to, and texts as they stand.
pub(crate) type Grants = BTreeMap<String, BTreeSet<String>>;

/// A function of a template.
pub(crate) struct Deployed<'t> {
    /// The crate that it is built of.
    pub(crate) krate: String,
    /// Its properties, with what is set for all functions.
    pub(crate) properties: Value,
    role: &'t Value,
}

/// The functions in it.
pub(crate) fn functions(template: &Template) -> Vec<Deployed<'_>> {
    let mut found = Vec::new();
    for (name, resource) in template.0["Resources"].as_object().unwrap() {
        if resource["Type"] == "AWS::Serverless::Function" {
            let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str();
            let krate = binary.unwrap_or_else(|| panic!("{name} does not say its binary")).to_owned();
            let mut properties = template.0["Globals"]["Function"].clone();
            merge(&mut properties, &resource["Properties"]);
            let role = referred(&properties["Role"]).pop_first();
            let role = role.unwrap_or_else(|| panic!("{name} has no role of the template's own"));
            found.push(Deployed { krate, properties, role: &template.0["Resources"][&role] });
        }
    }
    found
}

impl Deployed<'_> {
    /// What it may do, with what is wrong with that.
    pub(crate) fn grants(&self, faults: &mut Vec<String>) -> Grants {
        let mut grants = Grants::new();
        let role = &self.role["Properties"];
        if !role["ManagedPolicyArns"].is_null() {
            faults.push(format!("{}: its role has policies that are not in the template", self.krate));
        }
        for policy in branches(&role["Policies"]) {
            statements(&policy["PolicyDocument"], &self.krate, &mut grants, faults);
        }
        grants
    }
}

/// Adds what a policy allows; `whose` is for what is wrong with it.
pub(crate) fn statements(policy: &Value, whose: &str, grants: &mut Grants, faults: &mut Vec<String>) {
    for statement in branches(&policy["Statement"]) {
        if statement["Effect"] != "Allow" {
            continue;
        }
        for action in branches(&statement["Action"]) {
            let action = action.as_str().unwrap_or("an action that is calculated").to_owned();
            if action.contains('*') || !action.contains(':') || !statement["NotResource"].is_null() {
                faults.push(format!("{whose}: `{action}` does not say what may be done"));
            }
            let places = branches(&statement["Resource"]).into_iter().flat_map(places);
            grants.entry(action).or_default().extend(places);
        }
    }
}

/// A resource of a statement: the name that it refers to, or its text with `*` where a part of it may be anything.
fn places(resource: &Value) -> Vec<String> {
    let names: Vec<String> = ["Ref", "Fn::GetAtt"].iter().filter_map(|key| name(&resource[*key])).collect();
    if !names.is_empty() {
        return names;
    }
    match &resource["Fn::Sub"] {
        Value::Null => vec![resource.as_str().map_or_else(|| resource.to_string(), str::to_owned)],
        Value::Array(parts) => {
            let text = parts[0].as_str().unwrap();
            let variables = parts[1].as_object().unwrap();
            variables.iter().fold(vec![text.to_owned()], |texts, (variable, given)| {
                let values: Vec<String> = branches(given).into_iter().flat_map(places).collect();
                let mark = format!("${{{variable}}}");
                let put =
                    |text: &String| values.iter().map(|value| text.replace(&mark, value)).collect::<Vec<_>>();
                texts.iter().flat_map(put).collect()
            })
        }
        text => vec![text.as_str().unwrap().to_owned()],
    }
}

/// What is set for all is what one of them does not set itself.
fn merge(all: &mut Value, one: &Value) {
    match (all, one) {
        (Value::Object(all), Value::Object(one)) => {
            for (key, value) in one {
                merge(all.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (all, one) => *all = one.clone(),
    }
}
