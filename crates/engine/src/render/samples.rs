//! Findings for the tests of the formats: one ordinary, and any number of hostile ones.

use std::sync::Arc;

use proptest::option;
use proptest::prelude::*;

use crate::exposure::{
    Access, Confidence, Effect, ExposureChange, Network, PortRange, Reach, Surface, Verdict,
};
use crate::finding::{Actor, EventInfo, Evidence, Finding, Level, RuleInfo, Status, Trace};
use crate::ids::{AccountId, RuleHash};
use crate::resource::Resource;
use crate::threat_model::Attribution;

/// An open port.
pub(super) fn open_port() -> Finding {
    let resource = Resource {
        arn: "arn:aws:ec2:eu-central-1:111122223333:security-group/sg-0abc".into(),
        kind: "AWS::EC2::SecurityGroup",
        name: "sg-0abc".to_owned(),
    };
    let network = Network {
        protocol: "tcp".to_owned(),
        ports: PortRange { from: 22, to: 22 },
        all_ports: false,
        cidr: "0.0.0.0/0".to_owned(),
        services: vec!["ssh"],
    };
    Finding {
        id: "111122223333/eu-central-1/rule/sg-0abc/ingress|tcp|22-22|0.0.0.0/0".into(),
        status: Status::Open,
        rule: Arc::new(rule()),
        title: "Security group sg-0abc lets tcp/22 in from 0.0.0.0/0".to_owned(),
        description: "alice opened it".to_owned(),
        event: EventInfo {
            id: Some("0a1b2c3d-0000-4000-8000-000000000001".into()),
            shared_id: None,
            time: Some("2026-11-21T07:59:41Z".to_owned()),
            source: Some("ec2.amazonaws.com".to_owned()),
            name: Some("AuthorizeSecurityGroupIngress".to_owned()),
            account: Some("111122223333".into()),
            region: Some("eu-central-1".into()),
            error_code: None,
        },
        resource: resource.clone(),
        actor: Actor {
            name: "arn:aws:iam::111122223333:user/alice".to_owned(),
            kind: Some("IAMUser".to_owned()),
            account: Some("111122223333".into()),
            access_key_id: Some("AKIAEXAMPLE".to_owned()),
            source_ip: Some("198.51.100.7".to_owned()),
            user_agent: Some("aws-cli/2".to_owned()),
        },
        exposure: Some(change(resource, Surface::SecurityGroupIngress, Some(network))),
        evidence: vec![Evidence { field: "exposure.reach".to_owned(), value: "world".to_owned() }],
        several: None,
        life: None,
        applications: Vec::new(),
        trace: None,
    }
}

/// The same finding out of a trace, of an action that other accounts have records of as well.
pub(super) fn traced() -> Finding {
    let mut finding = open_port();
    finding.event.shared_id = Some("0a1b2c3d-0000-4000-8000-00000000000f".into());
    finding.trace = Some(trace(Some("us-east-1".to_owned())));
    finding
}

/// The same finding, of two applications.
pub(super) fn attributed() -> Finding {
    let applications = vec![
        attribution("account-baseline", &["remote-access"]),
        attribution("cruddur", &["open-ssh", "lateral"]),
    ];
    Finding { applications, ..traced() }
}

fn attribution(application: &str, vectors: &[&str]) -> Attribution {
    Attribution {
        application: application.into(),
        vectors: vectors.iter().map(|&vector| vector.into()).collect(),
    }
}

fn trace(region: Option<String>) -> Trace {
    let id = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
    Trace { id, region: region.map(Into::into) }
}

fn rule() -> RuleInfo {
    RuleInfo {
        id: "5f6e0000-0000-4000-8000-000000000001".into(),
        name: None,
        related: Vec::new(),
        title: "Port open to the world".to_owned(),
        description: String::new(),
        level: Level::High,
        status: "test".to_owned(),
        techniques: vec!["T1686.001".into()],
        tactics: vec!["defense-impairment".to_owned()],
        tags: vec!["attack.t1686.001".to_owned()],
        references: Vec::new(),
        false_positives: Vec::new(),
        path: "rules/x.yml".to_owned(),
        hash: RuleHash::of_text("title: Port open to the world\n"),
    }
}

