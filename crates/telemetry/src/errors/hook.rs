//! What every panic does, in whichever thread: a line in the log and a report that waits. The standard library's own hook
//! would write the message to standard error, which is the log, with whatever is in it.
//!
//! A panic in here ends the process; the standard library sees to that. So nothing in here can: it looks nothing up by
//! number, waits for no lock and does no input or output beside the line in the log.

use std::panic::PanicHookInfo;
use std::sync::{Arc, OnceLock};

use super::message;
use super::queue::Reports;
use super::report::{Fault, Place};
use crate::names::field;

static REPORTS: OnceLock<Arc<Reports>> = OnceLock::new();

/// From now on every panic of this process makes a report. Only the first call counts.
pub fn install(reports: &Arc<Reports>) {
    if REPORTS.set(Arc::clone(reports)).is_ok() {
        std::panic::set_hook(Box::new(on_panic));
    }
}

/// Notes that the process takes in an event, so that a report can name it.
pub fn takes_in(event_id: &str) {
    if let Some(reports) = REPORTS.get() {
        reports.takes_in(event_id);
    }
}

fn on_panic(info: &PanicHookInfo<'_>) {
    let Some(reports) = REPORTS.get() else { return };
    let place = info.location().map(Place::of);
    let why = message::of_panic(info.payload());
    let location = place.as_ref().map(ToString::to_string).unwrap_or_default();
    let fault = Fault { class: Fault::PANIC, message: why.clone(), place, kind: None };
    let fingerprint = reports.add_at_once(fault);
    tracing::error!(
        { field::ERROR_TYPE } = Fault::PANIC,
        { field::WHY } = why,
        { field::LOCATION } = location,
        { field::FINGERPRINT } = fingerprint,
        "panicked"
    );
}
