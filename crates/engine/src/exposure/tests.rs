//! What calls do to exposure, in every shape they have.

use proptest::prelude::*;

use super::*;

// The network and what has an address in it.
mod network;

// Copies, web sites and origins of buckets.
mod posture;

// Policies of an organisation.
mod organization;

// Grants of keys.
mod key_grant;

fn record(source: &str, action: &str, rest: &str) -> CloudTrailRecord {
    CloudTrailRecord::parse(&format!(
        r#"{{"eventSource":"{source}.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1",
            "recipientAccountId":"111122223333",{rest}}}"#
    ))
    .unwrap()
}

fn derived(source: &str, action: &str, rest: &str) -> Derived {
    derive(&record(source, action, rest))
}

fn request(source: &str, action: &str, request: &str) -> Derived {
    derived(source, action, &format!(r#""requestParameters":{request}"#))
}

fn told(derived: &Derived) -> Vec<(Effect, Reach, &str)> {
    derived.changes.iter().map(|change| (change.effect, change.reach, change.facet.as_str())).collect()
}

fn ingress(rest: &str) -> Derived {
    request("ec2", "AuthorizeSecurityGroupIngress", rest)
}

const SSH: (Effect, Reach, &str) = (Effect::Opened, Reach::World, "ingress|tcp|22-22|0.0.0.0/0");

#[test]
fn every_shape_of_an_open_rule_is_the_same_rule() {
    for text in [
        r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},
            "ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
        r#"{"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}"#,
        r#"{"GroupId":"sg-1","IpPermissions":[{"IpProtocol":"6","FromPort":22,"ToPort":22,
            "IpRanges":[{"CidrIp":"203.0.113.9/0"}]}]}"#,
        r#"{"groupId":"sg-1","ipPermissions":[{"ipProtocol":"tcp","fromPort":"22","toPort":"22","ipRanges":["0.0.0.0/0"]}]}"#,
    ] {
        let derived = ingress(text);
        assert_eq!(told(&derived), [SSH], "{text}");
        assert_eq!(derived.undecidable, None);
        let change = &derived.changes[0];
        assert_eq!(change.resource.arn.as_str(), "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1");
        assert_eq!(change.network.as_ref().unwrap().services, ["ssh"]);
        assert_eq!((change.verdict, change.confidence), (Verdict::Public, Confidence::High));
    }
}

#[test]
fn both_families_and_every_peer_are_told() {
    let derived = ingress(
        r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"-1","ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"},
            {"cidrIp":"8.0.0.0/7"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}}]}}"#,
    );
    assert_eq!(
        told(&derived),
        [
            (Effect::Opened, Reach::Broad, "ingress|all|0-65535|8.0.0.0/7"),
            (Effect::Opened, Reach::World, "ingress|all|0-65535|::/0"),
        ]
    );
    assert!(derived.changes[1].network.as_ref().unwrap().all_ports);
}

#[test]
fn halves_of_one_call_are_the_world() {
    let both = ingress(
        r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":
            {"items":[{"cidrIp":"0.0.0.0/1"},{"cidrIp":"128.0.0.0/1"}]}}]}}"#,
    );
    assert!(both.changes.len() == 2 && both.changes.iter().all(|change| change.reach == Reach::World));
    assert!(both.changes[0].reason.contains("together"), "{}", both.changes[0].reason);
    let other_ports = ingress(
        r#"{"groupId":"sg-1","ipPermissions":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":["0.0.0.0/1"]},
            {"ipProtocol":"tcp","fromPort":23,"toPort":23,"ipRanges":["128.0.0.0/1"]}]}"#,
    );
    assert!(other_ports.changes.iter().all(|change| change.reach == Reach::Broad));
}

