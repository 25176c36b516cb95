//! Whether a finding keeps the documented limits of `BatchImportFindings`.
//!
//! Written from the documentation and not from the code beside it, so that the one tests the other.

use serde_json::{Map, Value};

use super::super::{place, text};
use super::{limits, resources};

/// The top-level members that we send. Those that only a customer may set are not among them.
const MEMBERS: [&str; 22] = [
    "Action",
    "AwsAccountId",
    "CompanyName",
    "Compliance",
    "CreatedAt",
    "Description",
    "FindingProviderFields",
    "FirstObservedAt",
    "GeneratorId",
    "Id",
    "LastObservedAt",
    "ProductArn",
    "ProductFields",
    "ProductName",
    "RecordState",
    "Remediation",
    "Resources",
    "SchemaVersion",
    "Sample",
    "SourceUrl",
    "Title",
    "UpdatedAt",
];

/// The members that every finding has, and the most characters of each.
const REQUIRED: [(&str, usize); 9] = [
    ("SchemaVersion", 10),
    ("Id", limits::ID),
    ("ProductArn", 2048),
    ("GeneratorId", limits::GENERATOR_ID),
    ("AwsAccountId", 12),
    ("CreatedAt", 30),
    ("UpdatedAt", 30),
    ("Title", limits::TITLE),
    ("Description", limits::DESCRIPTION),
];

