//! The findings: an exposure that opens and closes, a behaviour, a hostile one, and one of a record without anything.

use std::sync::Arc;

use tattletrail_engine::exposure::{
    Access, Confidence, Effect, ExposureChange, Network, PortRange, Reach, Surface, Verdict,
};
use tattletrail_engine::finding::{
    Actor, EventInfo, Evidence, Finding, Level, Life, RuleInfo, Status, Trace,
};
use tattletrail_engine::ids::RuleHash;
use tattletrail_engine::resource::Resource;
use tattletrail_engine::threat_model::Attribution;

/// Every sample with the name of its files.
pub(super) fn all() -> Vec<(&'static str, Finding)> {
    vec![
        ("exposure-open", exposure_open()),
        ("exposure-closed", exposure_closed()),
        ("bucket-open", bucket_open()),
        ("behaviour", behaviour()),
        ("hostile", hostile()),
        ("nothing-known", nothing_known()),
        ("traced", traced()),
        ("attributed", attributed()),
    ]
}

/// A port opened to the world.
pub(super) fn exposure_open() -> Finding {
    let resource = security_group();
    Finding {
        id: "111122223333/eu-central-1/5f6e1c52-7f0e-4c0b-9a55-0a4d3f0c9b11/\
             arn:aws:ec2:eu-central-1:111122223333:security-group/sg-0a1b2c3d4e5f60718/ingress|tcp|22-22|0.0.0.0/0"
            .into(),
        status: Status::Open,
        rule: Arc::new(port_rule()),
        title: "Security group sg-0a1b2c3d4e5f60718 lets tcp/22 (ssh) in from 0.0.0.0/0".to_owned(),
        description: "alice (IAMUser, account 111122223333) called AuthorizeSecurityGroupIngress from 198.51.100.7 \
                      at 2026-11-21T07:59:41Z: peer is the whole internet."
            .to_owned(),
        event: event("AuthorizeSecurityGroupIngress", "ec2.amazonaws.com", "2026-11-21T07:59:41Z", 1),
        resource: resource.clone(),
        actor: alice(),
        exposure: Some(port_22(resource, Effect::Opened)),
        evidence: evidence(&[
            ("eventSource", "ec2.amazonaws.com"),
            ("exposure.reach", "world"),
            ("exposure.network.services", "ssh"),
        ]),
        several: None,
        life: None,
        applications: Vec::new(),
        trace: None,
    }
}

/// The same port closed again.
fn exposure_closed() -> Finding {
    let open = exposure_open();
    Finding {
        status: Status::Closed,
        title: "Security group sg-0a1b2c3d4e5f60718 no longer lets tcp/22 (ssh) in from 0.0.0.0/0".to_owned(),
        description:
            "alice (IAMUser, account 111122223333) called RevokeSecurityGroupIngress from 198.51.100.7 at \
                      2026-11-21T09:12:03Z."
                .to_owned(),
        event: event("RevokeSecurityGroupIngress", "ec2.amazonaws.com", "2026-11-21T09:12:03Z", 2),
        exposure: Some(port_22(security_group(), Effect::Closed)),
        several: None,
        evidence: Vec::new(),
        life: Some(Life {
            opened_at: Some("2026-11-21T07:59:41Z".to_owned()),
            opened_by: "arn:aws:iam::111122223333:user/alice".to_owned(),
            opened_event: Some("0a1b2c3d-0000-4000-8000-000000000001".into()),
            seconds: Some(4342),
            reopened: true,
        }),
        ..open
    }
}

/// A bucket opened by its policy, by a role in a partition of its own, from an IPv6 address; not all is known.
fn bucket_open() -> Finding {
    let bucket = Resource {
        arn: "arn:aws-cn:s3:::quarterly-numbers".into(),
        kind: "AWS::S3::Bucket",
        name: "quarterly-numbers".to_owned(),
    };
    let change = ExposureChange {
        surface: Surface::BucketPolicy,
        verdict: Verdict::Unknown,
        reason: "condition keys that one record does not decide".to_owned(),
        facet: "policy".to_owned(),
        confidence: Confidence::Medium,
        access: vec![Access::List, Access::Read],
        network: None,
        native_id: None,
        parties: vec!["*".to_owned()],
        ..port_22(bucket.clone(), Effect::Opened)
    };
    let mut event = event("PutBucketPolicy", "s3.amazonaws.com", "2026-11-21T08:30:00.250Z", 3);
    event.region = Some("cn-north-1".into());
    Finding {
        id: "111122223333/cn-north-1/rule/quarterly-numbers/policy".into(),
        title: "Bucket quarterly-numbers may be readable by everybody".to_owned(),
        description: "build-42 (role deploy, account 111122223333) called PutBucketPolicy from 2001:db8::17."
            .to_owned(),
        resource: bucket,
        event,
        actor: Actor {
            name: "arn:aws-cn:sts::111122223333:assumed-role/deploy/build-42".to_owned(),
            kind: Some("AssumedRole".to_owned()),
            source_ip: Some("2001:db8::17".to_owned()),
            ..alice()
        },
        exposure: Some(change),
        several: None,
        ..exposure_open()
    }
}

