//! Cases of one record and of several.

use super::*;
use crate::ruleset::{RuleSet, RuleSource};

const RULE: &str = "\
title: Way in opened
id: 5a0f0a55-6a5d-4a3c-9d0b-0a8f6d1f2c11
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { exposure.surface: security_group_ingress, exposure.effect: opened, exposure.reach: world }
  condition: selection
level: high
";

const BASE: &str = "\
rule: way_in_opened.yml
base:
  eventSource: ec2.amazonaws.com
  eventName: AuthorizeSecurityGroupIngress
  awsRegion: eu-west-1
  recipientAccountId: '111122223333'
  requestParameters: { groupId: sg-1, ipProtocol: tcp, fromPort: 22, toPort: 22 }
cases:
";

/// The outcome of each case of a file.
fn outcomes(cases: &str) -> Vec<Result<(), Difference>> {
    let rules = RuleSet::from_sources([RuleSource::new("way_in_opened.yml".to_owned(), RULE.to_owned())]);
    let engine = Engine::new(rules.unwrap());
    let inline = |record: &CaseRecord| match record {
        CaseRecord::Inline(text) => CloudTrailRecord::parse(text).unwrap(),
        CaseRecord::File(path) => panic!("{path}"),
    };
    let file = parse("a.test.yml", &format!("{BASE}{cases}")).unwrap();
    let judged = |case: &Case| {
        case.judge(&engine, None, case.before.iter().map(inline).collect(), inline(&case.record))
    };
    file.cases.iter().map(judged).collect()
}

fn problem(cases: &str) -> String {
    parse("a.test.yml", &format!("{BASE}{cases}")).unwrap_err()[0].to_string()
}

#[test]
fn halves_of_two_records_are_one_world() {
    let cases = "
  - name: after the first half
    before:
      - requestParameters: { cidrIp: 0.0.0.0/1 }
    record:
      requestParameters: { cidrIp: 128.0.0.0/1 }
    expect: { match: true, status: open, findings: 2 }
  - name: by itself
    record:
      requestParameters: { cidrIp: 128.0.0.0/1 }
    expect: { match: false }
  - name: what is expected is about the last record alone
    before:
      - requestParameters: { cidrIp: 0.0.0.0/0 }
    record: { eventName: DescribeInstances }
    expect: { match: false }
";
    assert_eq!(outcomes(cases), [Ok(()), Ok(()), Ok(())]);
}

#[test]
fn records_before_come_in_their_order() {
    let cases = "
  - name: opened, then revoked
    before:
      - requestParameters: { cidrIp: 0.0.0.0/0 }
      - { eventName: RevokeSecurityGroupIngress, requestParameters: { cidrIp: 0.0.0.0/0 } }
    record: { eventName: DeleteSecurityGroup }
    expect: { match: false }
  - name: revoked, then opened
    before:
      - { eventName: RevokeSecurityGroupIngress, requestParameters: { cidrIp: 0.0.0.0/0 } }
      - requestParameters: { cidrIp: 0.0.0.0/0 }
    record: { eventName: DeleteSecurityGroup }
    expect: { match: true, status: closed, facet: 'ingress|tcp|22-22|0.0.0.0/0' }
";
    assert_eq!(outcomes(cases), [Ok(()), Ok(())]);
}

#[test]
fn what_is_no_list_of_records_is_told_with_its_place() {
    let case = |before: &str| {
        problem(&format!(
            "  - name: x\n    before: {before}\n    record: {{}}\n    expect: {{ match: false }}\n"
        ))
    };
    let told = [
        ("{ file: a.json }", "a.test.yml:10:13: found a mapping for `before`"),
        ("[]", "a.test.yml:10:13: found an empty list `before`"),
        ("[{ eventName: X }, other]", "a.test.yml:10:32: found a string in `before`"),
    ];
    for (before, message) in told {
        assert!(case(before).starts_with(message), "{}", case(before));
    }
}

#[test]
fn a_record_before_may_be_a_file() {
    let cases = "  - name: x\n    before: [{ file: a.json }]\n    record: {}\n    expect: { match: false }\n";
    let file = parse("a.test.yml", &format!("{BASE}{cases}")).unwrap();
    assert!(matches!(&file.cases[0].before[..], [CaseRecord::File(path)] if path == "a.json"));
}
