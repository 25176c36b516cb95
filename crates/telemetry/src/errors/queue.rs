//! What waits to be sent. Errors come in from any thread and at any moment; they leave after the handler, a few at a time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::rate::Rate;
use super::report::{ErrorReport, Fault, Invocation, Service};
use super::rollbar::{Answer, Rollbar};

/// How many reports wait at most.
const WAITING: usize = 32;

/// How many are sent after one invocation: the handler's answer waits for them.
const AT_ONCE: usize = 5;

/// How often a report is sent that nobody answers for.
const TRIES: u8 = 2;

/// How often a panic asks for the queue, which others hold for microseconds. Who panics while holding it never gets it.
const ASKING: u32 = 100;

/// The reports of a process.
#[derive(Debug)]
pub struct Reports {
    service: Service,
    state: Mutex<State>,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    invocation: Invocation,
    waiting: VecDeque<Waiting>,
    rate: Rate,
}

#[derive(Debug)]
struct Waiting {
    report: ErrorReport,
    tries: u8,
}

/// What became of reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    /// Sent.
    pub sent: u64,
    /// Dropped since the last time: too many of a kind, too many at once, or not sent.
    pub dropped: u64,
}

impl Reports {
    /// None yet.
    pub fn new(service: Service) -> Self {
        Self { service, state: Mutex::default(), dropped: AtomicU64::new(0) }
    }

    /// From now on errors are about this invocation.
    pub fn begin(&self, invocation: Invocation) {
        self.held().invocation = invocation;
    }

    /// From now on errors are about no invocation.
    pub fn end(&self) {
        self.held().invocation = Invocation::default();
    }

    /// Notes that an event is taken in.
    pub fn takes_in(&self, event_id: &str) {
        self.held().invocation.takes_in(event_id);
    }

    /// Makes a report of a fault. Returns its fingerprint.
    pub fn add(&self, fault: Fault) -> String {
        self.add_to(Some(self.held()), fault)
    }

    /// The same for whoever must not wait: what is not had at once is dropped and counted.
    pub(super) fn add_at_once(&self, fault: Fault) -> String {
        self.add_to(self.held_soon(), fault)
    }

    fn add_to(&self, state: Option<MutexGuard<'_, State>>, fault: Fault) -> String {
        let Some(mut state) = state else {
            self.drop_one();
            return fault.fingerprint(self.service.name);
        };
        let report = ErrorReport::new(self.service.name, fault, state.invocation.clone());
        let fingerprint = report.fingerprint.clone();
        if state.waiting.len() < WAITING && state.rate.allows(&fingerprint, Instant::now()) {
            state.waiting.push_back(Waiting { report, tries: 0 });
        } else {
            self.drop_one();
        }
        fingerprint
    }

    /// True if nothing waits and nothing was dropped.
    pub fn is_empty(&self) -> bool {
        self.held().waiting.is_empty() && self.dropped.load(Ordering::Relaxed) == 0
    }

    /// Forgets what waits, where there is nobody to send it to. Returns how many were forgotten or dropped.
    pub fn clear(&self) -> u64 {
        let waiting = std::mem::take(&mut self.held().waiting);
        self.dropped.swap(0, Ordering::Relaxed) + waiting.len() as u64
    }

    /// Sends some, each within what is left of the budget. What fails is not told to anybody: it is counted, and for a
    /// while nothing is sent. `sleep` is the caller's clock.
    pub async fn drain<S: Future<Output = ()>>(
        &self,
        rollbar: &Rollbar,
        token: &str,
        budget: Duration,
        sleep: impl Fn(Duration) -> S,
    ) -> Drained {
        let end = Instant::now() + budget;
        let mut sent = 0;
        for _ in 0..AT_ONCE {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || !rollbar.is_ready(Instant::now()) {
                break;
            }
            let Some(waiting) = self.held().waiting.pop_front() else { break };
            match rollbar.send(&self.service, &waiting.report, token, sleep(left)).await {
                Answer::Taken => sent += 1,
                Answer::Refused => self.drop_one(),
                Answer::Later => self.put_back(waiting),
                Answer::None => self.try_again(waiting),
            }
        }
        Drained { sent, dropped: self.dropped.swap(0, Ordering::Relaxed) }
    }

    /// Whoever gets it twice knows by its uuid.
    fn try_again(&self, mut waiting: Waiting) {
        waiting.tries += 1;
        if waiting.tries < TRIES { self.put_back(waiting) } else { self.drop_one() }
    }

    fn put_back(&self, waiting: Waiting) {
        self.held().waiting.push_front(waiting);
    }

    fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    fn held(&self) -> MutexGuard<'_, State> {
        // Every change is a single step: what a panic left behind is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_soon(&self) -> Option<MutexGuard<'_, State>> {
        for _ in 0..ASKING {
            match self.state.try_lock() {
                Ok(state) => return Some(state),
                Err(TryLockError::Poisoned(state)) => return Some(state.into_inner()),
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
