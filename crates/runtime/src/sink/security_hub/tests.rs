use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::samples::{self, KEY, at_once, letters, parcels, soon};
use super::super::stand_in::{Answer, Request, StandIn};
use super::*;

const OWN: &str = "111122223333";

fn settings(home: Home) -> Settings {
    Settings { home, own_account: OWN.into(), own_region: "eu-central-1".into(), region: None }
}

fn member() -> Home {
    Home::Member { role_name: "findings/import".to_owned(), external_id: Some("x-7".to_owned()) }
}

fn hub(server: &StandIn, home: Home) -> SecurityHub {
    let base = samples::config!(aws_sdk_securityhub, server.url.clone());
    let sts = samples::config!(aws_sdk_sts, server.url.clone());
    SecurityHub::new(&base, &sts, settings(home))
}

async fn delivered(server: &StandIn, home: Home, parcels: &[Parcel], until: Deadline) -> Vec<Outcome> {
    hub(server, home).deliver(&parcels.iter().collect::<Vec<_>>(), until).await
}

/// A parcel of another account and Region.
fn elsewhere(finding: &str, account: &str, region: &str) -> Parcel {
    let mut parcel = samples::parcel(finding);
    let asff = parcel.asff.as_mut().unwrap();
    asff["AwsAccountId"] = account.into();
    asff["ProductArn"] = tattletrail_engine::render::asff::product_arn(account, region).into();
    parcel
}

/// All were taken but those with these ids and codes.
fn taken_but(failed: &[(&str, &str)]) -> Answer {
    let failure = |(id, code): &(&str, &str)| json!({"Id": id, "ErrorCode": code, "ErrorMessage": "m"});
    let failures: Vec<_> = failed.iter().map(failure).collect();
    let body = json!({"FailedCount": failed.len(), "SuccessCount": 0, "FailedFindings": failures});
    Answer::json(200, &body)
}

