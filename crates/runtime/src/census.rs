//! How many exposures stand open, by application and rule, from the rows of the ledger.
//!
//! What stood open before and does not any more is counted as none for as long as the ledger remembers it: a series ends at
//! nought and not in the middle of the air.

use std::collections::BTreeMap;

use tattletrail_engine::timeline::Stand;

use crate::ledger::row::FindingRow;
use crate::parcel::names;

/// Exposures that stand open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// All of them, each once.
    pub open: u32,
    /// Under each of their applications, by application and rule.
    pub by_rule: BTreeMap<(String, String), u32>,
}

impl Census {
    /// Counts a finding; `application` is what it is counted under where no threat model has it.
    pub fn add(&mut self, row: &FindingRow, application: &str) {
        if !row.is_counted {
            return;
        }
        let open = u32::from(row.stand != Stand::Closed);
        self.open = self.open.saturating_add(open);
        // A row of an earlier version knows no rule but that of what Security Hub was last told.
        let last = row.last.as_ref().map(|parcel| &parcel.facts);
        let Some(rule) = row.rule.as_ref().or(last.map(|facts| &facts.rule)) else { return };
        for application in names(&row.applications, application) {
            let count = self.by_rule.entry((application.to_owned(), rule.to_string())).or_default();
            *count = count.saturating_add(open);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(stand: &serde_json::Value, more: &serde_json::Value) -> FindingRow {
        let mut row = json!({"stand": stand, "created_at": "", "updated_at": "", "first_observed_at": null});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    fn census(rows: &[FindingRow]) -> Census {
        let mut census = Census::default();
        for row in rows {
            census.add(row, "default");
        }
        census
    }

    fn open() -> serde_json::Value {
        json!({"status": "open", "reopened": false,
            "since": {"by": "alice", "at": "2026-11-21T07:59:41Z", "event": null}})
    }

    #[test]
    fn each_is_counted_once_and_under_each_of_its_applications() {
        let two = json!([{"application": "a", "vectors": ["v"]}, {"application": "b", "vectors": ["w"]}]);
        let rows = [
            row(&open(), &json!({"rule": "r1", "applications": two})),
            row(&open(), &json!({"rule": "r1"})),
            row(&json!({"status": "closed"}), &json!({"rule": "r2", "applications": two})),
            row(&open(), &json!({"rule": "r3", "is_counted": false})),
        ];
        let census = census(&rows);
        assert_eq!(census.open, 2);
        let pair = |application: &str, rule: &str| (application.to_owned(), rule.to_owned());
        let expected = [
            (pair("a", "r1"), 1),
            (pair("a", "r2"), 0),
            (pair("b", "r1"), 1),
            (pair("b", "r2"), 0),
            (pair("default", "r1"), 1),
        ];
        assert_eq!(census.by_rule, expected.into());
    }

    #[test]
    fn a_row_of_an_earlier_version_counts_in_the_total() {
        let census = census(&[row(&open(), &json!({})), row(&json!({"status": "closed"}), &json!({}))]);
        assert_eq!((census.open, census.by_rule.len()), (1, 0));
    }
}
