//! What calls on policies do, service by service.

use serde_json::{Value, json};

use crate::exposure::{Access, Confidence, Derived, Effect, Reach, Undecidable, derive};
use crate::record::CloudTrailRecord;

fn call(source: &str, action: &str, request: &Value) -> Derived {
    let record = json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": action, "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333", "requestParameters": request});
    derive(&CloudTrailRecord::parse(&record.to_string()).unwrap())
}

fn policy(principal: &str, action: &str) -> String {
    json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}]})
        .to_string()
}

fn told(derived: &Derived) -> Vec<(Effect, Reach, &str)> {
    derived.changes.iter().map(|change| (change.effect, change.reach, change.facet.as_str())).collect()
}

/// A call that sets a policy: its service, its name, where the policy stands, the resource.
fn setters() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        ("kms", "PutKeyPolicy", json!({"keyId": "k", "policy": "P"}), "kms:eu-west-1:111122223333:key/k"),
        (
            "sqs",
            "SetQueueAttributes",
            json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/q", "attributes": {"Policy": "P"}}),
            "sqs:eu-west-1:111122223333:q",
        ),
        (
            "sns",
            "SetTopicAttributes",
            json!({"topicArn": "arn:aws:sns:eu-west-1:111122223333:t", "attributeName": "Policy", "attributeValue": "P"}),
            "sns:eu-west-1:111122223333:t",
        ),
        (
            "ecr",
            "SetRepositoryPolicy",
            json!({"repositoryName": "r", "policyText": "P"}),
            "ecr:eu-west-1:111122223333:repository/r",
        ),
        (
            "secretsmanager",
            "PutResourcePolicy",
            json!({"secretId": "s", "resourcePolicy": "P"}),
            "secretsmanager:eu-west-1:111122223333:secret:s",
        ),
        (
            "glacier",
            "SetVaultAccessPolicy",
            json!({"accountId": "-", "vaultName": "v", "policy": {"policy": "P"}}),
            "glacier:eu-west-1:111122223333:vaults/v",
        ),
        (
            "es",
            "UpdateElasticsearchDomainConfig",
            json!({"domainName": "d", "accessPolicies": "P"}),
            "es:eu-west-1:111122223333:domain/d",
        ),
        (
            "elasticfilesystem",
            "PutFileSystemPolicy",
            json!({"fileSystemId": "fs-1", "policy": "P"}),
            "elasticfilesystem:eu-west-1:111122223333:file-system/fs-1",
        ),
        (
            "backup",
            "PutBackupVaultAccessPolicy",
            json!({"backupVaultName": "v", "policy": "P"}),
            "backup:eu-west-1:111122223333:backup-vault:v",
        ),
        ("glue", "PutResourcePolicy", json!({"policyInJson": "P"}), "glue:eu-west-1:111122223333:catalog"),
        (
            "events",
            "PutPermission",
            json!({"eventBusName": "b", "policy": "P"}),
            "events:eu-west-1:111122223333:event-bus/b",
        ),
        (
            "iam",
            "UpdateAssumeRolePolicy",
            json!({"roleName": "r", "policyDocument": "P"}),
            "iam::111122223333:role/r",
        ),
        (
            "s3",
            "PutAccessPointPolicy",
            json!({"name": "a", "policy": "", "PutAccessPointPolicyRequest": {"Policy": "P"}}),
            "s3:eu-west-1:111122223333:accesspoint/a",
        ),
    ]
}

fn with(request: &Value, policy: &str) -> Value {
    let quoted = Value::String(policy.to_owned()).to_string();
    serde_json::from_str(&request.to_string().replace("\"P\"", &quoted)).unwrap()
}

#[test]
fn a_public_policy_opens_and_a_private_one_ends() {
    for (source, action, request, arn) in setters() {
        let public = call(source, action, &with(&request, &policy("*", "*")));
        assert_eq!(told(&public), [(Effect::Opened, Reach::World, "policy")], "{source}");
        assert_eq!(public.changes[0].resource.arn.as_str(), format!("arn:aws:{arn}"));
        assert!(public.changes[0].access.contains(&Access::Full));
        let private = call(source, action, &with(&request, &policy("111122223333", "*")));
        assert_eq!(private.changes.len(), 3, "{source}");
        assert!(private.changes.iter().all(|change| change.effect == Effect::Closed));
        let shared = call(source, action, &with(&request, &policy("777788889999", "*")));
        assert_eq!(
            told(&shared)[..2],
            [(Effect::Opened, Reach::CrossAccount, "policy"), (Effect::Closed, Reach::World, "policy")]
        );
    }
}

#[test]
fn an_empty_policy_ends_what_was_open() {
    let url = "https://sqs.eu-west-1.amazonaws.com/111122223333/q";
    let gone = call("sqs", "SetQueueAttributes", &json!({"queueUrl": url, "attributes": {"Policy": ""}}));
    assert_eq!(gone.changes.len(), 3);
    let other =
        call("sqs", "SetQueueAttributes", &json!({"queueUrl": url, "attributes": {"DelaySeconds": "5"}}));
    assert!(other.changes.is_empty() && other.undecidable.is_none());
    let name = call(
        "sns",
        "SetTopicAttributes",
        &json!({"topicArn": "t", "attributeName": "DisplayName", "attributeValue": "x"}),
    );
    assert!(name.changes.is_empty() && name.undecidable.is_none());
}