#[test]
fn peers_that_are_not_the_internet_are_no_change() {
    for text in [
        r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,
            "groups":{"items":[{"groupId":"sg-2"}]},"ipRanges":{},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
        r#"{"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"203.0.113.7/32"}"#,
        r#"{"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"10.0.0.0/8"}"#,
        r#"{"groupId":"sg-1","ipPermissions":[{"ipProtocol":"tcp","prefixListIds":[{"prefixListId":"pl-1"}]}]}"#,
    ] {
        let derived = ingress(text);
        assert!(derived.changes.is_empty() && derived.undecidable.is_none(), "{text}");
    }
}

const RULE: &str = r#"{"groupOwnerId":"111122223333","groupId":"sg-1","securityGroupRuleId":"sgr-1","isEgress":false,
    "ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"}"#;

#[test]
fn the_answer_is_read_before_the_request() {
    let rest = format!(
        r#""requestParameters":{{"groupName":"default","cidrIp":"10.0.0.0/8","ipProtocol":"tcp"}},
            "responseElements":{{"_return":true,"securityGroupRuleSet":{{"items":[{RULE}]}}}}"#
    );
    let derived = derived("ec2", "AuthorizeSecurityGroupIngress", &rest);
    assert_eq!(told(&derived), [SSH]);
    assert_eq!(derived.changes[0].native_id.as_deref(), Some("sgr-1"));
    assert_eq!(derived.changes[0].resource.name, "sg-1");
}

#[test]
fn an_answer_without_rules_leaves_the_request() {
    let rest = r#""requestParameters":{"groupName":"default","ipProtocol":"tcp","fromPort":22,"toPort":22,
        "cidrIp":"0.0.0.0/0"},"responseElements":{"requestId":"1","_return":true}"#;
    let opened = derived("ec2", "AuthorizeSecurityGroupIngress", rest);
    assert_eq!(told(&opened), [SSH]);
    assert_eq!(opened.changes[0].resource.name, "default");
    let egress = RULE.replace("\"isEgress\":false", "\"isEgress\":true");
    let rest = format!(r#""responseElements":{{"securityGroupRuleSet":{{"items":[{egress}]}}}}"#);
    assert!(derived("ec2", "AuthorizeSecurityGroupIngress", &rest).changes.is_empty());
}

#[test]
fn a_revoke_closes_what_was_revoked() {
    let flat = r#""requestParameters":{"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,
        "cidrIp":"0.0.0.0/0"}"#;
    let closed = [(Effect::Closed, Reach::World, SSH.2)];
    assert_eq!(told(&derived("ec2", "RevokeSecurityGroupIngress", flat)), closed);
    let revoked = format!(
        r#""requestParameters":{{"groupId":"sg-1","securityGroupRuleIds":["sgr-1"]}},
            "responseElements":{{"revokedSecurityGroupRuleSet":{{"items":[{RULE}]}}}}"#
    );
    assert_eq!(told(&derived("ec2", "RevokeSecurityGroupIngress", &revoked)), closed);
    let by_name =
        revoked.replace(r#""groupId":"sg-1","securityGroupRuleIds""#, r#""groupName":"default","x""#);
    let by_name = derived("ec2", "RevokeSecurityGroupIngress", &by_name);
    assert_eq!((told(&by_name).len(), by_name.changes[0].resource.name.as_str()), (1, "sg-1"));
    let unknown = format!(
        r#"{flat},"responseElements":{{"_return":true,"unknownIpPermissionSet":{{"items":[{{"ipProtocol":"tcp",
            "fromPort":22,"toPort":22,"ipRanges":{{"items":[{{"cidrIp":"0.0.0.0/0"}}]}}}}]}}}}"#
    );
    let derived_unknown = derived("ec2", "RevokeSecurityGroupIngress", &unknown);
    assert!(derived_unknown.changes.is_empty() && derived_unknown.undecidable.is_none());
    let by_id = request(
        "ec2",
        "RevokeSecurityGroupIngress",
        r#"{"groupId":"sg-1","securityGroupRuleIds":["sgr-1"]}"#,
    );
    assert_eq!(by_id.undecidable, Some(Undecidable::NeedsState));
}

