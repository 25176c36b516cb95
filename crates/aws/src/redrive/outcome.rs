//! What became of a message.

use tattletrail_runtime::function::Became;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) fate: Fate,
    /// Why it stays.
    pub(super) reason: Option<String>,
    /// How many records were in it, and what should have been one.
    pub(super) records: u64,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Every sink has everything in it.
    Delivered,
    /// A sink lacks something: it stays.
    Undelivered,
    /// Nobody can read it, or a part of it: it stays.
    Unreadable,
}

impl Outcome {
    /// Of a payload that was handed in.
    pub(super) fn of(became: Became) -> Self {
        let Became { received, lost, unreadable, .. } = became;
        let (fate, reason) = match (lost, unreadable.first()) {
            (Some(why), _) => (Fate::Undelivered, Some(why)),
            (None, Some(first)) => (Fate::Unreadable, Some(and_more(first, unreadable.len()))),
            (None, None) => (Fate::Delivered, None),
        };
        Self { fate, reason, records: received }
    }

    /// Of a message that holds nothing to be handed in.
    pub(super) fn unreadable(why: String) -> Self {
        Self { fate: Fate::Unreadable, reason: Some(why), records: 0 }
    }

    /// It stays after all.
    pub(super) fn stays_because(&mut self, why: String) {
        self.fate = Fate::Undelivered;
        self.reason = Some(why);
    }

    pub(super) fn is_delivered(&self) -> bool {
        self.fate == Fate::Delivered
    }

    /// A word for programs.
    pub(super) fn word(&self, dry_run: bool) -> &'static str {
        match self.fate {
            Fate::Delivered if dry_run => "deliverable",
            Fate::Delivered => "delivered",
            Fate::Undelivered => "undelivered",
            Fate::Unreadable => "unreadable",
        }
    }

    /// A few words for people.
    pub(super) fn words(&self, dry_run: bool) -> &'static str {
        match self.fate {
            Fate::Delivered if dry_run => "can be delivered",
            Fate::Delivered => "delivered and removed",
            Fate::Undelivered if dry_run => "can't be delivered now",
            Fate::Undelivered => "not delivered, left in the queue",
            Fate::Unreadable => "can't be read, left in the queue",
        }
    }
}

fn and_more(first: &str, all: usize) -> String {
    match all {
        1 => first.to_owned(),
        all => format!("{first} (and {} more)", all - 1),
    }
}
