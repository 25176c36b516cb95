//! A finding of one place as a finding of another: whose it was is kept.

use serde_json::{Map, Value};
use tattletrail_engine::ids::{AccountId, Region};
use tattletrail_engine::render::asff;

use super::{Home, Settings};

/// What `ProductFields` call the account that a finding was brought from.
const SOURCE_ACCOUNT: &str = "tattletrail/SourceAccount";

/// What `ProductFields` call the Region that a finding was brought from.
const SOURCE_REGION: &str = "tattletrail/SourceRegion";

/// How the keys begin that have the room that is left: the renderer puts them last.
const EVIDENCE: &str = "tattletrail/Evidence/";

/// The account and the Region in which a finding is imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) account: AccountId,
    pub(super) region: Region,
}

impl Place {
    /// Where a finding is from, by `AwsAccountId` and the Region of its `ProductArn`.
    pub(super) fn of(finding: &Value) -> Option<Self> {
        let account = finding.get("AwsAccountId")?.as_str()?;
        let region = finding.get("ProductArn")?.as_str()?.split(':').nth(3)?;
        Some(Self { account: account.into(), region: region.into() })
    }

    /// Where a finding from here goes.
    pub(super) fn target(&self, settings: &Settings) -> Self {
        let account = match settings.home {
            Home::Member { .. } if is_account(&self.account) => &self.account,
            _ => &settings.own_account,
        };
        let region = match (&settings.region, &settings.home) {
            (Some(region), _) => region,
            (None, Home::Central) => &settings.own_region,
            (None, _) => &self.region,
        };
        Self { account: account.clone(), region: region.clone() }
    }
}

/// A record without an account of twelve digits has a placeholder of noughts.
fn is_account(account: &AccountId) -> bool {
    account.as_str().bytes().any(|digit| digit != b'0')
}

/// Makes a finding of one place one of another. The ARNs and Regions of its resources stay what they are.
pub(super) fn move_in(finding: &mut Value, from: &Place, to: &Place) {
    let Some(members) = finding.as_object_mut() else { return };
    let (account, region) = (to.account.as_str(), to.region.as_str());
    members.insert("AwsAccountId".to_owned(), account.into());
    members.insert("ProductArn".to_owned(), asff::product_arn(account, region).into());
    let fields = members.entry("ProductFields").or_insert_with(|| Map::new().into());
    if let Some(fields) = fields.as_object_mut() {
        put(fields, SOURCE_ACCOUNT, from.account.as_str());
        put(fields, SOURCE_REGION, from.region.as_str());
    }
}

/// Evidence makes room: there may be fifty fields.
fn put(fields: &mut Map<String, Value>, key: &str, value: &str) {
    if fields.len() >= asff::PRODUCT_FIELDS && !fields.contains_key(key) {
        let last = fields.keys().rfind(|key| key.starts_with(EVIDENCE)).cloned();
        if let Some(last) = last {
            fields.shift_remove(&last);
        }
    }
    fields.insert(key.to_owned(), value.into());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(home: Home, region: Option<&str>) -> Settings {
        Settings {
            home,
            own_account: "999988887777".into(),
            own_region: "eu-central-1".into(),
            region: region.map(Region::from),
        }
    }

    fn place(account: &str, region: &str) -> Place {
        Place { account: account.into(), region: region.into() }
    }

    #[test]
    fn a_finding_goes_where_the_home_says() {
        let member = || Home::Member { role_name: "r".to_owned(), external_id: None };
        let from = place("111122223333", "us-east-1");
        let target = |home, region| from.target(&settings(home, region));
        assert_eq!(target(Home::Own, None), place("999988887777", "us-east-1"));
        assert_eq!(target(member(), None), from);
        assert_eq!(target(member(), Some("eu-west-1")), place("111122223333", "eu-west-1"));
        assert_eq!(target(Home::Central, None), place("999988887777", "eu-central-1"));
        assert_eq!(target(Home::Central, Some("eu-west-1")), place("999988887777", "eu-west-1"));
        let nobody = place("000000000000", "us-east-1");
        assert_eq!(nobody.target(&settings(member(), None)), place("999988887777", "us-east-1"));
    }

    #[test]
    fn whose_it_was_is_kept() {
        let resource = json!({"Id": "arn:aws:s3:::b", "Region": "us-east-1"});
        let mut finding = json!({
            "AwsAccountId": "111122223333",
            "ProductArn": asff::product_arn("111122223333", "us-east-1"),
            "Resources": [resource],
        });
        let from = Place::of(&finding).unwrap();
        move_in(&mut finding, &from, &place("999988887777", "cn-north-1"));
        assert_eq!(finding["AwsAccountId"], "999988887777");
        assert_eq!(
            finding["ProductArn"],
            "arn:aws-cn:securityhub:cn-north-1:999988887777:product/999988887777/default"
        );
        assert_eq!(finding["Resources"], json!([resource]));
        let fields = json!({SOURCE_ACCOUNT: "111122223333", SOURCE_REGION: "us-east-1"});
        assert_eq!(finding["ProductFields"], fields);
    }

    #[test]
    fn evidence_makes_room_for_whose_it_was() {
        let keys = (0..45).map(|n| format!("k{n}")).chain((0..5).map(|n| format!("{EVIDENCE}{n}")));
        let fields: Map<_, _> = keys.map(|key| (key, "x".into())).collect();
        let mut finding = json!({"ProductFields": fields});
        move_in(&mut finding, &place("1", "a"), &place("2", "b"));
        let fields = finding["ProductFields"].as_object().unwrap();
        assert_eq!(fields.len(), asff::PRODUCT_FIELDS);
        assert!(fields.contains_key("k44") && fields.contains_key(SOURCE_REGION));
        assert!(
            fields.contains_key(&format!("{EVIDENCE}2")) && !fields.contains_key(&format!("{EVIDENCE}3"))
        );
    }
}
