//! Partitions, Regions and console links.

use crate::finding::{EventInfo, Finding, Trace};
use crate::ids::{AccountId, Region};

/// The partition of a Region: AWS General Reference, "Amazon Resource Names".
pub fn partition(region: &str) -> &'static str {
    const BY_PREFIX: [(&str, &str); 5] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eusc-", "aws-eusc"),
    ];
    BY_PREFIX.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// True for a text that can be a Region and can stand in an ARN. ASFF allows a Region 16 characters.
pub(super) fn is_region(text: &str) -> bool {
    (1..=16).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// True for an AWS account: twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

impl EventInfo {
    /// The account, where it is one: twelve digits.
    pub fn account_number(&self) -> Option<&str> {
        self.account.as_ref().map(AccountId::as_str).filter(|account| is_account(account))
    }

    /// The Region, where it can be one.
    pub fn region_name(&self) -> Option<&str> {
        self.region.as_ref().map(Region::as_str).filter(|region| is_region(region))
    }
}

impl Finding {
    /// The record in CloudTrail's event history, which holds management events for 90 days.
    pub fn event_url(&self) -> Option<String> {
        event_history_url(self.event.region.as_ref()?.as_str(), self.event.id.as_ref()?.as_str())
    }

    /// See [`Trace::link`].
    pub(super) fn trace_url(&self) -> Option<String> {
        self.trace.as_ref()?.link()
    }
}

impl Trace {
    /// The trace in the console of X-Ray, which keeps it for 30 days; `None` where it is in no Region, or the
    /// partition's console is not public.
    pub fn link(&self) -> Option<String> {
        let region = self.region.as_ref()?.as_str();
        let console = console(region)?;
        Some(format!("{console}/cloudwatch/home?region={region}#xray:traces/{}", self.id.to_xray()))
    }
}

/// None where the parts cannot stand in a link as they are, or the partition's console is not public.
fn event_history_url(region: &str, event_id: &str) -> Option<String> {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if event_id.is_empty() || event_id.len() > 64 || !plain(event_id) {
        return None;
    }
    let console = console(region)?;
    Some(format!("{console}/cloudtrailv2/home?region={region}#/events?EventId={event_id}"))
}

/// The console of a Region, without a slash at the end; `None` for what is no Region, or has no public console.
fn console(region: &str) -> Option<String> {
    let domain = match partition(region) {
        "aws" => "console.aws.amazon.com",
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => return None,
    };
    is_region(region).then(|| format!("https://{region}.{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_follows_from_the_region() {
        assert_eq!(partition("eu-central-1"), "aws");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("us-isob-east-1"), "aws-iso-b");
    }

    #[test]
    fn a_link_is_made_of_plain_parts_only() {
        let id = "0a1b2c3d-0000-4000-8000-000000000001";
        assert_eq!(
            event_history_url("cn-north-1", id).unwrap(),
            format!(
                "https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events?EventId={id}"
            )
        );
        assert_eq!(event_history_url("us-east-1", "x&y=<script>"), None);
        assert_eq!(event_history_url("evil.example/", id), None);
        assert_eq!(event_history_url("us-iso-east-1", id), None);
    }

    #[test]
    fn a_trace_is_where_the_function_runs() {
        let link = |region: Option<&str>| {
            let id = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
            Trace { id, region: region.map(Into::into) }.link()
        };
        let end = "#xray:traces/1-4bf92f35-77b34da6a3ce929d0e0e4736";
        for (region, domain) in [
            ("eu-central-1", "console.aws.amazon.com"),
            ("cn-north-1", "console.amazonaws.cn"),
            ("us-gov-west-1", "console.amazonaws-us-gov.com"),
        ] {
            let expected = format!("https://{region}.{domain}/cloudwatch/home?region={region}{end}");
            assert_eq!(link(Some(region)), Some(expected));
        }
        for none in [None, Some(""), Some("us-iso-east-1"), Some("evil.example/")] {
            assert_eq!(link(none), None, "{none:?}");
        }
    }
}
