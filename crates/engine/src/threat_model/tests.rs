use super::Attribution;
use crate::engine::Engine;
use crate::record::CloudTrailRecord;
use crate::ruleset::{RuleSet, RuleSource};
use crate::sigma::Code;

const RULE: &str = "\
title: Bucket made
id: 11111111-1111-4111-8111-111111111111
name: bucket_made
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: CreateBucket}, condition: s}
";

const MODEL: &str = "\
threat_model: 1
application: cruddur
title: Cruddur
owner: team
attack: \"19.1\"
scope:
  accounts: [\"111122223333\"]
  regions: [eu-central-1]
  resources: [\"arn:aws:s3:::cruddur-*\"]
  tags: {App: crud*}
components:
  - {id: avatars, title: Avatars, resources: [\"arn:aws:s3:::cruddur-avatars*\"]}
  - {id: anything, title: Whatever}
instrumentation:
  - {id: trail, source: cloudtrail-management, status: on}
vectors:
  - {id: all, title: All, techniques: [T1530], instrumentation: [trail], rules: [bucket_made]}
  - {id: narrow, title: Narrow, components: [avatars], rules: [11111111-1111-4111-8111-111111111111]}
  - {id: wide, title: Wide, components: [avatars, anything], rules: [bucket_made]}
gaps:
  - {vector: narrow, gap: g, reason: r, until: 2027-06-30}
";

fn load(model: &str) -> Result<RuleSet, Vec<crate::sigma::RuleError>> {
    RuleSet::from_sources([RuleSource::new("r.yml", RULE), RuleSource::new("m.yml", model)])
}

fn record(bucket: &str, account: &str, region: &str, more: &str) -> CloudTrailRecord {
    CloudTrailRecord::parse(&format!(
        r#"{{"eventSource":"s3.amazonaws.com","eventName":"CreateBucket","awsRegion":"{region}","recipientAccountId":"{account}",
        "eventID":"1","requestParameters":{{"bucketName":"{bucket}"{more}}}}}"#
    ))
    .unwrap()
}

fn whose(rules: &RuleSet, record: &CloudTrailRecord) -> String {
    let outcome = Engine::new(rules.clone()).process(record);
    let [finding] = outcome.found.findings.as_slice() else { panic!("{outcome:?}") };
    finding.applications.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_finding_belongs_where_rule_and_scope_fit() {
    let rules = load(MODEL).unwrap();
    let (own, other) = ("111122223333", "444455556666");
    assert_eq!(
        whose(&rules, &record("cruddur-avatars-1", own, "eu-central-1", "")),
        "cruddur:all,narrow,wide"
    );
    assert_eq!(whose(&rules, &record("cruddur-site", own, "eu-central-1", "")), "cruddur:all,wide");
    assert_eq!(whose(&rules, &record("elsewhere", own, "eu-central-1", "")), "");
    assert_eq!(whose(&rules, &record("cruddur-site", other, "eu-central-1", "")), "");
    assert_eq!(whose(&rules, &record("cruddur-site", own, "us-east-1", "")), "");
}

#[test]
fn tags_stand_for_names_in_every_shape_that_they_have() {
    let rules = load(MODEL).unwrap();
    let tagged = |more: &str| whose(&rules, &record("x", "111122223333", "eu-central-1", more));
    for more in [
        r#","tags":[{"key":"App","value":"cruddur"}]"#,
        r#","tags":{"App":"cruddur","Team":"x"}"#,
        r#","Tagging":{"TagSet":{"Tag":[{"Key":"App","Value":"cruddur"}]}}"#,
        r#","tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"App","value":"cruddur"}]}]}"#,
        r#","createBucketConfiguration":{"tags":[{"tagKey":"App","tagValue":"cruddur"}]}"#,
    ] {
        assert_eq!(tagged(more), "cruddur:all,wide", "{more}");
    }
    for more in [
        r#","tags":[{"key":"App","value":"other"}]"#,
        r#","tags":[{"key":"Team","value":"cruddur"}]"#,
        r#","name":{"App":"cruddur"}"#,
        r#","tagSpecificationSet":{"items":[{"App":"cruddur","tags":[]}]}"#,
        r#","tagKeys":["App"]"#,
    ] {
        assert_eq!(tagged(more), "", "{more}");
    }
}

#[test]
fn tags_that_cloudtrail_adds_are_read() {
    let rules = load(MODEL).unwrap();
    let text = r#"{"eventSource":"s3.amazonaws.com","eventName":"CreateBucket","awsRegion":"eu-central-1","eventID":"1",
        "recipientAccountId":"111122223333","requestParameters":{"bucketName":"x"},
        "eventContext":{"tagContext":{"resourceTags":[{"arn":"arn:aws:s3:::x","tags":{"App":"cruddur"}}]}}}"#;
    assert_eq!(whose(&rules, &CloudTrailRecord::parse(text).unwrap()), "cruddur:all,wide");
}

#[test]
fn a_model_goes_with_the_bundle() {
    let rules = load(MODEL).unwrap();
    let bundled = RuleSet::from_bundle(rules.to_bundle().unwrap()).unwrap();
    let record = record("cruddur-site", "111122223333", "eu-central-1", "");
    assert_eq!(whose(&bundled, &record), "cruddur:all,wide");
    assert_eq!(bundled.models()[0].vectors.len(), 3);
    let joined = RuleSet::joined([], vec![bundled]).unwrap();
    assert_eq!(whose(&joined, &record), "cruddur:all,wide");
}

/// What is told when `from` is replaced: code and first line.
fn told(from: &str, to: &str) -> Vec<(Code, String)> {
    assert!(MODEL.contains(from), "{from}");
    let errors = load(&MODEL.replacen(from, to, 1)).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.code, error.to_string().replace('\n', ""))).collect()
}