/// Every broken rule of one finding, in plain words; none where Security Hub would take it.
#[must_use]
pub fn check(finding: &Value) -> Vec<String> {
    let mut problems = Problems(Vec::new());
    let Some(members) = finding.as_object() else {
        return vec!["a finding is an object".to_owned()];
    };
    problems.strings("", finding);
    problems.top(members);
    problems.provider_fields(finding);
    problems.resources(finding);
    problems.product_fields(finding);
    problems.action(finding);
    problems.limit("ProductName", text_at(finding, "/ProductName"), limits::NAME);
    problems.limit("CompanyName", text_at(finding, "/CompanyName"), limits::NAME);
    problems.limit(
        "Remediation.Recommendation.Text",
        text_at(finding, "/Remediation/Recommendation/Text"),
        limits::REMEDIATION,
    );
    problems.one_of(finding, "/RecordState", &["ACTIVE", "ARCHIVED"]);
    problems.one_of(finding, "/Compliance/Status", &["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]);
    let bytes = finding.to_string().len();
    problems.unless(bytes <= limits::FINDING_BYTES, || format!("the finding has {bytes} bytes"));
    problems.0
}

/// What is wrong so far.
struct Problems(Vec<String>);

impl Problems {
    fn unless(&mut self, good: bool, problem: impl FnOnce() -> String) {
        if !good {
            self.0.push(problem());
        }
    }

    fn limit(&mut self, name: &str, text: Option<&str>, most: usize) {
        let length = text.map_or(0, text::utf16_len);
        self.unless(length <= most, || format!("{name} has {length} characters, more than {most}"));
    }

    fn one_of(&mut self, finding: &Value, path: &str, words: &[&str]) {
        let Some(value) = finding.pointer(path) else { return };
        let good = value.as_str().is_some_and(|word| words.contains(&word));
        self.unless(good, || format!("{path} is none of {words:?}"));
    }

    /// `NonEmptyString` has the pattern `.*\S.*`; no member is `null`.
    fn strings(&mut self, path: &str, value: &Value) {
        match value {
            Value::Null => self.0.push(format!("{path} is null")),
            Value::String(text) => {
                self.unless(!text.trim().is_empty(), || format!("{path} is blank"));
                self.unless(!text.chars().any(char::is_control), || format!("{path} has control characters"));
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.strings(&format!("{path}/{index}"), item);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    self.unless(!key.trim().is_empty(), || format!("{path} has a blank key"));
                    self.strings(&format!("{path}/{key}"), member);
                }
            }
            Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn top(&mut self, members: &Map<String, Value>) {
        for key in members.keys() {
            self.unless(MEMBERS.contains(&key.as_str()), || format!("{key} is not for a provider to set"));
        }
        let text = |key: &str| members.get(key).and_then(Value::as_str);
        for (key, most) in REQUIRED {
            self.unless(text(key).is_some(), || format!("{key} is missing"));
            self.limit(key, text(key), most);
        }
        for key in ["CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt"] {
            let good = members.get(key).is_none_or(is_timestamp);
            self.unless(good, || format!("{key} is no RFC 3339 time in UTC"));
        }
        self.unless(text("SchemaVersion") == Some("2018-10-08"), || "SchemaVersion is unknown".to_owned());
        let account = text("AwsAccountId").unwrap_or_default();
        self.unless(place::is_account(account), || "AwsAccountId is not twelve digits".to_owned());
        self.product_arn(text("ProductArn").unwrap_or_default(), account);
    }

    /// The default product belongs to the finding's own account.
    fn product_arn(&mut self, arn: &str, account: &str) {
        let parts: Vec<_> = arn.split(':').collect();
        let product = format!("product/{account}/default");
        let good = match parts.as_slice() {
            ["arn", partition, "securityhub", region, owner, resource] => {
                place::is_region(region)
                    && *partition == place::partition(region)
                    && *owner == account
                    && *resource == product
            }
            _ => false,
        };
        self.unless(good, || format!("ProductArn `{arn}` is not the account's default product"));
    }

    fn provider_fields(&mut self, finding: &Value) {
        const LABELS: [&str; 5] = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
        let label = text_at(finding, "/FindingProviderFields/Severity/Label").unwrap_or_default();
        self.unless(LABELS.contains(&label), || format!("severity `{label}` is unknown"));
        let types = finding.pointer("/FindingProviderFields/Types").and_then(Value::as_array);
        let types = types.map(Vec::as_slice).unwrap_or_default();
        self.unless(!types.is_empty(), || "there are no types".to_owned());
        self.unless(types.len() <= limits::TYPES, || "there are too many types".to_owned());
        for kind in types {
            let kind = kind.as_str().unwrap_or_default();
            self.unless(is_finding_type(kind), || format!("type `{kind}` is not in the taxonomy"));
        }
        if let Some(confidence) = finding.pointer("/FindingProviderFields/Confidence") {
            let good = confidence.as_u64().is_some_and(|confidence| confidence <= 100);
            self.unless(good, || "confidence is not from 0 to 100".to_owned());
        }
    }

    fn resources(&mut self, finding: &Value) {
        let list = finding.get("Resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let good = (1..=limits::RESOURCES).contains(&list.len());
        self.unless(good, || format!("there are {} resources", list.len()));
        for resource in list {
            self.resource(resource);
        }
    }

    fn resource(&mut self, resource: &Value) {
        let kind = text_at(resource, "/Type").unwrap_or_default();
        let members = resources::members_of(kind);
        self.unless(members.is_some(), || format!("resource type `{kind}` is unknown"));
        self.limit("Resources.Type", Some(kind), limits::RESOURCE_TYPE);
        self.unless(text_at(resource, "/Id").is_some(), || "a resource has no Id".to_owned());
        self.limit("Resources.Id", text_at(resource, "/Id"), limits::RESOURCE_ID);
        self.limit("Resources.Region", text_at(resource, "/Region"), limits::REGION);
        let application = text_at(resource, "/ApplicationName");
        self.limit("Resources.ApplicationName", application, limits::APPLICATION_NAME);
        self.one_of(resource, "/Partition", &["aws", "aws-cn", "aws-us-gov"]);
        self.one_of(resource, "/ResourceRole", &["Target", "Actor"]);
        self.details(resource, kind, &members.unwrap_or_default());
    }

    /// Details go under the name of the type. `Other` is a map of texts; the types have members of their own, and an
    /// account has none.
    fn details(&mut self, resource: &Value, kind: &str, known: &[&str]) {
        let Some(details) = resource.get("Details").and_then(Value::as_object) else { return };
        let good = details.len() == 1 && details.contains_key(kind) && kind != "AwsAccount";
        self.unless(good, || format!("the details of a resource are not those of `{kind}`"));
        for (key, value) in details.get(kind).and_then(Value::as_object).into_iter().flatten() {
            let good = if kind == "Other" { value.is_string() } else { known.contains(&key.as_str()) };
            self.unless(good, || format!("`{kind}` has no member {key}, or not of this type"));
        }
    }

    fn product_fields(&mut self, finding: &Value) {
        let Some(fields) = finding.get("ProductFields").and_then(Value::as_object) else { return };
        let count = fields.len();
        self.unless(count <= limits::PRODUCT_FIELDS, || format!("there are {count} product fields"));
        for (key, value) in fields {
            self.limit("a key of ProductFields", Some(key), limits::PRODUCT_KEY);
            self.unless(!key.starts_with("aws/"), || format!("product field `{key}` is for AWS alone"));
            self.unless(value.is_string(), || format!("product field `{key}` is not text"));
            self.limit("a value of ProductFields", value.as_str(), limits::PRODUCT_VALUE);
        }
    }

    fn action(&mut self, finding: &Value) {
        let Some(action) = finding.get("Action") else { return };
        self.one_of(action, "/ActionType", &["AWS_API_CALL"]);
        self.limit("Api", text_at(action, "/AwsApiCallAction/Api"), limits::API);
        self.limit("ServiceName", text_at(action, "/AwsApiCallAction/ServiceName"), limits::API);
        self.one_of(action, "/AwsApiCallAction/CallerType", &["remoteIp", "domain"]);
        self.limit("Domain", text_at(action, "/AwsApiCallAction/DomainDetails/Domain"), limits::DOMAIN);
        if let Some(address) = text_at(action, "/AwsApiCallAction/RemoteIpDetails/IpAddressV4") {
            let good = address.parse::<std::net::Ipv4Addr>().is_ok();
            self.unless(good, || format!("`{address}` is no IPv4 address"));
        }
        for path in ["/AwsApiCallAction/FirstSeen", "/AwsApiCallAction/LastSeen"] {
            let good = action.pointer(path).is_none_or(is_timestamp);
            self.unless(good, || format!("{path} is no RFC 3339 time in UTC"));
        }
    }
}

fn text_at<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path).and_then(Value::as_str)
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, and a time that there is.
fn is_timestamp(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let shape = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T') && text.ends_with('Z');
    shape && text.parse::<jiff::Timestamp>().is_ok()
}

/// `namespace/category/classifier`, the last two optional.
fn is_finding_type(kind: &str) -> bool {
    const NAMESPACES: [&str; 5] = [
        "Software and Configuration Checks",
        "TTPs",
        "Effects",
        "Unusual Behaviors",
        "Sensitive Data Identifications",
    ];
    let mut parts = kind.split('/');
    let namespace = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    NAMESPACES.contains(&namespace) && rest.len() <= 2 && rest.iter().all(|part| !part.is_empty())
}
