//! Published cases as questions to the engine: what a source asks, what it answers, what we answer.
//!
//! In: one case. Out: a [`Comparison`], or nothing where its question is none of ours (an allow-list of the tool's own, a
//! Terraform expression, the state of an account).

use serde_json::{Value, json};
use tattletrail_engine::exposure::acl::Acl;
use tattletrail_engine::exposure::policy::{self, Holder};
use tattletrail_engine::exposure::{Effect, Reach, Verdict, derive};
use tattletrail_engine::ids::AccountId;
use tattletrail_engine::json::Document;
use tattletrail_engine::record::CloudTrailRecord;

/// What a source asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// Does AWS call it public?
    Aws,
    /// Can a stranger get in?
    Stranger,
    /// Can a stranger get in, or make a service do it?
    StrangerOrService,
    /// Can anyone outside the one account get in, named or not?
    Outsider,
    /// Does the ACL grant to everybody?
    Acl,
    /// Does the rule let the whole internet in, on these ports?
    Ports,
    /// Does the event expose something?
    Event,
    /// None that the engine answers.
    None,
}

/// Both answers.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) question: Question,
    pub(crate) theirs: bool,
    pub(crate) ours: Verdict,
}

impl Comparison {
    pub(crate) fn agrees(&self) -> bool {
        self.ours == verdict(self.theirs)
    }
}

/// Puts a case to the engine.
pub(crate) fn ask(case: &Value) -> Option<Comparison> {
    let theirs = ["public", "exposes", "rule_fires", "fails", "violation"]
        .iter()
        .find_map(|key| case["expected"].get(key).and_then(Value::as_bool))?;
    let question = question(case)?;
    let ours = match question {
        Question::Aws | Question::Stranger | Question::StrangerOrService | Question::Outsider => {
            policy_answer(case, question)?
        }
        Question::Acl => verdict(Acl::of_grants(document(case.pointer("/input/grants")?).root()).is_public()),
        Question::Ports => verdict(port_answer(case)?),
        Question::Event => verdict(event_answer(case)),
        Question::None => return None,
    };
    Some(Comparison { question, theirs, ours })
}

/// Settings by which a tool asks for more than strangers: its own allow-lists.
const OWN_LISTS: [&str; 3] = ["is_cross_account_allowed", "not_allowed_actions", "trusted_ips"];

fn question(case: &Value) -> Option<Question> {
    let config = &case["input"]["config"];
    if OWN_LISTS.iter().any(|key| config.get(key).is_some()) {
        return None;
    }
    let source = case["source"].as_str()?;
    let deputies = case.pointer("/input/config/check_cross_service_confused_deputy");
    Some(match case["kind"].as_str()? {
        "s3_acl" => Question::Acl,
        "sg" | "sg_rule" => Question::Ports,
        // Others of these sources fire on failed calls, on shares, or on any call of a name.
        "cloudtrail_event" if source.starts_with("airbnb/") => Question::Event,
        "cloudtrail_event" if case["predicate"].as_str()?.contains("ResourceMadePublic") => Question::Event,
        "s3_policy" | "s3_access_point" | "resource_policy" | "trust_policy" => {
            if source.starts_with("awsdocs/") {
                Question::Aws
            } else if source.starts_with("cloud-custodian/") {
                allowed_account(case)?;
                Question::Outsider
            } else if source.starts_with("turbot/") || deputies == Some(&Value::Bool(true)) {
                Question::StrangerOrService
            } else {
                Question::Stranger
            }
        }
        _ => return None,
    })
}

/// The policy's answer; `None` where the case has no policy.
fn policy_answer(case: &Value, question: Question) -> Option<Verdict> {
    let policy = case.pointer("/input/policy").or_else(|| case.pointer("/input/body/policy"))?;
    // Terraform expressions are no policy yet; an empty text is none at all.
    if policy.as_str().is_some_and(|text| text.contains("${jsonencode") || text.is_empty()) {
        return None;
    }
    let policy = document(policy);
    let holder = match case["kind"].as_str()? {
        "s3_access_point" => Holder::AccessPoint,
        "trust_policy" => Holder::Role,
        _ => Holder::Bucket,
    };
    let account = case.pointer("/input/account").and_then(Value::as_str).or_else(|| allowed_account(case));
    let own = AccountId::from(account.unwrap_or_default());
    if question == Question::Aws {
        return Some(policy::bpa_public(policy.root(), holder, &own).verdict);
    }
    let answer = policy::world_reachable(policy.root(), holder, &own);
    if question == Question::Stranger || answer.verdict != Verdict::NotPublic {
        return Some(answer.verdict);
    }
    let evaluation = policy::evaluate(policy.root(), holder, &own).ok()?;
    Some(verdict(match question {
        Question::Outsider => evaluation.reach >= Reach::CrossAccount,
        _ => !evaluation.services.is_empty(),
    }))
}

