//! The fields that a CloudTrail record has: `tables/record_fields.txt`.

use std::sync::LazyLock;

use tattletrail_engine::event::EXPOSURE;
use tattletrail_engine::sigma::nearest_path;

const TABLE: &str = include_str!("../../../../tables/record_fields.txt");

/// Each field, and each object that leads to one; true where the names below are not listed.
static FIELDS: LazyLock<Vec<(&'static str, bool)>> = LazyLock::new(|| {
    let mut fields = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let (path, open) = line.strip_suffix(".*").map_or((line, false), |path| (path, true));
        let parents = path.match_indices('.').filter_map(|(dot, _)| path.get(..dot));
        for parent in parents {
            if !fields.contains(&(parent, false)) {
                fields.push((parent, false));
            }
        }
        fields.push((path, open));
    }
    fields
});

/// True for a field that a record can have. Derived fields are the engine's business.
pub(super) fn is_known(path: &str) -> bool {
    let is_it = |(known, open): &(&str, bool)| {
        let below = path.strip_prefix(known);
        below.is_some_and(|below| below.is_empty() || (*open && below.starts_with('.')))
    };
    path.split('.').next() == Some(EXPOSURE) || FIELDS.iter().any(is_it)
}

/// The field that is meant by one that no record has.
pub(super) fn nearest(path: &str) -> Option<&'static str> {
    nearest_path(path, FIELDS.iter().map(|(field, _)| *field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_records_have_is_known_to_the_letter() {
        for path in ["eventName", "userIdentity", "userIdentity.sessionContext.attributes.mfaAuthenticated"] {
            assert!(is_known(path), "{path}");
        }
        assert!(
            is_known("requestParameters.x.y") && is_known("requestParameters") && is_known("resources.ARN")
        );
        for path in [
            "eventname",
            "userIdentity.sessionContext.mfaAuthenticated",
            "requestParametersX",
            "tlsDetails.x",
        ] {
            assert!(!is_known(path), "{path}");
        }
        assert_eq!(nearest("useridentity.type"), Some("userIdentity.type"));
        assert_eq!(
            nearest("userIdentity.mfaAuthenticated"),
            Some("userIdentity.sessionContext.attributes.mfaAuthenticated")
        );
        assert_eq!(nearest("bucketName"), None);
    }
}
