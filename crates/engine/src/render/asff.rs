//! AWS Security Finding Format, for Security Hub's `BatchImportFindings`.
//!
//! Security Hub refuses a finding that breaks one limit, and a refused finding is a lost alert: every limit is kept by
//! construction, whatever the record holds, and [`check`](crate::render::asff::check()) says what is broken where one
//! is not. What a provider may not set (`Workflow`, `Note`, `UserDefinedFields`, `VerificationState`) is never there,
//! and severity, types and confidence go under `FindingProviderFields`, so that an analyst's own values stay.
//!
//! Times are those of the record. Security Hub ignores an update whose `UpdatedAt` is not newer than the one it has:
//! whoever sends the finding keeps `CreatedAt` and `FirstObservedAt` of the first sending and moves `UpdatedAt` on.
//!
//! Sources: Security Hub user guide, "ASFF syntax", "Required top-level ASFF attributes", "Types taxonomy for ASFF",
//! and API reference, `AwsSecurityFinding`, `BatchImportFindings`.

// Whether a finding keeps the documented limits.
mod check;

// The limits.
mod limits;

// `ProductFields`.
mod product;

// `Resources`.
mod resources;

// `Types`.
mod types;

use std::net::Ipv4Addr;

use serde_json::Value;

pub use self::check::check;
pub use self::limits::{FINDING_BYTES, PRODUCT_FIELDS};
use self::limits::{bounded, bounded_id, or};
use super::instant::Instant;
use super::object::Object;
use super::{place, remediation};
use crate::exposure::{Confidence, Verdict};
use crate::finding::{Finding, Level, Status};
use crate::ids::{AccountId, Region};

/// What a finding says of its account where the record's is not twelve digits.
const NO_ACCOUNT: &str = "000000000000";

/// What a finding says of its Region where the record has none: that of the services without Regions.
const NO_REGION: &str = "us-east-1";

/// A finding as one element of `Findings`.
#[must_use]
pub fn finding(finding: &Finding) -> Value {
    let when = Instant::parse(finding.event.time.as_deref());
    let scope = Scope::of(finding);
    let observed = when.is_known().then(|| when.text());
    // The call that closes an exposure does not know when it was first seen.
    let first = observed.clone().filter(|_| finding.status == Status::Open);
    Object::new()
        .with("SchemaVersion", "2018-10-08")
        .with("Id", bounded_id(finding.id.as_str(), limits::ID))
        .with("ProductArn", scope.product_arn())
        .with("ProductName", "Tattletrail")
        .with("CompanyName", "Tattletrail")
        .with("GeneratorId", bounded_id(&format!("tattletrail/{}", finding.rule.id), limits::GENERATOR_ID))
        .with("AwsAccountId", scope.account)
        .with("CreatedAt", when.text())
        .with("UpdatedAt", when.text())
        .maybe("FirstObservedAt", first)
        .maybe("LastObservedAt", observed.clone())
        .with("Title", or(bounded(&finding.title, limits::TITLE), "Finding without a title"))
        .with("Description", description(finding))
        .with("FindingProviderFields", provider_fields(finding))
        .with("Resources", resources::of(finding, &scope))
        .maybe("Action", action(finding, observed))
        .with("ProductFields", product::fields(finding, when.is_known(), &scope))
        .with("Remediation", remediation_of(finding))
        .maybe("SourceUrl", source_url(finding))
        .with("Compliance", Object::new().with("Status", compliance(finding.status)).build())
        .with("RecordState", record_state(finding.status))
        .build()
}

/// The product that every account has in every Region without asking for one.
#[must_use]
pub fn product_arn(account: &str, region: &str) -> String {
    let partition = place::partition(region);
    format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default")
}

/// Where a finding belongs.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    account: &'a str,
    region: &'a str,
    partition: &'static str,
}

