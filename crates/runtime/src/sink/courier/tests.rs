use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn entry(finding: &str, bytes: usize) -> Entry<usize> {
    Entry { finding: finding.into(), bytes, body: 0 }
}

/// Entries of findings by their names, each with its place as its body.
fn entries(findings: &str) -> Vec<Entry<usize>> {
    let entry = |(at, name): (usize, char)| Entry { body: at, ..entry(&name.to_string(), 10) };
    findings.chars().enumerate().map(entry).collect()
}

/// What is said of an entry, by its body; the last is said again and again.
type Script = BTreeMap<usize, Vec<Verdict>>;

/// A service that follows a script.
struct Scripted {
    script: Mutex<Script>,
    faults: Mutex<Vec<Fault>>,
    /// A batch that holds this entry is refused as a whole.
    poison: Option<usize>,
    calls: Mutex<Vec<Vec<usize>>>,
}

impl Scripted {
    fn saying(script: Script) -> Self {
        Self { script: Mutex::new(script), faults: Mutex::default(), poison: None, calls: Mutex::default() }
    }
}

impl Courier for Scripted {
    type Body = usize;

    const LIMITS: Limits = Limits { entries: 3, bytes: 100 };

    async fn call(&self, batch: &[&Entry<usize>], _: Deadline) -> Result<Vec<Verdict>, Fault> {
        let bodies: Vec<_> = batch.iter().map(|entry| entry.body).collect();
        self.calls.lock().unwrap().push(bodies.clone());
        if let Some(fault) = self.faults.lock().unwrap().pop() {
            return Err(fault);
        }
        if self.poison.is_some_and(|poison| bodies.contains(&poison)) {
            return Err(Fault { kind: Kind::Entry, reason: "bad".to_owned() });
        }
        let mut script = self.script.lock().unwrap();
        let verdict = |body| match script.get_mut(body) {
            Some(said) if said.len() > 1 => said.remove(0),
            Some(said) => said[0].clone(),
            None => Verdict::Done,
        };
        Ok(bodies.iter().map(verdict).collect())
    }
}

async fn sent(service: &Scripted, findings: &str, millis: u64) -> String {
    let until = Deadline::after(Duration::from_millis(millis));
    crate::sink::samples::letters(&send(service, &entries(findings), until).await)
}

fn again() -> Verdict {
    Verdict::Again("busy".to_owned())
}

#[tokio::test]
async fn only_what_failed_is_sent_again() {
    let service = Scripted::saying(BTreeMap::from([(1, vec![again(), again(), Verdict::Done])]));
    assert_eq!(sent(&service, "abc", 20_000).await, "ddd");
    assert_eq!(*service.calls.lock().unwrap(), [vec![0, 1, 2], vec![1], vec![1]]);
}

#[tokio::test]
async fn what_fails_until_the_deadline_failed_and_the_rest_did_not() {
    let refused = Verdict::Refused("x".to_owned());
    let service = Scripted::saying(BTreeMap::from([(1, vec![again()]), (2, vec![refused])]));
    assert_eq!(sent(&service, "abc", 300).await, "dfr");
}

#[tokio::test]
async fn a_later_state_waits_with_the_earlier_one() {
    let failed = Verdict::Failed("denied".to_owned());
    let service = Scripted::saying(BTreeMap::from([(0, vec![failed])]));
    assert_eq!(sent(&service, "abab", 20_000).await, "fdfd");
    assert_eq!(*service.calls.lock().unwrap(), [vec![0, 1], vec![3]]);
}

#[tokio::test]
async fn one_bad_entry_does_not_sink_the_others() {
    let service = Scripted { poison: Some(1), ..Scripted::saying(BTreeMap::new()) };
    assert_eq!(sent(&service, "abcde", 20_000).await, "drddd");
    assert_eq!(*service.calls.lock().unwrap(), [vec![0, 1, 2], vec![0], vec![1], vec![2], vec![3, 4]]);
}