#[test]
fn a_modified_rule_is_told_by_what_it_becomes() {
    let modify = |cidr: &str| {
        request(
            "ec2",
            "ModifySecurityGroupRules",
            &format!(
                r#"{{"ModifySecurityGroupRulesRequest":{{"GroupId":"sg-1","SecurityGroupRule":{{"SecurityGroupRuleId":"sgr-1",
                    "tag":1,"SecurityGroupRule":{{"CidrIpv4":"{cidr}","FromPort":22,"ToPort":22,"IpProtocol":"tcp"}}}}}}}}"#
            ),
        )
    };
    let open = modify("0.0.0.0/0");
    assert_eq!(told(&open), [SSH]);
    assert_eq!(
        (open.changes[0].native_id.as_deref(), open.changes[0].confidence),
        (Some("sgr-1"), Confidence::Medium)
    );
    assert_eq!(open.changes[0].resource.name, "sg-1");
    let closed = modify("203.0.113.7/32");
    assert!(closed.changes.is_empty() && closed.undecidable.is_none());
}

#[test]
fn a_failed_call_changes_nothing() {
    let rest = r#""errorCode":"Client.UnauthorizedOperation","requestParameters":{"groupId":"sg-1","cidrIp":"0.0.0.0/0"}"#;
    let derived = derived("ec2", "AuthorizeSecurityGroupIngress", rest);
    assert!(derived.changes.is_empty() && derived.undecidable.is_none());
}

