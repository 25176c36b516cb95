//! Each check of this test sees what it is for, on small sources and templates with one fault each.

use std::collections::BTreeSet;

use super::granted::{Grants, functions};
use super::required::{Required, Tables};
use super::sdk::Sdk;
use super::source::Sources;
use super::{Program, differences, star};
use crate::harness::template::Template;

const MAIN: &str = "use below::topic::Topic;\nfn main() { Topic::new().tell(); }";
const TOPIC: &str = "use aws_sdk_sns::Client;\npub struct Topic { client: Late<Client> }\n";
const TELL: &str = "impl Topic { pub fn tell(&self) { self.client.publish_batch().set(1).send(); } }";

const TEMPLATE: &str = "
Globals: {Function: {Tracing: Active, Environment: {Variables: {TATTLETRAIL_TOPIC_ARN: !Ref Topic, TATTLETRAIL_REJECTED: !Ref Queue}}}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {}}
  Queue: {Type: AWS::SQS::Queue, Properties: {}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument:
            Statement:
              - {Effect: Allow, Action: [xray:PutTraceSegments, xray:PutTelemetryRecords], Resource: '*'}
              - !If [Some, {Effect: Allow, Action: sns:Publish, Resource: !Ref Topic}, !Ref AWS::NoValue]
  Function:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: function}}
    Properties: {Role: !GetAtt Role.Arn}
";

fn sdk() -> Sdk {
    Sdk::with(&[
        ("sns", "sns", &[("publish_batch", "PublishBatch"), ("delete_topic", "DeleteTopic"), ("tag", "Tag")]),
        ("s3", "s3", &[("get_object", "GetObject"), ("put_object", "PutObject"), ("tag", "Tag")]),
        ("dynamodb", "dynamodb", &[("transact_write_items", "TransactWriteItems"), ("query", "Query")]),
        ("cloudwatch", "monitoring", &[("put_metric_data", "PutMetricData")]),
    ])
}

/// A program whose library has the module `topic` and another one.
fn program(topic: &str, other: &str) -> Program {
    let sources = |krate: &str, texts: &[(&str, &str)]| Sources {
        krate: krate.to_owned(),
        texts: texts.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect(),
    };
    let lib = "pub mod topic;\npub mod rejected;";
    let below = sources("below", &[("lib.rs", lib), ("topic.rs", topic), ("rejected.rs", other)]);
    Program::of(vec![sources("function", &[("main.rs", MAIN)]), below], &sdk())
}

fn required(program: &Program, template: &Template) -> Required {
    let functions = functions(template);
    Tables::read().required(&program.calls, &sdk(), &|call| program.words(call), template, &functions[0])
}

/// What is wrong, with these methods of `Topic`, this other module and this template.
fn wrong(methods: &str, other: &str, template: &str) -> Vec<String> {
    let program = program(&format!("{TOPIC}{methods}"), other);
    let template = Template::read(template);
    let mut faults = program.faults.clone();
    let granted = functions(&template)[0].grants(&mut faults);
    faults.extend(differences("function", &required(&program, &template).actions, &granted));
    faults
}

/// The actions that a module with such an import and such a reached body asks for.
fn asked(import: &str, body: &str) -> Vec<String> {
    let other = format!("use {import};\npub fn rest(client: &Client) {{ {body} }}");
    let program = program(
        &format!("{TOPIC}impl Topic {{ pub fn tell(&self) {{ crate::rejected::rest(); }} }}"),
        &other,
    );
    assert_eq!(program.faults, Vec::<String>::new());
    let required = required(&program, &Template::read(TEMPLATE));
    required.files.into_keys().collect()
}

#[test]
fn what_fits_has_no_fault() {
    assert_eq!(wrong(TELL, "", TEMPLATE), Vec::<String>::new());
}

#[test]
fn a_call_more_is_an_action_that_lacks() {
    let more = "impl Topic { pub fn tell(&self) { self.client.publish_batch().send(); self.client.delete_topic().send(); } }";
    assert_eq!(wrong(more, "", TEMPLATE), ["function needs `sns:DeleteTopic`, and its role has it not"]);
}

#[test]
fn a_call_less_is_an_action_too_many() {
    let none = "impl Topic { pub fn tell(&self) {} }";
    assert_eq!(wrong(none, "", TEMPLATE), ["function has `sns:Publish`, and nothing in it asks for that"]);
}

