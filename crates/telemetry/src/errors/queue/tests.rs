use super::*;
use crate::errors::report::Place;
use crate::errors::scripted::Scripted;

fn reports() -> Reports {
    let host = "fn".to_owned();
    Reports::new(Service { name: "api-events", version: "1.2.3", host, region: None })
}

fn fault(line: u32) -> Fault {
    let place = Some(Place { file: "a.rs".to_owned(), line, column: 1 });
    Fault { class: Fault::PANIC, message: "m".to_owned(), place, kind: None }
}

async fn drain(reports: &Reports, rollbar: &Rollbar) -> Drained {
    reports.drain(rollbar, "token", Duration::from_mins(1), |_| std::future::pending()).await
}

#[tokio::test]
async fn a_few_are_sent_at_once_and_the_others_wait() {
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[]));
    (0..7).for_each(|line| drop(reports.add(fault(line))));
    assert_eq!(drain(&reports, &rollbar).await, Drained { sent: 5, dropped: 0 });
    assert_eq!(drain(&reports, &rollbar).await, Drained { sent: 2, dropped: 0 });
    assert!(reports.is_empty());
    assert_eq!(client.count(), 7);
}

#[tokio::test]
async fn ten_of_a_kind_and_the_others_are_counted() {
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[]));
    (0..20).for_each(|_| drop(reports.add(fault(1))));
    assert_eq!(drain(&reports, &rollbar).await, Drained { sent: 5, dropped: 10 });
    assert_eq!(drain(&reports, &rollbar).await.sent, 5);
    assert_eq!(drain(&reports, &rollbar).await, Drained::default());
    assert_eq!(client.count(), 10);
}

#[test]
fn what_does_not_fit_is_counted() {
    let reports = reports();
    (0..50).for_each(|line| drop(reports.add(fault(line))));
    assert_eq!(reports.held().waiting.len(), WAITING);
    assert_eq!(reports.clear(), 50);
    assert!(reports.is_empty());
}

#[test]
fn a_panic_while_the_queue_is_held_waits_for_nobody() {
    let reports = reports();
    let held = reports.held();
    let fingerprint = reports.add_at_once(fault(1));
    drop(held);
    assert_eq!(fingerprint, fault(1).fingerprint("api-events"));
    assert_eq!(reports.clear(), 1);
}

#[test]
fn a_report_is_about_the_invocation_of_its_time() {
    let reports = reports();
    reports.begin(Invocation::new("first", None, true));
    reports.add(fault(1));
    reports.end();
    reports.add(fault(2));
    let ids: Vec<_> =
        reports.held().waiting.iter().map(|it| it.report.invocation.request_id.clone()).collect();
    assert_eq!(ids, [Some("first".to_owned()), None]);
}

#[tokio::test]
async fn nobody_there_is_asked_twice_and_not_again_for_a_while() {
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[None, None]));
    reports.add(fault(1));
    assert_eq!(drain(&reports, &rollbar).await, Drained::default());
    // It is not asked again at once.
    assert_eq!(drain(&reports, &rollbar).await, Drained::default());
    assert_eq!(client.count(), 1);
    assert!(rollbar.is_ready(Instant::now() + Duration::from_secs(1)));
    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_eq!(drain(&reports, &rollbar).await, Drained { sent: 0, dropped: 1 });
    // The second pause is longer.
    assert!(!rollbar.is_ready(Instant::now() + Duration::from_secs(1)));
    assert!(rollbar.is_ready(Instant::now() + Duration::from_secs(2)));
}

#[tokio::test]
async fn too_many_is_heard_and_the_report_waits() {
    let too_many = Some((429, Some(("x-rate-limit-remaining-seconds", "120"))));
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[too_many]));
    reports.add(fault(1));
    reports.add(fault(2));
    assert_eq!(drain(&reports, &rollbar).await, Drained::default());
    assert_eq!((client.count(), reports.held().waiting.len()), (1, 2));
    assert!(!rollbar.is_ready(Instant::now() + Duration::from_secs(119)));
    assert!(rollbar.is_ready(Instant::now() + Duration::from_secs(121)));
}

#[tokio::test]
async fn what_is_refused_is_dropped_and_the_next_is_sent() {
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[Some((422, None))]));
    reports.add(fault(1));
    reports.add(fault(2));
    assert_eq!(drain(&reports, &rollbar).await, Drained { sent: 1, dropped: 1 });
    assert_eq!(client.count(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_stops_all() {
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[Some((403, None))]));
    reports.add(fault(1));
    reports.add(fault(2));
    assert_eq!(drain(&reports, &rollbar).await, Drained { sent: 0, dropped: 1 });
    assert_eq!(client.count(), 1);
    assert!(!rollbar.is_ready(Instant::now()));
}

#[tokio::test]
async fn no_time_is_no_question() {
    let (reports, (client, rollbar)) = (reports(), Scripted::rollbar(&[]));
    reports.add(fault(1));
    let drained = reports.drain(&rollbar, "t", Duration::ZERO, |_| std::future::pending()).await;
    assert_eq!((drained, client.count()), (Drained::default(), 0));
    assert!(!reports.is_empty());
}