impl<'a> Scope<'a> {
    fn of(finding: &'a Finding) -> Self {
        let account = finding.event.account.as_ref().map(AccountId::as_str);
        let region = finding.event.region.as_ref().map(Region::as_str);
        let region = region.filter(|region| place::is_region(region)).unwrap_or(NO_REGION);
        Self {
            account: account.filter(|account| place::is_account(account)).unwrap_or(NO_ACCOUNT),
            region,
            partition: place::partition(region),
        }
    }

    fn product_arn(&self) -> String {
        product_arn(self.account, self.region)
    }
}

fn description(finding: &Finding) -> String {
    or(
        bounded(&finding.description, limits::DESCRIPTION)
            .or_else(|| bounded(&finding.rule.description, limits::DESCRIPTION)),
        "The rule matched this CloudTrail event.",
    )
}

fn provider_fields(finding: &Finding) -> Value {
    let level = finding.rule.level;
    let severity = Object::new().with("Label", label(level)).with("Original", level.as_str());
    Object::new()
        .with("Severity", severity.build())
        .with("Types", types::of(finding))
        .maybe("Confidence", confidence(finding))
        .build()
}

fn label(level: Level) -> &'static str {
    match level {
        Level::Informational => "INFORMATIONAL",
        Level::Low => "LOW",
        Level::Medium => "MEDIUM",
        Level::High => "HIGH",
        Level::Critical => "CRITICAL",
    }
}

/// On a scale to 100. A rule without an exposure claims that a call was made, which the record proves: no figure.
fn confidence(finding: &Finding) -> Option<u8> {
    let change = finding.exposure.as_ref()?;
    Some(match (change.confidence, change.verdict) {
        (Confidence::High, Verdict::Public | Verdict::NotPublic) => 90,
        (Confidence::Medium, _) | (_, Verdict::Unknown) => 50,
    })
}

fn compliance(status: Status) -> &'static str {
    match status {
        Status::Open => "FAILED",
        Status::Closed => "PASSED",
    }
}

fn record_state(status: Status) -> &'static str {
    match status {
        Status::Open => "ACTIVE",
        Status::Closed => "ARCHIVED",
    }
}

fn remediation_of(finding: &Finding) -> Value {
    let advice = remediation::of(finding);
    let url = advice.url.filter(|url| url.len() <= limits::URL).and_then(|url| bounded(url, limits::URL));
    let recommendation =
        Object::new().maybe("Text", bounded(advice.text, limits::REMEDIATION)).maybe("Url", url);
    Object::new().with("Recommendation", recommendation.build()).build()
}

/// From a finding to the work that made it, else to the record. The link to the record is a product field in any case.
fn source_url(finding: &Finding) -> Option<String> {
    finding.trace_url().or_else(|| finding.event_url())
}

/// The call, where its name is known: API reference, `AwsApiCallAction`.
fn action(finding: &Finding, observed: Option<String>) -> Option<Value> {
    let api = bounded(finding.event.name.as_deref()?, limits::API)?;
    let service = finding.event.source.as_deref().and_then(|source| bounded(source, limits::API));
    let call = Object::new()
        .with("Api", api)
        .maybe("ServiceName", service)
        .maybe("FirstSeen", observed.clone())
        .maybe("LastSeen", observed);
    let call = with_caller(call, finding.actor.source_ip.as_deref()).build();
    Some(Object::new().with("ActionType", "AWS_API_CALL").with("AwsApiCallAction", call).build())
}

/// Only IPv4 has a member of its own; an IPv6 address or the name of a service goes where names go.
fn with_caller(call: Object, source: Option<&str>) -> Object {
    let Some(source) = source.and_then(|source| bounded(source, limits::DOMAIN)) else { return call };
    if source.parse::<Ipv4Addr>().is_ok() {
        let details = Object::new().with("IpAddressV4", source).build();
        call.with("CallerType", "remoteIp").with("RemoteIpDetails", details)
    } else {
        let details = Object::new().with("Domain", source).build();
        call.with("CallerType", "domain").with("DomainDetails", details)
    }
}

#[cfg(test)]
mod tests;
