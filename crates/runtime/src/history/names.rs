//! Names of objects that are no trail files: beside those, a prefix has folders, digests, Insights and other services' logs.
//!
//! Source: CloudTrail user guide, "Finding your CloudTrail log files", "CloudTrail digest file structure".

/// Why an object need not be read, as a kind for counts; `None` for what may be a trail file. A name that is not of
/// CloudTrail's form tells nothing.
pub fn no_trail_file(key: &str) -> Option<&'static str> {
    if key.ends_with('/') {
        return Some("folder");
    }
    let mut parts = key.split('/').skip_while(|part| *part != "AWSLogs").skip(1).peekable();
    // An organisation's trail has its id first.
    parts.next_if(|part| part.starts_with("o-"));
    let account = parts.next()?;
    let service = parts.next()?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    // What lies in the account's own folder is a file and not a service.
    if !is_account || parts.peek().is_none() {
        return None;
    }
    match service {
        "CloudTrail" => None,
        "CloudTrail-Digest" => Some("digest file"),
        "CloudTrail-Insight" => Some("Insights event"),
        _ => Some("other log"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_no_trail_file() {
        for (key, kind) in [
            ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/a.json.gz", None),
            ("audit/AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/a.json.gz", None),
            ("AWSLogs/111122223333/CloudTrail/", Some("folder")),
            ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/a.json.gz", Some("digest file")),
            ("AWSLogs/o-exampleorgid/111122223333/CloudTrail-Insight/a.json.gz", Some("Insights event")),
            ("AWSLogs/111122223333/Config/eu-west-1/a.json.gz", Some("other log")),
            ("AWSLogs/111122223333/a.json.gz", None),
            ("exported/AWSLogs.json", None),
            ("a.json", None),
        ] {
            assert_eq!(no_trail_file(key), kind, "{key}");
        }
    }
}