#[test]
fn every_fault_is_told_with_its_place() {
    for (from, to, code, words) in [
        ("threat_model: 1", "threat_model: 2", Code::Model, "m.yml:1:15: found `2` as `threat_model`"),
        (
            "application: cruddur",
            "application: Cruddur",
            Code::Model,
            "m.yml:2:14: found the application `Cruddur`",
        ),
        ("owner: team\n", "", Code::Model, "found a threat model without `owner`"),
        ("\"19.1\"", "\"18.1\"", Code::Model, "m.yml:5:9: found `18.1` as `attack`"),
        ("\"111122223333\"", "\"1111\"", Code::Model, "m.yml:7:14: found `1111`, expected an account"),
        ("[eu-central-1]", "[Frankfurt]", Code::Model, "found `Frankfurt`, expected a Region"),
        ("arn:aws:s3:::cruddur-*", "cruddur-*", Code::Model, "expected the pattern of an ARN"),
        ("tags: {App: crud*}", "tags: App", Code::Model, "found a string as `tags`"),
        (
            "source: cloudtrail-management",
            "source: cloudtrail",
            Code::Model,
            "found `cloudtrail` as `source`",
        ),
        ("source: cloudtrail-management", "source: cloudtrail-data", Code::Model, "without `services`"),
        ("status: on", "status: no", Code::Model, "found `no` as `status`"),
        ("id: all,", "id: narrow,", Code::ModelLink, "m.yml:18:10: found the vector `narrow` twice"),
        ("T1530", "T9999", Code::Tag, "found the technique `T9999`, expected one of ATT&CK 19.1"),
        ("instrumentation: [trail]", "instrumentation: [trial]", Code::ModelLink, "did you mean `trail`"),
        ("components: [avatars]", "components: [avatar]", Code::ModelLink, "did you mean `avatars`"),
        ("rules: [bucket_made]", "rules: [bucket_mad]", Code::Reference, "found `bucket_mad`"),
        (
            "title: Narrow",
            "titel: Narrow",
            Code::Model,
            "found the key `titel` in an attack vector  help: did you mean `title`",
        ),
        ("gap: g, reason: r", "gap: g", Code::Model, "found a gap without `reason`"),
        ("vector: narrow", "vector: narrov", Code::ModelLink, "did you mean `narrow`"),
        ("gap: g,", "gap: g, rules: [other],", Code::ModelLink, "found the rule `other` in a gap"),
        ("2027-06-30", "soon", Code::Model, "found `soon` as `until`"),
    ] {
        let told = told(from, to);
        assert!(told.iter().any(|(found, text)| *found == code && text.contains(words)), "{from}: {told:?}");
    }
}

#[test]
fn an_application_has_one_model() {
    let twice = ["m.yml", "n.yml"].map(|path| RuleSource::new(path, MODEL));
    let errors =
        RuleSet::from_sources(twice.into_iter().chain([RuleSource::new("r.yml", RULE)])).unwrap_err();
    assert!(errors[0].message.contains("which m.yml has too"), "{errors:?}");
}

#[test]
fn two_attributions_make_one_with_the_vectors_of_both() {
    let own = |application: &str, vectors: &[&str]| Attribution {
        application: application.into(),
        vectors: vectors.iter().map(|&vector| vector.into()).collect(),
    };
    let opened = [own("b", &["y", "x"])];
    let closed = [own("a", &["z"]), own("b", &["x", "w"])];
    let both = Attribution::union(&opened, &closed);
    assert_eq!(Attribution::told(&both), "a:z b:y,x,w");
    assert_eq!(Attribution::names(&both), "a b");
    assert_eq!(Attribution::union(&opened, &[]), opened);
}