fn ids(request: &Request) -> Vec<String> {
    let body = request.json();
    let findings = body["Findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["Id"].as_str().unwrap().to_owned()).collect()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.get(name).map_or("", String::as_str)
}

#[tokio::test]
async fn the_body_is_the_finding_as_it_is_and_it_is_signed() {
    let server = StandIn::scripted([taken_but(&[])]);
    let parcel = samples::parcel("f1");
    assert_eq!(letters(&delivered(&server, Home::Own, std::slice::from_ref(&parcel), soon()).await), "d");
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/findings/import"));
    assert_eq!(request.json(), json!({"Findings": [parcel.asff.unwrap()]}));
    assert_eq!(header(request, "content-length"), request.body.len().to_string());
    assert_eq!(header(request, "content-type"), "application/json");
    let authorization = header(request, "authorization");
    // The Region is that of the finding, not that of the function.
    assert!(authorization.contains("/us-east-1/securityhub/aws4_request"), "{authorization}");
    assert!(authorization.ends_with(&signature(request, authorization)), "{authorization}");
}

/// The signature that the request ought to have: IAM user guide, "Create a signed AWS API request".
fn signature(request: &Request, authorization: &str) -> String {
    let part = |name: &str| {
        let (_, after) = authorization.split_once(name).unwrap();
        after.split([',', ' ']).next().unwrap().to_owned()
    };
    let (signed, scope) = (part("SignedHeaders="), part("Credential="));
    let scope = scope.split_once('/').unwrap().1;
    let headers: Vec<_> =
        signed.split(';').map(|name| format!("{name}:{}\n", header(request, name))).collect();
    let headers = headers.concat();
    let canonical =
        format!("POST\n{}\n\n{headers}\n{signed}\n{}", request.path, hex(&Sha256::digest(&request.body)));
    let date = header(request, "x-amz-date");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let key =
        scope.split('/').fold(format!("AWS4{}", KEY.1).into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    hex(&hmac(&key, text.as_bytes()))
}

/// RFC 2104, for keys of at most a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block.to_vec()
    };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[tokio::test]
async fn each_finding_has_its_own_outcome_and_only_what_may_pass_is_sent_again() {
    let first = taken_but(&[("b", "InvalidInput"), ("c", "InternalFailure"), ("d", "AccessDeniedException")]);
    let server = StandIn::scripted([first, taken_but(&[])]);
    assert_eq!(letters(&delivered(&server, Home::Own, &parcels(["a", "b", "c", "d"]), soon()).await), "drdf");
    assert_eq!(ids(&server.requests()[1]), ["c"]);
}

#[tokio::test]
async fn failures_without_names_are_no_success() {
    let body = json!({"FailedCount": 1, "SuccessCount": 1, "FailedFindings": []});
    let server = StandIn::scripted([Answer::json(200, &body), taken_but(&[])]);
    assert_eq!(letters(&delivered(&server, Home::Own, &parcels(["a", "b"]), soon()).await), "dd");
    assert_eq!(ids(&server.requests()[1]), ["a", "b"]);
}

#[tokio::test]
async fn throttling_is_waited_out_and_a_missing_permission_is_not() {
    let busy = |status: u16, code: &str| Answer::json(status, &json!({"__type": code, "Message": "m"}));
    let busy = [
        busy(429, "LimitExceededException"),
        busy(400, "TooManyRequestsException"),
        busy(500, "X"),
        Answer::HangUp,
    ];
    let server = StandIn::scripted(busy.into_iter().chain([taken_but(&[])]));
    assert_eq!(letters(&delivered(&server, Home::Own, &parcels(["a"]), soon()).await), "d");
    assert_eq!(server.requests().len(), 5);
    for (status, code) in [(401, "InvalidAccessException"), (403, "AccessDeniedException")] {
        let server =
            StandIn::answering(move |_| Answer::json(status, &json!({"Code": code, "Message": "m"})));
        assert_eq!(
            letters(&delivered(&server, Home::Own, &parcels(["a", "b"]), soon()).await),
            "ff",
            "{code}"
        );
        assert_eq!(server.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_place_that_hangs_does_not_hold_up_the_others() {
    let server = StandIn::answering(|request| {
        let hangs = header(request, "authorization").contains("/us-east-1/");
        if hangs { Answer::Silence } else { taken_but(&[]) }
    });
    let parcels = [samples::parcel("a"), elsewhere("b", OWN, "eu-west-1")];
    let started = std::time::Instant::now();
    assert_eq!(letters(&delivered(&server, Home::Own, &parcels, at_once()).await), "fd");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_batch_is_of_one_place_holds_a_hundred_and_no_finding_twice() {
    let server = StandIn::answering(|_| taken_but(&[]));
    let names: Vec<_> = (0..230).map(|n| format!("f{}", n % 150)).collect();
    let mut parcels = parcels(names.iter().map(String::as_str));
    parcels.extend((0..5).map(|n| elsewhere(&format!("w{n}"), OWN, "eu-west-1")));
    let outcomes = delivered(&server, Home::Own, &parcels, soon()).await;
    assert_eq!(letters(&outcomes), "d".repeat(235));
    let mut sent = Vec::new();
    for request in server.requests() {
        let ids = ids(&request);
        assert!(ids.len() <= 100 && ids.iter().collect::<BTreeSet<_>>().len() == ids.len());
        let west = header(&request, "authorization").contains("/eu-west-1/");
        assert!(ids.iter().all(|id| id.starts_with('w') == west));
        sent.extend(ids.into_iter().filter(|id| !id.starts_with('w')));
    }
    assert_eq!(sent, names);
}

#[tokio::test]
async fn a_batch_keeps_below_six_megabytes_and_a_finding_that_is_too_large_is_refused() {
    let server = StandIn::answering(|_| taken_but(&[]));
    let names: Vec<_> = (0..40).map(|n| format!("f{n}")).collect();
    let mut parcels = parcels(names.iter().map(String::as_str));
    for parcel in &mut parcels {
        parcel.asff.as_mut().unwrap()["Padding"] = "x".repeat(240_000).into();
    }
    parcels[7].asff.as_mut().unwrap()["Padding"] = "x".repeat(250_000).into();
    let outcomes = delivered(&server, Home::Own, &parcels, soon()).await;
    assert_eq!(letters(&outcomes), format!("dddddddr{}", "d".repeat(32)));
    let requests = server.requests();
    assert!(requests.len() == 2 && requests.iter().all(|request| request.body.len() <= 6_000_000));
}

#[tokio::test]
async fn without_a_role_there_a_finding_of_another_account_comes_into_our_own() {
    let server = StandIn::answering(|_| taken_but(&[]));
    let parcels = [elsewhere("a", "444455556666", "eu-west-1"), samples::parcel("b")];
    assert_eq!(letters(&delivered(&server, Home::Own, &parcels, soon()).await), "dd");
    let all: Vec<_> = server.requests().iter().map(|request| request.json()["Findings"][0].clone()).collect();
    let find = |id: &str| all.iter().find(|finding| finding["Id"] == id).unwrap();
    assert_eq!(find("a")["AwsAccountId"], OWN);
    assert_eq!(find("a")["ProductFields"]["tattletrail/SourceAccount"], "444455556666");
    assert_eq!(find("b")["ProductFields"].get("tattletrail/SourceAccount"), None);
}

#[tokio::test]
async fn a_central_home_takes_all_in_one_place() {
    let server = StandIn::answering(|_| taken_but(&[]));
    let parcels = [elsewhere("a", "444455556666", "eu-west-1"), samples::parcel("b")];
    assert_eq!(letters(&delivered(&server, Home::Central, &parcels, soon()).await), "dd");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let findings = &requests[0].json()["Findings"];
    for (at, account, region) in [(0, "444455556666", "eu-west-1"), (1, OWN, "us-east-1")] {
        let finding: &Value = &findings[at];
        assert_eq!(finding["AwsAccountId"], OWN);
        assert!(finding["ProductArn"].as_str().unwrap().contains(":eu-central-1:111122223333:product/"));
        assert_eq!(finding["ProductFields"]["tattletrail/SourceAccount"], account);
        assert_eq!(finding["ProductFields"]["tattletrail/SourceRegion"], region);
    }
}

/// The role of an account, whose key tells it; good for so long.
fn role(request: &Request, lasts: i64) -> Answer {
    let text = request.text();
    let account = text.split("iam%3A%3A").nth(1).and_then(|rest| rest.get(..12)).unwrap();
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(lasts);
    Answer::xml(
        200,
        &format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{account}</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>token-{account}</SessionToken>\
             <Expiration>{until:.0}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

fn is_sts(request: &Request) -> bool {
    request.text().contains("Action=AssumeRole")
}

#[tokio::test]
async fn a_member_is_served_through_its_role_which_is_taken_on_once() {
    let server =
        StandIn::answering(|request| if is_sts(request) { role(request, 3600) } else { taken_but(&[]) });
    let hub = hub(&server, member());
    for _ in 0..2 {
        let parcels = [elsewhere("a", "444455556666", "eu-west-1"), samples::parcel("b")];
        assert_eq!(letters(&hub.deliver(&parcels.iter().collect::<Vec<_>>(), soon()).await), "dd");
    }
    let (roles, imports): (Vec<_>, Vec<_>) = server.requests().into_iter().partition(is_sts);
    assert_eq!((roles.len(), imports.len()), (1, 4));
    let asked = roles[0].text();
    for part in ["role%2Ffindings%2Fimport", "RoleSessionName=tattletrail", "ExternalId=x-7"] {
        assert!(asked.contains(part), "{asked}");
    }
    for import in imports {
        let theirs = ids(&import) == ["a"];
        let token = if theirs { "token-444455556666" } else { "" };
        assert_eq!(header(&import, "x-amz-security-token"), token);
        assert_eq!(import.json()["Findings"][0]["ProductFields"].get("tattletrail/SourceAccount"), None);
    }
}

#[tokio::test]
async fn credentials_that_are_about_to_expire_are_renewed() {
    let server =
        StandIn::answering(|request| if is_sts(request) { role(request, 200) } else { taken_but(&[]) });
    let hub = hub(&server, member());
    for _ in 0..2 {
        let outcomes = hub.deliver(&[&elsewhere("a", "444455556666", "eu-west-1")], soon()).await;
        assert_eq!(letters(&outcomes), "d");
    }
    assert_eq!(server.requests().iter().filter(|request| is_sts(request)).count(), 2);
}

#[tokio::test]
async fn a_role_that_cannot_be_taken_on_fails_its_own_findings_only() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>m</Message></Error>\
                  </ErrorResponse>";
    let server = StandIn::answering(
        move |request| if is_sts(request) { Answer::xml(403, denied) } else { taken_but(&[]) },
    );
    let parcels = [elsewhere("a", "444455556666", "eu-west-1"), samples::parcel("b")];
    let outcomes = delivered(&server, member(), &parcels, soon()).await;
    assert_eq!(letters(&outcomes), "fd");
    assert_eq!(outcomes[0], Outcome::Failed("AssumeRole: AccessDenied: m".to_owned()));
}

#[tokio::test]
async fn a_parcel_without_a_finding_is_done_and_one_with_half_of_one_is_refused() {
    let server = StandIn::scripted([]);
    let mut parcels = parcels(["a", "b"]);
    parcels[0].asff = None;
    parcels[1].asff = Some(json!({"Id": "b"}));
    assert_eq!(letters(&delivered(&server, Home::Own, &parcels, soon()).await), "dr");
    assert!(server.requests().is_empty());
}