/// The account of an allow-list that holds one account and nothing else: such a list asks who is outside it.
fn allowed_account(case: &Value) -> Option<&str> {
    let config = case.pointer("/input/checker_config")?.as_object().filter(|config| config.len() == 1)?;
    let accounts = config.get("allowed_accounts")?.as_array().filter(|accounts| accounts.len() == 1)?;
    accounts.first()?.as_str()
}

fn verdict(public: bool) -> Verdict {
    if public { Verdict::Public } else { Verdict::NotPublic }
}

fn document(value: &Value) -> Document {
    Document::parse(value.to_string().as_bytes()).unwrap()
}

/// True if the engine sees the whole internet let in on one of the ports that the case asks for.
fn port_answer(case: &Value) -> Option<bool> {
    let input = &case["input"];
    let (rules, ports) = match case["source"].as_str()?.split('/').next()? {
        "prowler-cloud" => {
            // Without `any_address` it asks for any public address, be it one.
            input["any_address"].as_bool().filter(|any| *any)?;
            let ports = input["ports"].as_array()?.iter().filter_map(Value::as_i64).collect();
            (vec![input["ingress_rule"].clone()], ports)
        }
        "bridgecrewio" => (terraform_rules(&input["body"]), vec![asked_port(case["predicate"].as_str()?)?]),
        "aquasecurity" => (vec![trivy_rule(input)], vec![22, 3389]),
        _ => return None,
    };
    let request = json!({"groupId": "sg-1", "ipPermissions": rules});
    let event = json!({"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestParameters": request});
    let derived = derive(&CloudTrailRecord::new(document(&event), 0));
    Some(derived.changes.iter().filter(|change| change.reach == Reach::World).any(|change| {
        change.network.as_ref().is_some_and(|network| {
            let range = network.ports.from..=network.ports.to;
            network.all_ports || ports.iter().any(|port: &i64| range.contains(port))
        })
    }))
}

/// The port in the name of a check; `None` for those that ask for all ports.
fn asked_port(predicate: &str) -> Option<i64> {
    let digits: String = predicate.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The ingress rules of a Terraform resource: a group with its rules inside, or a rule of its own.
fn terraform_rules(body: &Value) -> Vec<Value> {
    let inside = body.get("ingress").and_then(Value::as_array).cloned();
    let own = || if body.get("from_port").is_some() { vec![body.clone()] } else { Vec::new() };
    inside
        .unwrap_or_else(own)
        .iter()
        .map(|rule| {
            let texts = |key: &str| rule.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let mut v4 = texts("cidr_blocks");
            v4.extend(rule.get("cidr_ipv4").cloned());
            let mut v6 = texts("ipv6_cidr_blocks");
            v6.extend(rule.get("cidr_ipv6").cloned());
            json!({
                "ipProtocol": rule.get("protocol").or_else(|| rule.get("ip_protocol")),
                "fromPort": plain(&rule["from_port"]),
                "toPort": plain(&rule["to_port"]),
                "ipRanges": v4.iter().map(|cidr| json!({"cidrIp": cidr})).collect::<Vec<_>>(),
                "ipv6Ranges": v6.iter().map(|cidr| json!({"cidrIpv6": cidr})).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// A number as the parser of the source left it: `${-1}` is -1.
fn plain(value: &Value) -> Value {
    let text = value.as_str().map(|text| text.trim_matches(['$', '{', '}']));
    text.and_then(|text| text.parse::<i64>().ok()).map_or_else(|| value.clone(), Value::from)
}

fn trivy_rule(input: &Value) -> Value {
    let cidrs = input["cidrs"].as_array().cloned().unwrap_or_default();
    let protocol = input.pointer("/protocol/value").and_then(Value::as_str).unwrap_or_default();
    json!({
        "ipProtocol": protocol.to_ascii_lowercase(),
        "fromPort": input.pointer("/fromport/value"),
        "toPort": input.pointer("/toport/value"),
        "ipRanges": cidrs.iter().map(|cidr| json!({"cidrIp": cidr["value"]})).collect::<Vec<_>>(),
    })
}

/// True if the event opens something to everybody.
fn event_answer(case: &Value) -> bool {
    let record = CloudTrailRecord::new(document(&case["input"]["event"]), 0);
    let derived = derive(&record);
    derived.changes.iter().any(|change| {
        change.effect == Effect::Opened && change.reach == Reach::World && change.verdict == Verdict::Public
    })
}