#[test]
fn what_a_record_does_not_show_is_said() {
    let why = |source, action, rest| derived(source, action, rest).undecidable;
    let sg = "AuthorizeSecurityGroupIngress";
    assert_eq!(why("ec2", sg, r#""requestParameters":null"#), Some(Undecidable::UnknownShape));
    assert_eq!(why("ec2", sg, r#""requestParameters":{"omitted":true}"#), Some(Undecidable::Omitted));
    let hidden = r#""requestParameters":{"groupId":"sg-1","cidrIp":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    assert_eq!(why("ec2", sg, hidden), Some(Undecidable::Hidden));
    assert_eq!(
        why("s3", "CreateBucket", r#""requestParameters":{"omitted":true}"#),
        Some(Undecidable::Omitted)
    );
    let hidden = r#""requestParameters":{"bucketName":"b","bucketPolicy":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    assert_eq!(why("s3", "PutBucketPolicy", hidden), Some(Undecidable::Hidden));
    assert_eq!(
        why("s3", "PutBucketAcl", r#""requestParameters":{"bucketName":"b"}"#),
        Some(Undecidable::UnknownShape)
    );
    assert_eq!(why("ec2", "RunInstances", r#""requestParameters":null"#), None);
}

fn bucket_policy(principal: &str) -> Derived {
    request(
        "s3",
        "PutBucketPolicy",
        &format!(
            r#"{{"bucketName":"b","policy":"","bucketPolicy":{{"Statement":[{{"Effect":"Allow","Principal":{principal},
                "Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}]}}}}"#
        ),
    )
}

const ENDS: [(Effect, Reach, &str); 3] = [
    (Effect::Closed, Reach::World, "policy"),
    (Effect::Closed, Reach::CrossAccount, "policy"),
    (Effect::Closed, Reach::Service, "policy"),
];

#[test]
fn a_policy_opens_what_it_allows_and_ends_what_it_does_not() {
    let public = bucket_policy(r#""*""#);
    assert_eq!(told(&public), [(Effect::Opened, Reach::World, "policy")]);
    assert_eq!(public.changes[0].resource.arn.as_str(), "arn:aws:s3:::b");
    assert_eq!(
        (public.changes[0].confidence, &*public.changes[0].access),
        (Confidence::Medium, &[Access::Read][..])
    );
    assert!(public.changes[0].reason.contains("RestrictPublicBuckets"));
    let shared = bucket_policy(r#"{"AWS":"444455556666"}"#);
    assert_eq!(told(&shared), [(Effect::Opened, Reach::CrossAccount, "policy"), ENDS[0], ENDS[2]]);
    assert_eq!(shared.changes[0].parties, ["444455556666"]);
    assert_eq!(told(&bucket_policy(r#"{"AWS":"111122223333"}"#)), ENDS);
    assert_eq!(
        told(&request("s3", "DeleteBucketPolicy", r#"{"Host":"b.s3.eu-west-1.amazonaws.com"}"#)),
        ENDS
    );
}

#[test]
fn an_organisation_may_be_the_own() {
    let rest = r#"{"bucketName":"b","bucketPolicy":{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*",
        "Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}}}"#;
    let change = &request("s3", "PutBucketPolicy", rest).changes[0];
    assert_eq!((change.reach, change.confidence), (Reach::CrossAccount, Confidence::Medium));
    assert_eq!(change.parties, ["o-1"]);
}

#[test]
fn the_owner_of_the_bucket_is_no_outsider() {
    let rest = r#""resources":[{"accountId":"444455556666","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}],
        "requestParameters":{"bucketPolicy":{"Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},
        "Action":"s3:*","Resource":"*"}}}"#;
    assert_eq!(told(&derived("s3", "PutBucketPolicy", rest)), ENDS);
}

#[test]
fn an_acl_opens_and_closes() {
    let put = |action, acl: &str| {
        request("s3", action, &format!(r#"{{"bucketName":"b","key":"a/k","x-amz-acl":"{acl}"}}"#))
    };
    let (open, closed) = ((Effect::Opened, Reach::World, "acl"), (Effect::Closed, Reach::World, "acl"));
    assert_eq!(told(&put("PutBucketAcl", "public-read")), [open]);
    assert_eq!(told(&put("PutBucketAcl", "private")), [closed]);
    assert_eq!(told(&put("CreateBucket", "public-read")), [open]);
    assert_eq!(told(&put("CreateBucket", "private")), []);
    let object = put("PutObjectAcl", "authenticated-read");
    assert_eq!(told(&object), [open]);
    assert_eq!(object.changes[0].resource.arn.as_str(), "arn:aws:s3:::b/a/k");
    assert_eq!(
        (object.changes[0].surface, &*object.changes[0].access),
        (Surface::ObjectAcl, &[Access::Read][..])
    );
    assert_eq!(told(&put("PutObjectAcl", "private")), [closed]);
    for action in ["PutObject", "CopyObject", "CreateMultipartUpload"] {
        assert_eq!(told(&put(action, "public-read")), [open], "{action}");
        assert_eq!(told(&put(action, "bucket-owner-full-control")), [], "{action}");
        let plain = request("s3", action, r#"{"bucketName":"b","key":"k"}"#);
        assert!(plain.changes.is_empty() && plain.undecidable.is_none());
    }
}

#[test]
fn an_exposure_without_a_name_counts() {
    let acl = request("s3", "PutBucketAcl", r#"{"bucketName":"","x-amz-acl":"public-read"}"#);
    assert_eq!(acl.changes.len(), 1);
    assert_eq!(
        ingress(r#"{"groupId":"","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}"#)
            .changes
            .len(),
        1
    );
}

#[test]
fn with_a_bucket_all_its_exposures_end() {
    let derived = request("s3", "DeleteBucket", r#"{"bucketName":"b"}"#);
    let facets: Vec<&str> = derived.changes.iter().map(|change| change.facet.as_str()).collect();
    assert_eq!(
        facets,
        ["policy", "policy", "policy", "acl", "public_access_block", "replication", "website", "cors"]
    );
    assert!(derived.changes.iter().all(|change| change.effect.ends()));
}

#[test]
fn block_public_access_is_lowered_and_raised() {
    let settings = |rest: &str| {
        format!(
            r#"{{"bucketName":"b","PublicAccessBlockConfiguration":{{"BlockPublicAcls":true,"IgnorePublicAcls":true,{rest}}}}}"#
        )
    };
    let up = settings(r#""BlockPublicPolicy":true,"RestrictPublicBuckets":"true""#);
    let down = settings(r#""BlockPublicPolicy":false"#);
    for (source, action) in
        [("s3", "PutBucketPublicAccessBlock"), ("s3-control", "PutAccountPublicAccessBlock")]
    {
        let restored = request(source, action, &up);
        assert_eq!(restored.changes[0].effect, Effect::Restored, "{action}");
        let weakened = request(source, action, &down);
        assert_eq!(weakened.changes[0].effect, Effect::Weakened, "{action}");
        assert_eq!(weakened.changes[0].settings_off, ["block_public_policy", "restrict_public_buckets"]);
        assert_eq!(weakened.changes[0].verdict, Verdict::Unknown);
        assert_eq!(
            request(source, action, r#"{"bucketName":"b"}"#).undecidable,
            Some(Undecidable::UnknownShape)
        );
    }
    let deleted = request("s3", "DeleteBucketPublicAccessBlock", r#"{"bucketName":"b"}"#);
    assert_eq!(deleted.changes[0].settings_off.len(), 4);
    let account = derived("s3", "DeleteAccountPublicAccessBlock", r#""requestParameters":null"#);
    assert_eq!(account.changes[0].resource.arn.as_str(), "arn:aws:s3::111122223333:account");
    assert_eq!(account.changes[0].resource.kind, "AWS::S3::AccountPublicAccessBlock");
}

#[test]
fn shares_are_told_party_by_party() {
    let snapshot = |permission: &str| {
        let rest = format!(
            r#"{{"snapshotId":"snap-1","attributeType":"CREATE_VOLUME_PERMISSION","createVolumePermission":{permission}}}"#
        );
        request("ec2", "ModifySnapshotAttribute", &rest)
    };
    let opened = snapshot(
        r#"{"add":{"items":[{"group":"all"},{"userId":"444455556666"},{"userId":"111122223333"}]}}"#,
    );
    assert_eq!(
        told(&opened),
        [
            (Effect::Opened, Reach::CrossAccount, "share|444455556666"),
            (Effect::Opened, Reach::World, "share|all"),
        ]
    );
    assert_eq!(opened.changes[0].resource.arn.as_str(), "arn:aws:ec2:eu-west-1::snapshot/snap-1");
    let closed = snapshot(r#"{"remove":{"items":[{"group":"all"}]}}"#);
    assert_eq!(told(&closed), [(Effect::Closed, Reach::World, "share|all")]);
    assert_eq!(told(&snapshot(r#"{"add":{"items":[{"userId":"111122223333"}]}}"#)), []);
    let flat = r#"{"snapshotId":"snap-1","attribute":"createVolumePermission","operationType":"add","userIds":["444455556666"]}"#;
    assert_eq!(
        told(&request("ec2", "ModifySnapshotAttribute", flat)),
        [(Effect::Opened, Reach::CrossAccount, "share|444455556666")]
    );
    let other = r#"{"snapshotId":"snap-1","attributeType":"PRODUCT_CODES"}"#;
    assert_eq!(request("ec2", "ModifySnapshotAttribute", other).undecidable, None);
    let reset = request(
        "ec2",
        "ResetSnapshotAttribute",
        r#"{"snapshotId":"snap-1","attributeType":"CREATE_VOLUME_PERMISSION"}"#,
    );
    assert_eq!(told(&reset), [(Effect::Closed, Reach::World, "share|all")]);
}

#[test]
fn images_and_database_snapshots_are_shared_too() {
    let organisation = "arn:aws:organizations::444455556666:organization/o-1";
    let image = format!(
        r#"{{"imageId":"ami-1","attributeType":"launchPermission","launchPermission":{{"add":{{"items":[{{"organizationArn":"{organisation}"}}]}}}}}}"#
    );
    let image = request("ec2", "ModifyImageAttribute", &image);
    assert_eq!(
        (image.changes[0].reach, image.changes[0].surface),
        (Reach::CrossAccount, Surface::ImageShare)
    );
    assert_eq!(image.changes[0].parties, [organisation]);
    let described =
        request("ec2", "ModifyImageAttribute", r#"{"imageId":"ami-1","description":{"value":"x"}}"#);
    assert!(described.changes.is_empty() && described.undecidable.is_none());
    let database = request(
        "rds",
        "ModifyDBSnapshotAttribute",
        r#"{"attributeName":"restore","dBSnapshotIdentifier":"d","valuesToAdd":["all"],"valuesToRemove":["444455556666"]}"#,
    );
    assert_eq!(
        told(&database),
        [
            (Effect::Opened, Reach::World, "share|all"),
            (Effect::Closed, Reach::CrossAccount, "share|444455556666"),
        ]
    );
    assert_eq!(database.changes[0].resource.arn.as_str(), "arn:aws:rds:eu-west-1:111122223333:snapshot:d");
    let cluster = r#"{"attributeName":"restore","dBClusterSnapshotIdentifier":"c","valuesToAdd":["all"]}"#;
    assert_eq!(
        request("rds", "ModifyDBClusterSnapshotAttribute", cluster).changes[0].resource.kind,
        "AWS::RDS::DBClusterSnapshot"
    );
}

#[test]
fn every_action_is_listed_once() {
    for (index, (sources, action, _)) in ACTIONS.iter().enumerate() {
        let again = ACTIONS.iter().skip(index + 1).any(|(other, name, _)| other == sources && name == action);
        assert!(!again, "{action}");
    }
}

proptest! {
    #[test]
    fn an_exact_revoke_closes_what_the_rule_opened(
        protocol in prop::sample::select(vec!["tcp", "udp", "icmp", "-1", "6", "47"]),
        from in -1i64..=255,
        width in 0i64..1000,
        peer in prop::sample::select(vec!["0.0.0.0/0", "1.2.3.4/0", "::/0", "::ffff:0:0/96", "64.0.0.0/2", "203.0.113.7"]),
    ) {
        let key = if peer.contains(':') { "cidrIpv6" } else { "cidrIp" };
        let rule = format!(
            r#"{{"groupId":"sg-1","ipProtocol":"{protocol}","fromPort":{from},"toPort":{},"{key}":"{peer}"}}"#,
            if protocol == "icmp" { from } else { from + width }
        );
        let opened = ingress(&rule);
        let closed = request("ec2", "RevokeSecurityGroupIngress", &rule);
        let facets = |derived: &Derived| derived.changes.iter().map(|c| c.facet.clone()).collect::<Vec<_>>();
        prop_assert_eq!(facets(&opened), facets(&closed));
        prop_assert_eq!(opened.changes.is_empty(), peer == "203.0.113.7");
    }

    #[test]
    fn no_parameters_panic(index in 0..ACTIONS.len(), text in ".{0,40}") {
        let (sources, action, _) = ACTIONS[index];
        let source = sources[0].trim_end_matches(".amazonaws.com");
        let quoted = crate::json::Document::from_serialize(&text).root().to_compact_json();
        for shape in [quoted.clone(), format!("[{quoted}]"), format!(r#"{{"ipPermissions":{quoted},"bucketPolicy":{quoted},"Host":{quoted}}}"#)] {
            request(source, action, &shape);
        }
    }
}

#[test]
fn visibilities_and_permissions_of_an_unknown_kind_are_undecidable() {
    let project = request(
        "codebuild",
        "UpdateProjectVisibility",
        r#"{"projectArn":"p","projectVisibility":"FRIENDS"}"#,
    );
    assert_eq!((project.changes.len(), project.undecidable), (0, Some(Undecidable::UnknownShape)));
    let document = request(
        "ssm",
        "ModifyDocumentPermission",
        r#"{"name":"d","permissionType":"Own","accountIdsToAdd":["all"]}"#,
    );
    assert_eq!((document.changes.len(), document.undecidable), (0, Some(Undecidable::UnknownShape)));
}
