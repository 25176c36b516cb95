//! Parcels to entries, and the outcomes of entries back to parcels.

use super::Outcome;
use crate::parcel::Parcel;

/// What became of the parcels so far: entries are still out for those without an outcome.
#[derive(Debug)]
pub(super) struct Outcomes(Vec<Option<Outcome>>);

/// The entries of the parcels that have one. A parcel without one is done; one that cannot be made is refused.
pub(super) fn out<E>(
    parcels: &[&Parcel],
    entry: impl Fn(&Parcel) -> Option<Result<E, String>>,
) -> (Vec<E>, Outcomes) {
    let mut entries = Vec::new();
    let outcomes = parcels.iter().map(|parcel| match entry(parcel) {
        None => Some(Outcome::Done),
        Some(Err(reason)) => Some(Outcome::Refused(reason)),
        Some(Ok(entry)) => {
            entries.push(entry);
            None
        }
    });
    let outcomes = Outcomes(outcomes.collect());
    (entries, outcomes)
}

impl Outcomes {
    /// The outcomes of all parcels, given those of the entries in their order.
    pub(super) fn filled(self, sent: Vec<Outcome>) -> Vec<Outcome> {
        let mut sent = sent.into_iter();
        let mut next = || sent.next().unwrap_or_else(|| Outcome::Failed("not sent".to_owned()));
        self.0.into_iter().map(|outcome| outcome.unwrap_or_else(&mut next)).collect()
    }
}
