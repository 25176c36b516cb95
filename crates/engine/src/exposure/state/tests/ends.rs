//! Ends of what the ending call does not describe.

use super::*;

impl Story {
    fn of(&mut self, source: &str, action: &str, request: &str) -> &mut Self {
        self.call(source, action, &format!(r#""requestParameters":{request}"#))
    }

    fn facets(&self) -> Vec<String> {
        self.stands().into_iter().map(|(facet, _)| facet).collect()
    }
}

const NONE: [&str; 0] = [];

fn permission(function: &str, id: &str) -> String {
    format!(
        r#"{{"functionName":"{function}","statementId":"{id}","action":"lambda:InvokeFunction","principal":"*"}}"#
    )
}

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

#[test]
fn with_a_function_go_its_permissions_and_urls() {
    let mut story = Story::default();
    story.of("lambda", "AddPermission20150331v2", &permission("f", "a"));
    story.of("lambda", "AddPermission20150331v2", &permission(&format!("{ARN}:live"), "b"));
    story.of("lambda", "AddPermission20150331v2", &permission("other", "c"));
    story.of("lambda", "CreateFunctionUrlConfig", r#"{"functionName":"f","authType":"NONE"}"#);
    story.of(
        "lambda",
        "CreateFunctionUrlConfig",
        r#"{"functionName":"f","qualifier":"live","authType":"NONE"}"#,
    );
    assert_eq!(
        story.facets(),
        ["permission|a", "permission|live|b", "function_url", "function_url|live", "permission|c"]
    );
    story.of("lambda", "DeleteFunction20150331", r#"{"functionName":"f","qualifier":"7"}"#);
    assert_eq!(story.facets().len(), 5, "a version without anything");
    story.of("lambda", "DeleteAlias20150331", r#"{"functionName":"f","name":"live"}"#);
    assert_eq!(story.facets(), ["permission|a", "function_url", "permission|c"]);
    story.of("lambda", "DeleteFunction20150331", &format!(r#"{{"functionName":"{ARN}"}}"#));
    assert_eq!(story.facets(), ["permission|c"], "the other function");
}

#[test]
fn a_permission_of_an_alias_is_removed_however_the_alias_is_named() {
    let mut story = Story::default();
    story.of("lambda", "AddPermission", &permission("f:live", "a"));
    story.of("lambda", "RemovePermission", r#"{"functionName":"f","qualifier":"live","statementId":"a"}"#);
    assert_eq!(story.facets(), NONE);
}

#[test]
fn with_a_layer_version_go_its_permissions() {
    let layer = |version: u8| format!(r#"{{"layerName":"l","versionNumber":{version}}}"#);
    let add = |version: u8| {
        format!(
            r#"{{"layerName":"l","versionNumber":{version},"statementId":"s","action":"lambda:GetLayerVersion","principal":"*"}}"#
        )
    };
    let mut story = Story::default();
    story.of("lambda", "AddLayerVersionPermission", &add(1));
    story.of("lambda", "AddLayerVersionPermission", &add(2));
    story.of("lambda", "DeleteLayerVersion20181031", &layer(1));
    assert_eq!(story.facets(), ["permission|s"]);
    story.of("lambda", "DeleteLayerVersion20181031", &layer(2));
    assert_eq!(story.facets(), NONE);
}

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/q";

fn label(label: &str) -> String {
    format!(
        r#"{{"queueUrl":"{QUEUE}","label":"{label}","aWSAccountIds":["777788889999"],"actions":["SendMessage"]}}"#
    )
}

#[test]
fn a_label_ends_its_own_statement() {
    let mut story = Story::default();
    story.of("sqs", "AddPermission", &label("a")).of("sqs", "AddPermission", &label("b"));
    assert_eq!(story.facets(), ["permission|a", "permission|b"]);
    story.of("sqs", "RemovePermission", &format!(r#"{{"queueUrl":"{QUEUE}","label":"a"}}"#));
    assert_eq!((story.facets(), story.last.undecidable), (vec!["permission|b".to_owned()], None));
    story.of("sqs", "RemovePermission", &format!(r#"{{"queueUrl":"{QUEUE}","label":"x"}}"#));
    assert_eq!(story.last.undecidable, Some(Undecidable::NeedsState), "a label that was never seen");
    assert_eq!(story.facets(), ["permission|b"]);
    let topic = r#"{"topicArn":"arn:aws:sns:eu-west-1:111122223333:t","label":"a","aWSAccountId":["777788889999"],"actionName":["Publish"]}"#;
    story.of("sns", "AddPermission", topic).of("sns", "RemovePermission", topic);
    assert_eq!(story.facets(), ["permission|b"]);
}

#[test]
fn a_whole_policy_replaces_the_statements_of_labels() {
    let policy = |attributes: &str| format!(r#"{{"queueUrl":"{QUEUE}","attributes":{attributes}}}"#);
    let mut story = Story::default();
    story.of("sqs", "AddPermission", &label("a"));
    story.of("sqs", "SetQueueAttributes", &policy(r#"{"VisibilityTimeout":"30"}"#));
    assert_eq!(story.facets(), ["permission|a"], "another attribute");
    story.of("sqs", "SetQueueAttributes", &policy(r#"{"Policy":""}"#));
    assert_eq!(story.facets(), NONE);
    story.of("sqs", "AddPermission", &label("a")).of(
        "sqs",
        "DeleteQueue",
        &format!(r#"{{"queueUrl":"{QUEUE}"}}"#),
    );
    assert_eq!(story.facets(), NONE);
}

#[test]
fn what_is_deleted_takes_all_of_its_facets_along() {
    let stories = [
        (
            "ec2",
            "CreateNetworkAclEntry",
            r#"{"networkAclId":"acl-1","ruleNumber":100,"egress":false,"ruleAction":"allow","aclProtocol":"-1","cidrBlock":"0.0.0.0/0"}"#,
            "DeleteNetworkAcl",
            r#"{"networkAclId":"acl-1"}"#,
        ),
        (
            "ec2",
            "CreateRoute",
            r#"{"routeTableId":"rtb-1","destinationCidrBlock":"64.0.0.0/2","gatewayId":"igw-1"}"#,
            "DeleteRouteTable",
            r#"{"routeTableId":"rtb-1"}"#,
        ),
        (
            "rds",
            "AuthorizeDBSecurityGroupIngress",
            r#"{"dBSecurityGroupName":"Old","cIDRIP":"0.0.0.0/0"}"#,
            "DeleteDBSecurityGroup",
            r#"{"dBSecurityGroupName":"OLD"}"#,
        ),
        (
            "redshift",
            "AuthorizeClusterSecurityGroupIngress",
            r#"{"clusterSecurityGroupName":"old","cIDRIP":"0.0.0.0/0"}"#,
            "DeleteClusterSecurityGroup",
            r#"{"clusterSecurityGroupName":"Old"}"#,
        ),
        (
            "events",
            "PutPermission",
            r#"{"eventBusName":"bus","statementId":"s","action":"events:PutEvents","principal":"*"}"#,
            "DeleteEventBus",
            r#"{"name":"bus"}"#,
        ),
        (
            "rds",
            "ModifyDBSnapshotAttribute",
            r#"{"dBSnapshotIdentifier":"s","attributeName":"restore","valuesToAdd":["all"]}"#,
            "DeleteDBSnapshot",
            r#"{"dBSnapshotIdentifier":"s"}"#,
        ),
    ];
    for (source, opening, request, deletion, named) in stories {
        let mut story = Story::default();
        story.of(source, opening, request);
        assert_eq!(story.facets().len(), 1, "{opening}");
        story.of(
            source,
            deletion,
            &named.replace("acl-1", "acl-2").replace("rtb-1", "rtb-2").replace("bus", "bug"),
        );
        let same_name = !["acl-1", "rtb-1", "bus"].iter().any(|name| named.contains(name));
        assert_eq!(story.facets().is_empty(), same_name, "{deletion} of another");
        story.of(source, deletion, named);
        assert_eq!(story.facets(), NONE, "{deletion}");
    }
}

#[test]
fn a_key_ends_when_kms_deletes_it_and_not_before() {
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
    let key = format!(r#""resources":[{{"ARN":"{KEY}","accountId":"111122223333","type":"AWS::KMS::Key"}}]"#);
    let policy = format!(
        r#"{key},"requestParameters":{{"keyId":"k","policyName":"default","policy":"{{\"Statement\":{{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}}}}"}}"#
    );
    let mut story = Story::default();
    story.call("kms", "PutKeyPolicy", &policy);
    for waiting in ["DisableKey", "ScheduleKeyDeletion"] {
        story.of("kms", waiting, r#"{"keyId":"k"}"#);
        assert_eq!(story.facets(), ["policy"], "{waiting}");
    }
    story.call("kms", "DeleteKey", &format!(r#"{key},"requestParameters":null"#));
    assert_eq!(story.facets(), NONE);
}

#[test]
fn a_reset_ends_the_shares_with_all_and_with_each() {
    let share = r#"{"imageId":"ami-1","launchPermission":{"add":{"items":[{"group":"all"},{"userId":"777788889999"},{"userId":"444455556666"}]}}}"#;
    let mut story = Story::default();
    story.ec2("ModifyImageAttribute", share);
    assert_eq!(story.facets().len(), 3);
    story.ec2("ResetImageAttribute", r#"{"imageId":"ami-2","attributeType":"launchPermission"}"#);
    assert_eq!((story.facets().len(), story.last.ends_of_nothing), (3, 1), "another image");
    story.ec2("ResetImageAttribute", r#"{"imageId":"ami-1","attributeType":"launchPermission"}"#);
    assert_eq!((story.facets(), story.last.ends_of_nothing), (vec![], 0));
}

#[test]
fn an_object_written_over_or_deleted_is_private() {
    let public = r#"{"key":"a","x-amz-acl":"public-read"}"#;
    let mut story = Story::default();
    story.s3("PutObject", public).s3("PutObject", r#"{"key":"b","x-amz-acl":"public-read"}"#);
    story.s3("PutObject", r#"{"key":"a","x-amz-acl":"public-read-write"}"#);
    assert_eq!(story.exposed().len(), 2, "written over with a public ACL");
    for (action, request) in [
        ("PutObject", r#"{"key":"a"}"#),
        ("CopyObject", r#"{"key":"a","x-amz-acl":"private"}"#),
        ("DeleteObject", r#"{"key":"a"}"#),
    ] {
        story.s3("PutObjectAcl", public).s3(action, request);
        assert_eq!(story.exposed().len(), 1, "{action}");
        story.s3("PutBucketPublicAccessBlock", &settings(false, false));
        assert_eq!(story.exposed().len(), 1, "{action}: nothing is left to be shown again");
    }
    story.s3("DeleteObject", r#"{"key":"b","versionId":"v1"}"#);
    assert_eq!(story.exposed().len(), 1, "one version of several");
    story.minute = 0;
    story.s3("DeleteObject", r#"{"key":"b"}"#);
    assert_eq!(story.exposed().len(), 1, "older than the ACL");
}

#[test]
fn writes_of_unknown_objects_leave_no_trace() {
    let mut story = Story::default();
    story.s3("PutObject", r#"{"key":"a"}"#).s3("DeleteObject", r#"{"key":"a"}"#);
    assert!(story.state.buckets.is_empty() && story.last.moves.is_empty());
    assert_eq!(story.last.ends_of_nothing, 0);
}

#[test]
fn copies_to_a_bucket_of_unknown_owner_leave_what_stands() {
    let copies = |rest: &str| {
        format!(
            r#"{{"ReplicationConfiguration":{{"Rule":{{"Destination":{{"Bucket":"arn:aws:s3:::x"{rest}}}}}}}}}"#
        )
    };
    let mut story = Story::default();
    story.s3("PutBucketReplication", &copies(r#","Account":"444455556666""#));
    story.s3("PutBucketReplication", &copies(""));
    assert_eq!(
        (story.facets(), story.last.undecidable),
        (vec!["replication".to_owned()], Some(Undecidable::UnknownOwner))
    );
    story.s3("PutBucketReplication", &copies(r#","Account":"111122223333""#));
    assert_eq!(story.facets(), NONE);
}

const BLOCKS: &str = r#"{\"s3_attributes\":{\"public_access_block_configuration\":{\"@@assign\":\"all\"}}}"#;

fn policy_made(id: &str, word: &str) -> String {
    let content = BLOCKS.replace("all", word);
    format!(
        r#""requestParameters":{{"name":"n","type":"S3_POLICY","content":"{content}"}},
            "responseElements":{{"policy":{{"policySummary":{{"id":"{id}","type":"S3_POLICY"}}}}}}"#
    )
}

#[test]
fn attaching_and_detaching_goes_by_what_the_policy_says() {
    let pair = |policy: &str, target: &str| format!(r#"{{"policyId":"{policy}","targetId":"{target}"}}"#);
    let mut story = Story::default();
    story.call("organizations", "CreatePolicy", &policy_made("p-all", "all"));
    story.call("organizations", "CreatePolicy", &policy_made("p-none", "none"));
    story.of("organizations", "AttachPolicy", &pair("p-all", "r-1"));
    assert_eq!((story.facets(), story.last.undecidable), (vec![], None));
    story.of("organizations", "DetachPolicy", &pair("p-all", "r-1"));
    assert_eq!(story.facets(), ["public_access_block"]);
    story.of("organizations", "AttachPolicy", &pair("p-none", "ou-1"));
    assert_eq!(story.facets().len(), 2);
    story.of("organizations", "DetachPolicy", &pair("p-none", "ou-1"));
    story.of("organizations", "AttachPolicy", &pair("p-all", "r-1"));
    assert_eq!(story.facets(), NONE);
    story.of("organizations", "DetachPolicy", &pair("p-other", "r-1"));
    assert_eq!(story.last.undecidable, Some(Undecidable::NeedsState), "a policy that was never seen");
}

#[test]
fn an_update_of_the_policy_stands_until_the_next_or_its_deletion() {
    let update = |word: &str| format!(r#"{{"policyId":"p-1","content":"{}"}}"#, BLOCKS.replace("all", word));
    let mut story = Story::default();
    story.of("organizations", "UpdatePolicy", &update("none"));
    assert_eq!(story.facets(), ["public_access_block"]);
    story.of("organizations", "UpdatePolicy", &update("all"));
    assert_eq!(story.facets(), NONE);
    story.of("organizations", "UpdatePolicy", &update("none"));
    story.of("organizations", "DeletePolicy", r#"{"policyId":"p-2"}"#);
    assert_eq!(story.facets(), ["public_access_block"], "another policy");
    story.of("organizations", "DeletePolicy", r#"{"policyId":"p-1"}"#);
    assert_eq!(story.facets(), NONE);
    assert!(story.state.policies.is_empty());
}

#[test]
fn a_grant_stands_until_it_is_revoked_or_its_key_is_deleted() {
    let grant = |id: &str| {
        format!(
            r#""requestParameters":{{"keyId":"k","granteePrincipal":"arn:aws:iam::777788889999:root","operations":["Decrypt"]}},
                "responseElements":{{"grantId":"{id}"}}"#
        )
    };
    let mut story = Story::default();
    story.call("kms", "CreateGrant", &grant("g1")).call("kms", "CreateGrant", &grant("g2"));
    story.of("kms", "RevokeGrant", r#"{"keyId":"k","grantId":"g1"}"#);
    assert_eq!(story.facets(), ["grant|g2"]);
    story.of("kms", "RevokeGrant", r#"{"keyId":"k","grantId":"g9"}"#);
    assert_eq!((story.facets().len(), story.last.ends_of_nothing), (1, 1));
    let key = r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k","type":"AWS::KMS::Key"}]"#;
    story.call("kms", "DeleteKey", &format!(r#"{key},"requestParameters":null"#));
    assert_eq!(story.facets(), NONE);
}

#[test]
fn with_documents_and_build_projects_goes_who_may_see_them() {
    let mut story = Story::default();
    story.of(
        "ssm",
        "ModifyDocumentPermission",
        r#"{"name":"d","permissionType":"Share","accountIdsToAdd":["All","777788889999"]}"#,
    );
    story.of(
        "ssm",
        "ModifyDocumentPermission",
        r#"{"name":"d","permissionType":"Share","accountIdsToRemove":["777788889999"]}"#,
    );
    assert_eq!(story.facets(), ["share|all"]);
    let project = "arn:aws:codebuild:eu-west-1:111122223333:project/p";
    story.of(
        "codebuild",
        "UpdateProjectVisibility",
        &format!(r#"{{"projectArn":"{project}","projectVisibility":"PUBLIC_READ"}}"#),
    );
    assert_eq!(story.facets().len(), 2);
    story.of("ssm", "DeleteDocument", r#"{"name":"d"}"#);
    assert_eq!(story.facets(), ["visibility"]);
    story.of("codebuild", "DeleteProject", r#"{"name":"p"}"#);
    assert_eq!(story.facets(), NONE);
}
