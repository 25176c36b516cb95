//! What the rows mean.
//!
//! | partition | row | holds |
//! |---|---|---|
//! | `event#ACCOUNT#EVENT` | `-` | that the event was taken in, and whether its findings are delivered: [`Marker`] |
//! | | `parcel#N` | a finding of it, as it goes to the sinks: [`crate::parcel::Parcel`] |
//! | | `sent#SINK#N` | that a sink has that parcel, or never will: [`crate::parcel::Sent`] |
//! | `state#ACCOUNT` | `account`, an ARN | what is known of a resource: `tattletrail_engine::exposure::state::Row` |
//! | `finding#ACCOUNT` | a finding's id | how it stands, and what Security Hub was last told: [`FindingRow`] |

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tattletrail_engine::exposure::state::Part;
use tattletrail_engine::finding::Finding;
use tattletrail_engine::ids::{AccountId, RuleId};
use tattletrail_engine::threat_model::Attribution;
use tattletrail_engine::timeline::Stand;
use xxhash_rust::xxh3::xxh3_128;

use super::{Kept, Key, LedgerError};
use crate::parcel::{Parcel, SinkName};

/// The longest part of a key: DynamoDB takes 2,048 bytes for a partition key and 1,024 for a sort key.
const KEY_BYTES: usize = 1000;

/// One event, by the account and the id of its record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventName(String);

impl EventName {
    /// The event of a record: by its `eventID`, or by what it says where it has none.
    pub fn new(account: Option<&str>, event: Option<&str>, fingerprint: u64) -> Self {
        let account = account.unwrap_or("-");
        let event = event.map_or_else(|| format!("fingerprint-{fingerprint:016x}"), str::to_owned);
        Self(bounded(&format!("event#{account}#{event}")))
    }

    /// The partition of its rows.
    pub fn partition(&self) -> &str {
        &self.0
    }

    /// Its marker.
    pub fn marker(&self) -> Key {
        Key::new(&self.0, "-")
    }

    /// Its parcel of this number.
    pub fn parcel(&self, number: usize) -> Key {
        Key::new(&self.0, format!("{PARCEL}{number:05}"))
    }

    /// Whether a sink has that parcel.
    pub fn sent(&self, sink: SinkName, number: usize) -> Key {
        Key::new(&self.0, format!("{SENT}{}#{number:05}", sink.as_str()))
    }
}

/// The names of parcels begin so.
pub const PARCEL: &str = "parcel#";

/// The names of what was sent begin so.
pub const SENT: &str = "sent#";

/// The partitions of findings begin so.
pub const FINDING: &str = "finding#";

/// An event that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Every sink has every parcel, or refused it for good.
    pub delivered: bool,
    /// Until when an invocation says that it is at work on the rest: milliseconds since 1970.
    pub claimed_until: i64,
    /// Which.
    pub by: u64,
}

/// How a finding stands, and what Security Hub was last told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FindingRow {
    /// How it stands.
    pub stand: Stand,
    /// `CreatedAt`, which stays.
    pub created_at: String,
    /// `UpdatedAt`, which grows.
    pub updated_at: String,
    /// `FirstObservedAt`, which stays.
    pub first_observed_at: Option<String>,
    /// When Security Hub was last told again; `None` if that was with the last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<String>,
    /// What Security Hub was last told while the finding is open: it forgets what is not told again within 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Parcel>,
    /// The rule; `None` in a row of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The applications that it belongs to. A call that ends it may not show what made it theirs, such as a tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<Attribution>,
    /// False where metrics leave it out: its rule is being tried out.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub is_counted: bool,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_yes(it: &bool) -> bool {
    *it
}

/// The row of a part of the state.
pub fn state(part: &Part) -> Key {
    match part {
        Part::Account(account) => Key::new(state_partition(account), "account"),
        Part::Resource(account, arn) => Key::new(state_partition(account), bounded(arn.as_str())),
    }
}

/// The partition of an account's state.
pub fn state_partition(account: &AccountId) -> String {
    bounded(&format!("state#{account}"))
}

/// The row of a finding.
pub fn finding(finding: &Finding) -> Key {
    let account = finding.event.account.as_ref().map_or("-", AccountId::as_str);
    Key::new(bounded(&format!("{FINDING}{account}")), bounded(finding.id.as_str()))
}

/// Reads a row that was written by [`body`].
pub fn read<T: DeserializeOwned>(key: &Key, kept: &Kept) -> Result<T, LedgerError> {
    serde_json::from_str(&kept.body).map_err(|error| {
        let kind = key.partition.split('#').next().unwrap_or_default();
        LedgerError::Failed(format!(
            "read: a row `{kind}#...` has a form that this version does not know (column {})",
            // What it says besides quotes the row.
            error.column()
        ))
    })
}

/// A row's text.
pub fn body<T: Serialize>(row: &T) -> Result<String, LedgerError> {
    serde_json::to_string(row).map_err(|error| LedgerError::Failed(format!("written: {error}")))
}

/// A name that fits in a key; one that is too long ends in its hash.
fn bounded(name: &str) -> String {
    if name.len() <= KEY_BYTES {
        return name.to_owned();
    }
    let hash = format!("#{:032x}", xxh3_128(name.as_bytes()));
    let cut = name.floor_char_boundary(KEY_BYTES - hash.len());
    format!("{}{hash}", name.get(..cut).unwrap_or_default())
}