#[tokio::test]
async fn a_blocked_call_ends_the_delivery() {
    let service = Scripted::saying(BTreeMap::new());
    service.faults.lock().unwrap().push(Fault { kind: Kind::Blocked, reason: "denied".to_owned() });
    assert_eq!(sent(&service, "abcd", 20_000).await, "ffff");
    assert_eq!(service.calls.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_passing_fault_is_waited_out() {
    let service = Scripted::saying(BTreeMap::new());
    service.faults.lock().unwrap().extend(vec![Fault::passing("busy"); 3]);
    assert_eq!(sent(&service, "abcd", 20_000).await, "dddd");
    assert_eq!(service.calls.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn an_answer_that_is_too_short_is_no_success() {
    struct Mute;
    impl Courier for Mute {
        type Body = usize;
        const LIMITS: Limits = Limits { entries: 3, bytes: 100 };
        async fn call(&self, _: &[&Entry<usize>], _: Deadline) -> Result<Vec<Verdict>, Fault> {
            Ok(Vec::new())
        }
    }
    let outcomes = send(&Mute, &entries("a"), Deadline::after(Duration::from_millis(50))).await;
    assert!(matches!(&outcomes[0], Outcome::Failed(_)), "{outcomes:?}");
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline() {
    let service = Scripted::saying(BTreeMap::new());
    assert_eq!(sent(&service, "ab", 0).await, "ff");
    assert!(service.calls.lock().unwrap().is_empty());
}

proptest! {
    #[test]
    fn batches_hold_each_entry_once_in_order_and_within_the_limits(
        given in proptest::collection::vec((0..6_u8, 0..120_usize), 0..60), most in 1..12_usize,
    ) {
        let entries: Vec<_> = given.iter().map(|(name, bytes)| entry(&name.to_string(), *bytes)).collect();
        let made = batches(&entries, Limits { entries: most, bytes: 100 });
        let order: Vec<_> = made.iter().flatten().copied().collect();
        prop_assert_eq!(order, (0..entries.len()).collect::<Vec<_>>());
        for batch in made {
            prop_assert!((1..=most).contains(&batch.len()));
            let bytes: usize = batch.iter().map(|at| entries[*at].bytes).sum();
            prop_assert!(bytes <= 100 || batch.len() == 1);
            let findings: BTreeSet<_> = batch.iter().map(|at| &entries[*at].finding).collect();
            prop_assert_eq!(findings.len(), batch.len());
        }
    }

    #[test]
    fn each_entry_is_settled_once_and_the_states_of_a_finding_keep_their_order(
        findings in "[a-d]{0,24}", bad in proptest::collection::btree_map(0..24_usize, 0..3_u8, 0..8),
    ) {
        let verdict = |kind: u8| match kind {
            0 => vec![Verdict::Refused("x".to_owned())],
            1 => vec![Verdict::Failed("x".to_owned())],
            _ => vec![again(), Verdict::Done],
        };
        let service = Scripted::saying(bad.into_iter().map(|(at, kind)| (at, verdict(kind))).collect());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let letters = runtime.block_on(sent(&service, &findings, 60_000));
        prop_assert_eq!(letters.len(), findings.len());
        // The last time that each entry was sent, the entries of one finding followed each other.
        let mut last = BTreeMap::new();
        for (time, call) in service.calls.lock().unwrap().iter().enumerate() {
            last.extend(call.iter().map(|at| (*at, time)));
        }
        for name in "abcd".chars() {
            let own = findings.char_indices().filter(|(_, found)| *found == name).map(|(at, _)| at);
            let times: Vec<_> = own.clone().filter_map(|at| last.get(&at)).collect();
            prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
            let outcomes: String = own.filter_map(|at| letters.chars().nth(at)).collect();
            prop_assert!(!outcomes.contains("fd") && !outcomes.contains("fr"), "{}", outcomes);
        }
    }
}
