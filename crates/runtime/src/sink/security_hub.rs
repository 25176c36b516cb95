//! Security Hub: `BatchImportFindings`, for the account that each finding belongs to.
//!
//! With the product that every account has by default, a finding is taken only from a caller in the finding's own
//! account: [`Home`] says how that is done. Where it cannot be done (a finding of another account without a role there,
//! a record without an account), the finding is brought into the function's own account rather than lost.
//!
//! Sources: Security Hub user guide, "Guidelines for using the `BatchImportFindings` API"; API reference,
//! `BatchImportFindings` (100 findings a call, 10 calls a second with a burst of 30 per account and Region).

// How often a place may be called.
mod bucket;

// A client for each place.
mod clients;

// A finding of one place as a finding of another.
mod move_in;

// The call.
mod import;

use std::collections::BTreeMap;

use tattletrail_engine::ids::{AccountId, Region};

use self::clients::Clients;
use self::import::Import;
use self::move_in::Place;
use super::{Outcome, courier, together};
use crate::deadline::Deadline;
use crate::parcel::Parcel;

/// Whose findings they become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// Findings of the function's own account are its own; those of other accounts are brought into it.
    Own,
    /// Findings of another account are imported there, through a role of that account.
    Member {
        /// The role's name with its path, the same in each account.
        role_name: String,
        /// What the role's trust policy asks for.
        external_id: Option<String>,
    },
    /// All findings are brought into the function's own account and one Region. Whose they were is in `Resources` and in
    /// `ProductFields`, under `tattletrail/SourceAccount` and `tattletrail/SourceRegion`.
    Central,
}

/// Where findings go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose findings they become.
    pub home: Home,
    /// The function's own account.
    pub own_account: AccountId,
    /// The function's own Region.
    pub own_region: Region,
    /// The one Region to which all findings go; each to its own (to the function's where the home is central) without.
    pub region: Option<Region>,
}

/// Security Hub in one account or in many.
#[derive(Debug)]
pub struct SecurityHub {
    settings: Settings,
    clients: Box<Clients>,
}

impl SecurityHub {
    /// Security Hub through a configuration of the function's own account, whose Region is replaced call by call, and
    /// that of the client that takes on the roles of other accounts. Retries of both are turned off: see the crate's `patience`.
    pub fn new(base: &aws_sdk_securityhub::Config, sts: &aws_sdk_sts::Config, settings: Settings) -> Self {
        let clients = Box::new(Clients::new(base, sts, &settings));
        Self { settings, clients }
    }

    /// Imports the findings of parcels; one outcome for each parcel, in their order. A parcel without one is done.
    ///
    /// Places are served at once, so that one that hangs does not hold up the others; within a place findings keep
    /// their order.
    pub async fn deliver(&self, parcels: &[&Parcel], until: Deadline) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::Done; parcels.len()];
        let mut places: BTreeMap<Place, Vec<(usize, import::Finding)>> = BTreeMap::new();
        for (at, (parcel, outcome)) in parcels.iter().zip(&mut outcomes).enumerate() {
            match import::finding(parcel, &self.settings) {
                None => {}
                Some(Err(reason)) => *outcome = Outcome::Refused(reason),
                Some(Ok((place, finding))) => places.entry(place).or_default().push((at, finding)),
            }
        }
        let runs = places.into_iter().map(|(place, findings)| self.serve(place, findings, until));
        for (at, sent) in together::all(runs).await.into_iter().flatten() {
            if let Some(outcome) = outcomes.get_mut(at) {
                *outcome = sent;
            }
        }
        outcomes
    }

    async fn serve(
        &self,
        place: Place,
        findings: Vec<(usize, import::Finding)>,
        until: Deadline,
    ) -> Vec<(usize, Outcome)> {
        let (at, findings): (Vec<_>, Vec<_>) = findings.into_iter().unzip();
        let import = Import { clients: &self.clients, place };
        at.into_iter().zip(courier::send(&import, &findings, until).await).collect()
    }
}

#[cfg(test)]
mod tests;