fn change(resource: Resource, surface: Surface, network: Option<Network>) -> ExposureChange {
    ExposureChange {
        resource,
        surface,
        effect: Effect::Opened,
        reach: Reach::World,
        verdict: Verdict::Public,
        reason: "peer is the whole internet".to_owned(),
        facet: "ingress|tcp|22-22|0.0.0.0/0".to_owned(),
        confidence: Confidence::High,
        access: vec![Access::Read],
        network,
        parties: Vec::new(),
        settings_off: Vec::new(),
        native_id: None,
    }
}

/// Text as an attacker writes it: anything, blank, very long, wide, hidden, or nearly what is expected.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just(" \u{a0}\t\n".to_owned()),
        Just("\u{1f642}".repeat(3000)),
        Just("\u{ffff}\"\\".repeat(3000)),
        Just("\u{1b}[2J\u{202e}\u{9b}\u{0}".repeat(200)),
        Just("=HYPERLINK(\"http://x\")".to_owned()),
        Just("arn:aws:iam::111122223333:user/".to_owned()),
        Just("arn:aws:sts::111122223333:assumed-role/R/s".to_owned()),
        Just("aws/securityhub".to_owned()),
        Just("2001:db8::1".to_owned()),
        Just("2026-11-21T07:59:41Z".to_owned()),
    ]
}

fn kind() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "AWS::EC2::SecurityGroup",
        "AWS::S3::Bucket",
        "AWS::IAM::User",
        "AWS::Account",
        "AWS::Made::Up",
        "",
    ])
}

fn network() -> impl Strategy<Value = Network> {
    (text(), any::<i64>(), any::<i64>(), text()).prop_map(|(protocol, from, to, cidr)| Network {
        protocol,
        ports: PortRange { from, to },
        all_ports: false,
        cidr,
        services: vec!["ssh"],
    })
}

prop_compose! {
    fn exposure()(
        arn in text(), kind in kind(), name in text(), facet in text(), network in option::of(network()),
        surface in proptest::sample::select(vec![
            Surface::SecurityGroupIngress, Surface::BucketPublicAccessBlock, Surface::AccountPublicAccessBlock,
            Surface::BucketPolicy,
        ]),
        parties in proptest::collection::vec(text(), 0..4),
    ) -> ExposureChange {
        let resource = Resource { arn: arn.into(), kind, name };
        ExposureChange { facet, parties, ..change(resource, surface, network) }
    }
}

prop_compose! {
    fn event()(texts in proptest::array::uniform8(option::of(text()))) -> EventInfo {
        let [id, shared_id, time, source, name, account, region, error_code] = texts;
        EventInfo {
            id: id.map(Into::into), shared_id: shared_id.map(Into::into), time, source, name,
            account: account.map(Into::into), region: region.map(Into::into), error_code,
        }
    }
}

prop_compose! {
    fn actor()(name in text(), texts in proptest::array::uniform5(option::of(text()))) -> Actor {
        let [kind, account, access_key_id, source_ip, user_agent] = texts;
        Actor { name, kind, account: account.map(AccountId::from), access_key_id, source_ip, user_agent }
    }
}

prop_compose! {
    /// A finding in which everything that can be chosen by others is.
    pub(super) fn hostile()(
        words in proptest::array::uniform9(text()), event in event(), actor in actor(), kind in kind(),
        exposure in option::of(exposure()), closed in any::<bool>(),
        evidence in proptest::collection::vec((text(), text()), 0..30),
        tactics in proptest::collection::vec(text(), 0..3), trace in option::of(option::of(text())),
        applications in proptest::collection::vec((text(), text()), 0..3),
    ) -> Finding {
        let [id, title, description, arn, name, rule_title, path, reference, technique] = words;
        Finding {
            id: id.into(),
            status: if closed { Status::Closed } else { Status::Open },
            rule: Arc::new(RuleInfo {
                title: rule_title, path, tactics, references: vec![format!("https://{reference}")],
                techniques: vec![technique.into()], ..rule()
            }),
            title, description, event,
            resource: Resource { arn: arn.into(), kind, name },
            actor, exposure,
            evidence: evidence.into_iter().map(|(field, value)| Evidence { field, value }).collect(),
            several: None,
            life: None,
            applications: applications.iter().map(|(name, vector)| attribution(name, &[vector])).collect(),
            trace: trace.map(self::trace),
        }
    }
}
