//! Rules that are changed while a function runs: in S3 and in `AppConfig`, for better and for worse.

use serde_json::{Value, json};

use super::LIMIT;
use super::payloads::{event, record};
use super::readings::until;
use super::world::World;
use crate::harness::base64::base64;
use crate::harness::lambda::Lambda;
use crate::harness::run_binary;

/// A bundle with one rule of this title, for any change of a security group: its bytes and its hash, as the command tells it.
fn bundle(title: &str) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let [rule, file] =
        ["rule.yml", "rule.ttrules"].map(|name| folder.path().join(name).display().to_string());
    let last = title.bytes().last().unwrap();
    let text = format!(
        "title: {title}\nid: 5d2f6f0e-8a52-4c3e-9f0b-3b8b6d9a80{last:02x}\nstatus: stable\nlevel: high\n\
         logsource: {{product: aws, service: cloudtrail}}\ntags: [attack.t1686]\n\
         detection:\n  s: {{eventName: AuthorizeSecurityGroupIngress}}\n  condition: s\n"
    );
    std::fs::write(&rule, text).unwrap();
    let made = run_binary(&["rules", "bundle", &rule, "-o", &file, "--format", "json"]);
    assert!(made.status.success(), "{made:?}");
    let said: Value = serde_json::from_slice(&made.stdout).unwrap();
    (std::fs::read(&file).unwrap(), said["sha256"].as_str().unwrap().to_owned())
}

/// An invocation with an event that there was not yet; the titles that Security Hub has of it, without what they are about.
#[track_caller]
fn found(world: &World, function: &Lambda, number: u32) -> Vec<String> {
    let mut record = record(number, number, "AuthorizeSecurityGroupIngress");
    record["requestParameters"]["groupId"] = format!("sg-{number:017x}").into();
    function.invoke(&event(&record), LIMIT).unwrap();
    let state = world.hub.state();
    let id = &record["eventID"];
    let of_event = |finding: &&Value| finding["ProductFields"]["tattletrail/EventId"] == *id;
    let findings = state["findings"].as_array().unwrap();
    let title = |finding: &Value| finding["Title"].as_str().unwrap().split(':').next().unwrap().to_owned();
    findings.iter().filter(of_event).map(title).collect()
}

/// The lines of a function, as soon as one of them is of that message.
#[track_caller]
fn lines(function: &Lambda, message: &str) -> Vec<Value> {
    let wanted = format!("\"message\":\"{message}\"");
    let lines = function.output_until(|lines| lines.iter().any(|line| line.contains(&wanted)));
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How often a function has counted something about rules.
fn counted(function: &Lambda, name: &str) -> u64 {
    let lines = function.output();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line[name].as_u64()).sum()
}

fn last<'l>(lines: &'l [Value], message: &str) -> &'l Value {
    lines.iter().rfind(|line| line["message"] == message).unwrap()
}

/// A bucket with versions, and one object in it.
struct Bucket<'w>(&'w World);

impl<'w> Bucket<'w> {
    const KEY: &'static str = "rules/mine.ttrules";

    fn new(world: &'w World) -> Self {
        world.aws.call("s3", "create_bucket", json!({"Bucket": world.name}));
        let versions = json!({"Bucket": world.name, "VersioningConfiguration": {"Status": "Enabled"}});
        world.aws.call("s3", "put_bucket_versioning", versions);
        Self(world)
    }

    /// Puts an object; its version.
    fn put(&self, bytes: &[u8]) -> String {
        let object = json!({"Bucket": self.0.name, "Key": Self::KEY, "Body": {"$base64": base64(bytes)}});
        self.0.aws.call("s3", "put_object", object)["VersionId"].as_str().unwrap().to_owned()
    }

    fn remove(&self) {
        self.0.aws.call("s3", "delete_object", json!({"Bucket": self.0.name, "Key": Self::KEY}));
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.0.name, Self::KEY)
    }

    fn start(&self, more: &[(&str, &str)]) -> Lambda {
        let place = self.place();
        let settings = [&[("TATTLETRAIL_RULES", &*place), ("TATTLETRAIL_RULES_MAX_AGE", "0")], more].concat();
        self.0.start_with("api-events", &settings)
    }
}

