//! Purity of the engine, licences and sources of what is compiled in, lints on everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use crate::harness::root;
use serde_json::Value;

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked"]).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The names of everything below a package, by normal dependencies.
fn below(metadata: &Value, package: &str) -> BTreeSet<String> {
    let name_of: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let mut todo: Vec<&str> =
        name_of.iter().filter(|(_, name)| **name == package).map(|(id, _)| *id).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if !found.insert(name_of[id].to_owned()) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let normal =
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null());
            if normal {
                todo.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    found
}

#[test]
fn nothing_below_the_engine_does_io() {
    let names = below(&metadata(), "tattletrail-engine");
    assert!(names.contains("sonic-rs"), "the walk over the graph works: {names:?}");
    let impure = |name: &&String| {
        ["tokio", "hyper", "mio", "reqwest", "rand", "rustls", "walkdir", "async-std"]
            .contains(&name.as_str())
            || name.starts_with("aws-")
            || name.starts_with("tokio-")
    };
    assert_eq!(names.iter().filter(impure).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// The names of all that is compiled for a package by itself. The graph of the whole workspace has more: there a crate that
/// two packages share has the features of both, such as AWS-LC below rustls.
fn compiled_for(package: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--package", package]);
    let output = command.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn what_scans_files_does_without_the_sdk_of_aws() {
    let sdk = |package: &str| {
        let names = compiled_for(package);
        names.iter().filter(|name| name.starts_with("aws-") || *name == "tokio").count()
    };
    assert_eq!(sdk("tattletrail-cli"), 0, "the first command of the README is quick to build");
    assert!(sdk("tattletrail-aws") > 10, "the walk over the tree works");
}

#[test]
fn every_dependency_comes_from_the_registry_under_a_permissive_licence() {
    let allowed = fs::read_to_string(root().join("deny.toml")).unwrap();
    let list = allowed.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap();
    let allowed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(allowed.contains("MIT"));
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let source = package["source"].as_str();
        assert!(source.is_none_or(|source| source.starts_with("registry+")), "{name} comes from {source:?}");
        let licence = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
        let any = licence.split(" OR ").any(|choice| {
            choice
                .trim_matches(['(', ')', ' '])
                .split(" AND ")
                .all(|part| allowed.contains(part.trim_matches(['(', ')', ' '])))
        });
        assert!(any, "{name}: `{licence}` is not in deny.toml");
    }
}

#[test]
fn every_member_inherits_lints_and_versions() {
    let metadata = metadata();
    for package in
        metadata["packages"].as_array().unwrap().iter().filter(|package| package["source"].is_null())
    {
        let manifest = fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let name = &package["name"];
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} does not inherit the lints");
        let own = |line: &&str| line.contains("version = \"") || line.contains("git = ");
        let found = manifest.lines().find(own);
        assert_eq!(
            found, None,
            "{name}: versions live in the root manifest, and there are no git dependencies"
        );
    }
}

/// What `cargo lambda build --release` sets where the profile says nothing: functions would be built unlike all that is
/// tested, and a panic would end them before they have told of it.
#[test]
fn nobody_chooses_the_release_profile_for_us() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, profile) = manifest.split_once("\n[profile.release]\n").unwrap();
    let profile = profile.split("\n[").next().unwrap();
    for setting in ["panic = \"unwind\"", "lto = ", "codegen-units = ", "strip = "] {
        assert!(profile.lines().any(|line| line.starts_with(setting)), "{setting}");
    }
}