#[test]
fn an_action_less_or_more_or_elsewhere_is_seen() {
    let less = TEMPLATE.replace("sns:Publish", "sns:Subscribe");
    assert_eq!(
        wrong(TELL, "", &less),
        [
            "function needs `sns:Publish`, and its role has it not",
            "function has `sns:Subscribe`, and nothing in it asks for that"
        ]
    );
    let elsewhere = TEMPLATE.replace("Resource: !Ref Topic", "Resource: !Ref Queue");
    assert_eq!(
        wrong(TELL, "", &elsewhere),
        [r#"function needs `sns:Publish` on {"Topic"}, and its role has it on {"Queue"}"#]
    );
}

#[test]
fn what_lambda_does_is_needed_only_where_it_is_caused() {
    let untraced = TEMPLATE.replace("Tracing: Active, ", "");
    assert_eq!(wrong(TELL, "", &untraced).len(), 2, "traces are granted and not sent");
    let with = |properties: &str| {
        TEMPLATE.replace("{Role: !GetAtt Role.Arn}", &format!("{{Role: !GetAtt Role.Arn, {properties}}}"))
    };
    let lacking = |properties: &str| wrong(TELL, "", &with(properties)).join("\n");
    let given_up =
        "EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Queue.Arn}}}";
    assert_eq!(lacking(given_up), "function needs `sqs:SendMessage`, and its role has it not");
    assert!(
        lacking("Events: {Files: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}")
            .contains("`sqs:ReceiveMessage`")
    );
    assert!(lacking("LoggingConfig: {LogGroup: !Ref Log}").contains("`logs:PutLogEvents`"));
    let encrypted = TEMPLATE.replace("Properties: {}}", "Properties: {KmsMasterKeyId: !Ref Key}}");
    assert!(wrong(TELL, "", &encrypted).join("\n").contains("`kms:GenerateDataKey`"));
}

#[test]
fn an_action_that_may_be_anything_is_a_fault() {
    let any = TEMPLATE.replace("sns:Publish", "'sns:Pub*'");
    assert!(wrong(TELL, "", &any).contains(&"function: `sns:Pub*` does not say what may be done".to_owned()));
    let managed = TEMPLATE.replace(
        "      Policies:",
        "      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]\n      Policies:",
    );
    assert_eq!(wrong(TELL, "", &managed), ["function: its role has policies that are not in the template"]);
}

#[test]
fn what_is_not_reached_is_not_needed() {
    let unused = format!("{TELL}\npub fn unused(topic: &Topic) {{ topic.client.delete_topic().send(); }}");
    assert_eq!(wrong(&unused, "", TEMPLATE), Vec::<String>::new());
    let in_tests = format!(
        "{TELL}\n#[cfg(test)]\nmod tests {{ fn tell(client: aws_sdk_sns::Client) {{ client.delete_topic().send(); }} }}"
    );
    assert_eq!(wrong(&in_tests, "", TEMPLATE), Vec::<String>::new());
    // Of the same name, but nobody else can call it.
    let private = "struct Other { client: aws_sdk_s3::Client }\nimpl Other { fn tell(&self) { self.client.get_object().send(); } }";
    assert_eq!(wrong(TELL, private, TEMPLATE), Vec::<String>::new());
    let public = private.replace("fn tell", "pub fn tell");
    assert_eq!(wrong(TELL, &public, TEMPLATE), ["function needs `s3:GetObject`, and its role has it not"]);
}

#[test]
fn a_type_that_is_written_there_says_which_of_two_methods_it_is() {
    let other = "pub struct Other { client: aws_sdk_s3::Client }\nimpl Other { pub fn open(&self, it: u8) { self.client.get_object().send(); } }";
    let with = |kind: &str| {
        format!(
            "impl Topic {{ pub fn tell(&self) {{ self.client.publish_batch().send(); rest(1); }} }}\n\
             pub struct Part;\nimpl Part {{ pub fn open(&self, it: u8) {{}} }}\nfn rest(part: {kind}) {{ part.open(1); }}"
        )
    };
    assert_eq!(wrong(&with("Part"), other, TEMPLATE), Vec::<String>::new());
    assert_eq!(
        wrong(&with("Unknown"), other, TEMPLATE),
        ["function needs `s3:GetObject`, and its role has it not"]
    );
}

#[test]
fn what_a_trait_asks_for_is_needed() {
    let by_trait = "struct Other { client: aws_sdk_s3::Client }\nimpl Drop for Other { fn drop(&mut self) { self.client.get_object().send(); } }";
    assert_eq!(wrong(TELL, by_trait, TEMPLATE), ["function needs `s3:GetObject`, and its role has it not"]);
}

#[test]
fn calls_are_found_however_they_are_reached() {
    let table = |body: &str| asked("aws_sdk_dynamodb::Client", body);
    assert_eq!(table("let again = client.clone(); again.query().send();"), ["dynamodb:Query"]);
    assert_eq!(table("join!(client.query().send(), 1);"), ["dynamodb:Query"]);
    assert_eq!(table("let all = || client.query().into_paginator().send();"), ["dynamodb:Query"]);
    assert_eq!(asked("http::Uri as Client", "uri.query();"), Vec::<String>::new(), "no SDK, no call");
    assert_eq!(asked("aws_sdk_dynamodb as db", "db::Client::new().query().send();"), ["dynamodb:Query"]);
    assert_eq!(
        asked("aws_sdk_cloudwatch::Client", "client.put_metric_data().send();"),
        ["cloudwatch:PutMetricData"]
    );
}

#[test]
fn an_operation_of_another_name_asks_for_what_it_does() {
    let written = |kinds: &str| {
        asked("aws_sdk_dynamodb::Client", &format!("client.transact_write_items().send(); {kinds}"))
    };
    assert_eq!(written("Put::builder();"), ["dynamodb:PutItem"]);
    assert_eq!(written("Put::builder(); Delete::builder();"), ["dynamodb:DeleteItem", "dynamodb:PutItem"]);
    let got = |rest: &str| asked("aws_sdk_s3::Client", &format!("client.get_object(){rest}.send();"));
    assert_eq!(got(""), ["s3:GetObject"]);
    assert_eq!(got(".version_id(it)"), ["s3:GetObject", "s3:GetObjectVersion"]);
}

#[test]
fn what_a_setting_leaves_out_is_needed_where_it_does_not() {
    let rejected = "pub enum To { Bucket { client: aws_sdk_s3::Client } }\nimpl To { pub fn tell(&self) { match self { Self::Bucket { client } => client.put_object().send() } } }";
    assert_eq!(wrong(TELL, rejected, TEMPLATE), Vec::<String>::new());
    let bucket = TEMPLATE.replace("AWS::SQS::Queue", "AWS::S3::Bucket");
    assert_eq!(wrong(TELL, rejected, &bucket), ["function needs `s3:PutObject`, and its role has it not"]);
}

#[test]
fn what_cannot_be_told_is_a_fault() {
    let fault = |methods: &str, other: &str| wrong(methods, other, TEMPLATE).join("\n");
    let two = "struct A { client: aws_sdk_s3::Client }\nstruct B { client: aws_sdk_sns::Client }\npub fn f(it: A) { it.client.tag().send(); }";
    assert!(fault(TELL, two).contains(r#"`tag` may be a call of each of ["s3", "sns"]"#));
    let unknown = "use aws_sdk_s3::error::SdkError;\npub fn f() { made_elsewhere.get_object().send(); }";
    assert!(fault(TELL, unknown).contains("whose client this is can't be told"));
    let unseen = "pub fn f(request: Request) { request.send(); }";
    assert!(fault(TELL, unseen).contains("`f` sends a request whose operation is not seen"));
    let in_macro = "use aws_sdk_s3::Client;\npub fn f(client: Client) { select! { a = client.get_object().send() => a } }";
    assert!(fault(TELL, in_macro).contains("stands in a macro that can't be read"));
}

#[test]
fn a_star_is_seen_where_it_stands() {
    let found = ["*", "arn:${P}:x:*:${A}:y/z", "arn:${P}:iam::*:role/${R}", "arn:aws:s3:::*"].map(star);
    assert_eq!(found, [Some(1), Some(2), Some(3), Some(1)]);
    assert_eq!(
        ["Topic", "arn:${AWS::Partition}:s3:::${Bucket}/*", "arn:aws:logs:${R}:${A}:log-group:x:*"].map(star),
        [None; 3]
    );
}

#[test]
fn every_branch_of_a_part_is_a_place() {
    let template = TEMPLATE.replace(
        "Resource: !Ref Topic",
        "Resource: !Sub ['arn:x:sns:${Where}:1:t', {Where: !If [Has, !Ref Region, '*']}]",
    );
    let template = Template::read(&template);
    let granted: Grants = functions(&template)[0].grants(&mut Vec::new());
    let places = BTreeSet::from(["arn:x:sns:*:1:t".to_owned(), "arn:x:sns:Region:1:t".to_owned()]);
    assert_eq!(granted["sns:Publish"], places);
}