/// A trail stopped: nothing is exposed, and nothing closes it.
fn behaviour() -> Finding {
    let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
    let mut event = event("StopLogging", "cloudtrail.amazonaws.com", "2026-11-21T10:00:00Z", 4);
    event.region = Some("us-east-1".into());
    event.error_code = Some("AccessDenied".to_owned());
    Finding {
        id:
            "111122223333/us-east-1/9d1f0000-0000-4000-8000-000000000004/0a1b2c3d-0000-4000-8000-000000000004"
                .into(),
        status: Status::Open,
        rule: Arc::new(trail_rule()),
        title: "Trail main was to be stopped".to_owned(),
        description: "root (account 111122223333) called StopLogging through cloudformation.amazonaws.com."
            .to_owned(),
        event,
        resource: Resource { arn: trail.into(), kind: "AWS::CloudTrail::Trail", name: "main".to_owned() },
        actor: Actor {
            name: "arn:aws:iam::111122223333:root".to_owned(),
            kind: Some("Root".to_owned()),
            source_ip: Some("cloudformation.amazonaws.com".to_owned()),
            access_key_id: None,
            ..alice()
        },
        exposure: None,
        evidence: evidence(&[("eventName", "StopLogging")]),
        several: None,
        life: None,
        applications: Vec::new(),
        trace: None,
    }
}

/// Text that tries to run in a spreadsheet, to move a cursor, to reverse a line and to break every limit.
fn hostile() -> Finding {
    let escape = "\u{1b}]0;owned\u{7}\u{9b}2J";
    Finding {
        id: format!("111122223333/{}", "x".repeat(600)).into(),
        title: format!("=HYPERLINK(\"http://example.com/\")\r\n{}", "🙂".repeat(200)),
        description: format!("{escape}\u{202e}gnp.exe\u{2028}<script>alert(1)</script> {}", "é".repeat(1100)),
        resource: Resource {
            arn: format!("arn:aws:made-up:::{}", "long/".repeat(120)).into(),
            kind: "AWS::Made::Up",
            name: "@SUM(A1:A9)\t\u{e0041}".to_owned(),
        },
        event: EventInfo {
            id: Some("../../evil?x=1#".into()),
            shared_id: Some("<a href=x>\u{202e}".into()),
            time: Some("not a time".to_owned()),
            source: Some("\u{0}".to_owned()),
            name: Some("+Delete\u{85}Trail".to_owned()),
            account: Some("12345".into()),
            region: Some("mars-north-1/../".into()),
            error_code: Some(" ".to_owned()),
        },
        actor: Actor {
            name: format!("-{escape}"),
            kind: Some("=1+1".to_owned()),
            account: Some("".into()),
            access_key_id: Some("\u{200b}".to_owned()),
            source_ip: Some("300.1.2.3".to_owned()),
            user_agent: Some("a\"b,c\\".repeat(300)),
        },
        evidence: (0..24)
            .map(|n| Evidence { field: format!("requestParameters.{n}{escape}"), value: "'\";--".to_owned() })
            .collect(),
        ..exposure_open()
    }
}