#[test]
fn better_rules_come_into_use_and_worse_ones_and_none_do_not() {
    let world = World::new("functions-rules");
    let bucket = Bucket::new(&world);
    let ((a, a_hash), (b, b_hash)) = (bundle("Rule A"), bundle("Rule B"));
    let a_version = bucket.put(&a);
    let function = bucket.start(&[]);
    assert_eq!(found(&world, &function, 1), ["Rule A"]);
    let said = lines(&function, "these rules are in use");
    let first = last(&said, "these rules are in use");
    assert_eq!((&first["rules_hash"], &first["rules_version"]), (&json!(a_hash), &json!(a_version)));
    bucket.put(&b);
    assert_eq!(found(&world, &function, 2), ["Rule B"]);
    // What is no bundle, and what lost its end on the way.
    let garbage = bucket.put(b"garbage");
    assert_eq!(found(&world, &function, 3), ["Rule B"]);
    let said = lines(&function, "rules were refused: those in use stay");
    let refused = last(&said, "rules were refused: those in use stay");
    assert_eq!((&refused["level"], &refused["kind"]), (&json!("ERROR"), &json!("not a bundle")));
    assert_eq!(refused["rules_version"], garbage);
    bucket.put(&a[..a.len() - 1]);
    assert_eq!(found(&world, &function, 4), ["Rule B"]);
    assert_eq!(found(&world, &function, 5), ["Rule B"]);
    until("three refusals", || (counted(&function, "RulesRefused") == 3).then_some(()));
    bucket.remove();
    assert_eq!(found(&world, &function, 6), ["Rule B"]);
    lines(&function, "the place of the rules does not answer: those in use stay");
    // Back to what was there first.
    bucket.put(&a);
    assert_eq!(found(&world, &function, 7), ["Rule A"]);
    until("three loads", || (counted(&function, "RulesLoaded") == 3).then_some(()));
    let of_b = lines(&function, "finding").into_iter().filter(|line| line["message"] == "finding");
    let hashes: Vec<_> = of_b.map(|line| line["rules_hash"].clone()).collect();
    assert_eq!(hashes.len(), 7);
    assert_eq!([&hashes[0], &hashes[1], &hashes[6]], [&json!(a_hash), &json!(b_hash), &json!(a_hash)]);
}

#[test]
fn a_version_and_a_hash_are_held_to() {
    let world = World::new("functions-rules-pinned");
    let bucket = Bucket::new(&world);
    let ((a, a_hash), (b, _)) = (bundle("Rule A"), bundle("Rule B"));
    let version = bucket.put(&a);
    let by_hash = bucket.start(&[("TATTLETRAIL_RULES_SHA256", &a_hash)]);
    assert_eq!(found(&world, &by_hash, 1), ["Rule A"]);
    bucket.put(&b);
    assert_eq!(found(&world, &by_hash, 2), ["Rule A"]);
    let said = lines(&by_hash, "rules were refused: those in use stay");
    assert_eq!(last(&said, "rules were refused: those in use stay")["kind"], "other hash");
    let place = format!("{}?versionId={version}", bucket.place());
    let by_version = bucket.start(&[("TATTLETRAIL_RULES", &place)]);
    assert_eq!(found(&world, &by_version, 3), ["Rule A"]);
    assert_eq!(found(&world, &by_version, 4), ["Rule A"]);
}

#[test]
fn without_rules_to_begin_with_the_built_in_ones_are_at_work_and_say_so() {
    let world = World::new("functions-rules-none");
    let bucket = Bucket::new(&world);
    let function = bucket.start(&[]);
    let first = found(&world, &function, 1);
    assert!(first.iter().any(|title| title.contains("SSH")), "{first:?}");
    let said = lines(&function, "the built-in rules are in use in the place of those that are set");
    assert!(said.iter().any(|line| line["level"] == "ERROR"), "{said:?}");
    until("both looks", || (counted(&function, "RulesRefused") == 2).then_some(()));
    bucket.put(&bundle("Rule A").0);
    assert_eq!(found(&world, &function, 2), ["Rule A"]);
}

#[test]
fn what_app_config_deploys_comes_into_use() {
    let world = World::new("functions-rules-deployed");
    let call = |operation: &str, parameters: Value| world.aws.call("appconfig", operation, parameters);
    let id = |answer: Value| answer["Id"].as_str().unwrap().to_owned();
    let application = id(call("create_application", json!({"Name": world.name})));
    let environment =
        id(call("create_environment", json!({"ApplicationId": application, "Name": "production"})));
    let profile = json!({"ApplicationId": application, "Name": "rules", "LocationUri": "hosted"});
    let profile = id(call("create_configuration_profile", profile));
    // All at once, and over then: an environment takes one deployment at a time.
    let strategy = json!({"Name": world.name, "DeploymentDurationInMinutes": 0, "FinalBakeTimeInMinutes": 0,
        "GrowthFactor": 100, "ReplicateTo": "NONE"});
    let strategy = id(call("create_deployment_strategy", strategy));
    let deploy = |bytes: &[u8], label: &str| {
        let version = call(
            "create_hosted_configuration_version",
            json!({"ApplicationId": application, "ConfigurationProfileId": profile, "VersionLabel": label,
                "ContentType": "application/octet-stream", "Content": {"$base64": base64(bytes)}}),
        );
        call(
            "start_deployment",
            json!({"ApplicationId": application, "EnvironmentId": environment, "ConfigurationProfileId": profile,
                "DeploymentStrategyId": strategy,
                "ConfigurationVersion": version["VersionNumber"].to_string()}),
        );
    };
    deploy(&bundle("Rule A").0, "one");
    let place = format!("appconfig:{application}/{environment}/{profile}");
    let settings = [("TATTLETRAIL_RULES", &*place), ("TATTLETRAIL_RULES_MAX_AGE", "0")];
    let function = world.start_with("api-events", &settings);
    assert_eq!(found(&world, &function, 1), ["Rule A"]);
    let said = lines(&function, "these rules are in use");
    assert_eq!(last(&said, "these rules are in use")["rules_version"], "one");
    deploy(&bundle("Rule B").0, "two");
    // AppConfig is asked every 15 seconds at most.
    let mut number = 1;
    until("rule B", || {
        number += 1;
        (found(&world, &function, number) == ["Rule B"]).then_some(())
    });
    assert_eq!(counted(&function, "RulesRefused"), 0);
}