#[test]
fn what_is_new_has_nothing_to_end() {
    let key = call("kms", "CreateKey", &json!({"policy": policy("111122223333", "kms:*")}));
    assert!(key.changes.is_empty() && key.undecidable.is_none());
    let role = call(
        "iam",
        "CreateRole",
        &json!({"roleName": "r", "path": "/x/", "assumeRolePolicyDocument": policy("777788889999", "sts:AssumeRole")}),
    );
    assert_eq!(told(&role), [(Effect::Opened, Reach::CrossAccount, "policy")]);
    assert_eq!(role.changes[0].resource.arn.as_str(), "arn:aws:iam::111122223333:role/r");
    let inside = json!({"domainName": "d", "accessPolicies": policy("*", "es:*"), "vPCOptions": {"subnetIds": ["subnet-1"]}});
    assert!(call("es", "CreateElasticsearchDomain", &inside).changes.is_empty());
}

#[test]
fn the_default_policy_of_a_topic_is_private() {
    let text = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:Publish"],"Resource":"*",
        "Condition":{"StringEquals":{"AWS:SourceOwner":"111122223333"}}}]}"#;
    let derived = call(
        "sns",
        "SetTopicAttributes",
        &json!({"topicArn": "t", "attributeName": "Policy", "attributeValue": text}),
    );
    assert!(derived.changes.iter().all(|change| change.effect == Effect::Closed));
}

fn function(rest: &Value) -> Derived {
    let mut request = json!({"action": "lambda:InvokeFunction", "functionName": "f", "statementId": "s1"});
    request.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    call("lambda", "AddPermission20150331v2", &request)
}

#[test]
fn a_function_s_permission_is_a_facet_by_its_statement() {
    let reach = |rest: Value| function(&rest).changes.first().map(|change| change.reach);
    assert_eq!(
        told(&function(&json!({"principal": "*"}))),
        [(Effect::Opened, Reach::World, "permission|s1")]
    );
    assert_eq!(reach(json!({"principal": "*", "principalOrgID": "o-1"})), Some(Reach::CrossAccount));
    assert_eq!(reach(json!({"principal": "777788889999"})), Some(Reach::CrossAccount));
    assert_eq!(reach(json!({"principal": "s3.amazonaws.com"})), Some(Reach::Service));
    assert_eq!(reach(json!({"principal": "s3.amazonaws.com", "sourceAccount": "111122223333"})), None);
    assert_eq!(
        reach(json!({"principal": "sns.amazonaws.com", "sourceArn": "arn:aws:sns:eu-west-1:111122223333:t"})),
        None
    );
    let gone = call(
        "lambda",
        "RemovePermission20150331v2",
        &json!({"functionName": "arn:aws:lambda:eu-west-1:111122223333:function:f", "statementId": "s1"}),
    );
    assert_eq!(told(&gone)[0], (Effect::Closed, Reach::World, "permission|s1"));
    assert_eq!(gone.changes[0].resource.arn, function(&json!({"principal": "*"})).changes[0].resource.arn);
}

#[test]
fn permissions_added_to_a_policy_only_open() {
    let queue = call(
        "sqs",
        "AddPermission",
        &json!({"queueUrl": "q", "label": "l", "aWSAccountIds": ["*"], "actions": ["SendMessage"]}),
    );
    assert_eq!(told(&queue), [(Effect::Opened, Reach::World, "permission|l")]);
    assert_eq!(queue.changes[0].access, [Access::Write]);
    let topic = call(
        "sns",
        "AddPermission",
        &json!({"topicArn": "t", "label": "l", "aWSAccountId": ["777788889999"], "actionName": ["Publish"]}),
    );
    assert_eq!(told(&topic), [(Effect::Opened, Reach::CrossAccount, "permission|l")]);
    assert_eq!(
        call("sqs", "RemovePermission", &json!({"queueUrl": "q", "label": "l"})).undecidable,
        Some(Undecidable::NeedsState)
    );
    assert_eq!(
        call("secretsmanager", "RestoreSecret", &json!({"secretId": "s"})).undecidable,
        Some(Undecidable::NeedsState)
    );
    let layer = call(
        "lambda",
        "AddLayerVersionPermission20181031",
        &json!({"layerName": "l", "versionNumber": 3, "statementId": "s", "principal": "*", "action": "lambda:GetLayerVersion"}),
    );
    assert_eq!(layer.changes[0].resource.arn.as_str(), "arn:aws:lambda:eu-west-1:111122223333:layer:l:3");
    let bus = |condition: Value| {
        call(
            "events",
            "PutPermission",
            &json!({"action": "events:PutEvents", "principal": "*", "statementId": "s", "condition": condition}),
        )
    };
    assert_eq!(told(&bus(Value::Null)), [(Effect::Opened, Reach::World, "permission|s")]);
    let limited = bus(json!({"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-1"}));
    assert_eq!(
        (limited.changes[0].reach, limited.changes[0].confidence),
        (Reach::CrossAccount, Confidence::Medium)
    );
}

#[test]
fn unreadable_policies_are_undecidable() {
    let hidden =
        call("kms", "PutKeyPolicy", &json!({"keyId": "k", "policy": "HIDDEN_DUE_TO_SECURITY_REASONS"}));
    assert_eq!(hidden.undecidable, Some(Undecidable::Hidden));
    assert_eq!(
        call("kms", "PutKeyPolicy", &json!({"keyId": "k"})).undecidable,
        Some(Undecidable::UnknownShape)
    );
}