/// A finding from a record that is `{}`.
fn nothing_known() -> Finding {
    Finding {
        id: "//9d1f0000-0000-4000-8000-000000000004/".into(),
        status: Status::Open,
        rule: Arc::new(RuleInfo {
            description: String::new(),
            status: String::new(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            tags: Vec::new(),
            references: Vec::new(),
            ..trail_rule()
        }),
        title: "A rule matched".to_owned(),
        description: String::new(),
        event: EventInfo {
            id: None,
            shared_id: None,
            time: None,
            source: None,
            name: None,
            account: None,
            region: None,
            error_code: None,
        },
        resource: Resource { arn: "".into(), kind: "AWS::Account", name: String::new() },
        actor: Actor {
            name: "unknown".to_owned(),
            kind: None,
            account: None,
            access_key_id: None,
            source_ip: None,
            user_agent: None,
        },
        exposure: None,
        evidence: Vec::new(),
        several: None,
        life: None,
        applications: Vec::new(),
        trace: None,
    }
}

/// A call that another account has a record of as well; out of a trace in the Region of the function, which is not that of
/// the call.
pub(super) fn traced() -> Finding {
    let open = behaviour();
    Finding {
        event: EventInfo { shared_id: Some("5e0a1b2c-0000-4000-8000-00000000000f".into()), ..open.event },
        trace: Some(Trace {
            id: "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
            region: Some("eu-west-1".into()),
        }),
        ..open
    }
}

/// The open port, out of a trace, of two applications.
pub(super) fn attributed() -> Finding {
    let of = |application: &str, vectors: &[&str]| Attribution {
        application: application.into(),
        vectors: vectors.iter().map(|&vector| vector.into()).collect(),
    };
    let applications = vec![
        of("account-baseline", &["remote-access"]),
        of("cruddur", &["open-database", "lateral-movement"]),
    ];
    Finding { applications, trace: traced().trace, ..exposure_open() }
}

fn port_rule() -> RuleInfo {
    RuleInfo {
        id: "5f6e1c52-7f0e-4c0b-9a55-0a4d3f0c9b11".into(),
        name: None,
        related: Vec::new(),
        title: "Security group opened to the world".to_owned(),
        description: "A security group now lets everybody on the internet reach an administration port."
            .to_owned(),
        level: Level::Critical,
        status: "test".to_owned(),
        techniques: vec!["T1133".into(), "T1686.001".into()],
        tactics: vec!["defense-impairment".to_owned(), "initial-access".to_owned()],
        tags: vec!["attack.t1133".to_owned(), "attack.t1562.007".to_owned()],
        references: vec![
            "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html".to_owned(),
        ],
        false_positives: vec!["Bastion hosts".to_owned()],
        path: "rules/aws/cloudtrail/ec2/security_group_opened.yml".to_owned(),
        hash: RuleHash::of_text("title: Security group opened to the world\n"),
    }
}

fn trail_rule() -> RuleInfo {
    RuleInfo {
        id: "9d1f0000-0000-4000-8000-000000000004".into(),
        name: None,
        related: Vec::new(),
        title: "Trail stopped or deleted".to_owned(),
        description: "Somebody tried to stop the trail that these findings come from.".to_owned(),
        level: Level::High,
        status: "stable".to_owned(),
        techniques: vec!["T1685.002".into()],
        tactics: vec!["defense-impairment".to_owned()],
        tags: vec!["attack.t1685.002".to_owned(), "attack.defense-impairment".to_owned()],
        references: vec![
            "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html".to_owned(),
        ],
        false_positives: Vec::new(),
        path: "rules/aws/cloudtrail/cloudtrail/trail_stopped.yml".to_owned(),
        hash: RuleHash::of_text("title: Trail stopped or deleted\n"),
    }
}

fn security_group() -> Resource {
    Resource {
        arn: "arn:aws:ec2:eu-central-1:111122223333:security-group/sg-0a1b2c3d4e5f60718".into(),
        kind: "AWS::EC2::SecurityGroup",
        name: "sg-0a1b2c3d4e5f60718".to_owned(),
    }
}

fn port_22(resource: Resource, effect: Effect) -> ExposureChange {
    ExposureChange {
        resource,
        surface: Surface::SecurityGroupIngress,
        effect,
        reach: Reach::World,
        verdict: Verdict::Public,
        reason: "peer is the whole internet".to_owned(),
        facet: "ingress|tcp|22-22|0.0.0.0/0".to_owned(),
        confidence: Confidence::High,
        access: Vec::new(),
        network: Some(Network {
            protocol: "tcp".to_owned(),
            ports: PortRange { from: 22, to: 22 },
            all_ports: false,
            cidr: "0.0.0.0/0".to_owned(),
            services: vec!["ssh"],
        }),
        parties: Vec::new(),
        settings_off: Vec::new(),
        native_id: Some("sgr-0bb31cddb2c27f401".to_owned()),
    }
}

fn event(name: &str, source: &str, time: &str, number: u8) -> EventInfo {
    EventInfo {
        id: Some(format!("0a1b2c3d-0000-4000-8000-00000000000{number}").into()),
        shared_id: None,
        time: Some(time.to_owned()),
        source: Some(source.to_owned()),
        name: Some(name.to_owned()),
        account: Some("111122223333".into()),
        region: Some("eu-central-1".into()),
        error_code: None,
    }
}

fn alice() -> Actor {
    Actor {
        name: "arn:aws:iam::111122223333:user/ops/alice".to_owned(),
        kind: Some("IAMUser".to_owned()),
        account: Some("111122223333".into()),
        access_key_id: Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
        source_ip: Some("198.51.100.7".to_owned()),
        user_agent: Some("aws-cli/2.31.0 md/awscrt#0.27.6".to_owned()),
    }
}

fn evidence(fields: &[(&str, &str)]) -> Vec<Evidence> {
    fields
        .iter()
        .map(|(field, value)| Evidence { field: (*field).to_owned(), value: (*value).to_owned() })
        .collect()
}
