//! Events that come to more than one write can hold, and records as large as they can be.

use super::*;
use crate::ledger::{MOST_WRITES, Over, Write};

/// One call that opens a port for each of so many networks.
fn opened_for(networks: usize) -> String {
    let ranges: Vec<_> = (0..networks).map(|net| format!(r#"{{"cidrIpv6":"2a{net:02x}::/16"}}"#)).collect();
    let request = format!(
        r#"{{"groupId":"sg-1","ipPermissions":{{"items":[{{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipv6Ranges":{{"items":[{}]}}}}]}}}}"#,
        ranges.join(",")
    );
    call(1, 1, "AuthorizeSecurityGroupIngress", &request)
}

#[tokio::test]
async fn an_event_with_more_findings_than_one_write_holds_is_delivered_though_another_died_at_it() {
    let world = World::with("ec2/ingress_open_to_broad_range.yml");
    let event = EventName::new(Some("111122223333"), Some("00000001"), 0);
    let left = Write { key: event.parcel(3), body: "{}".to_owned(), over: Over::Nothing, expires: None };
    world.dispatcher.ledger.write(&[left]).await.unwrap();
    let networks = MOST_WRITES + 20;
    let handled = world.invoke(&[opened_for(networks)]).await;
    assert_eq!((handled.counts.opened, handled.counts.undelivered), (networks as u64, 0), "{handled:?}");
    assert_eq!(world.taken(), [networks; 3]);
    let again = world.invoke(&[opened_for(networks)]).await;
    assert_eq!((again.counts.copies, again.counts.opened), (1, 0));
    let handled = world.invoke(&[call(2, 2, "DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#)]).await;
    assert_eq!((handled.counts.closed, handled.counts.undelivered), (networks as u64, 0), "{handled:?}");
    assert_eq!(world.taken(), [2 * networks; 3]);
}

#[tokio::test]
async fn an_event_that_no_bus_takes_is_refused_and_the_other_sinks_have_the_finding() {
    let mut world = World::new();
    let bus = Scripted::new(SinkName::EventBus);
    world.dispatcher.sinks.push(Sink::Scripted(bus.clone()));
    let name = "a".repeat(400_000);
    let large = opened(1).replace("user/alice", &format!("user/{name}"));
    let handled = world.invoke(&[large]).await;
    assert_eq!((handled.counts.opened, handled.counts.undelivered), (1, 0), "{handled:?}");
    assert_eq!(handled.counts.refused.get(&SinkName::EventBus), Some(&1));
    assert_eq!(world.taken(), [1, 1, 1]);
    assert_eq!(bus.script.lock().unwrap().taken.len(), 0);
}

#[tokio::test]
async fn a_bucket_may_have_any_number_of_public_objects() {
    let world = World::with("s3/object_acl_public.yml");
    let public = r#","x-amz-acl":"public-read""#;
    let objects = 600;
    let opened: Vec<_> = (0..objects).map(|key| object(1, "PutObject", &format!("k{key}"), public)).collect();
    let opened: Vec<_> = opened
        .into_iter()
        .enumerate()
        .map(|(number, record)| record.replace("\"00000001\"", &format!("\"{number:08}\"")))
        .collect();
    let handled = world.invoke(&opened).await;
    assert_eq!((handled.counts.opened, handled.counts.undelivered), (objects as u64, 0), "{handled:?}");
    let rows = world.dispatcher.ledger.page("state#", None).await.unwrap().rows;
    assert!(rows.len() > objects);
    let largest = rows.values().map(|row| row.body.len()).max().unwrap();
    assert!(largest < 4096, "{largest} bytes in a row: it may hold 400 KB however many objects there are");
    let one = world.invoke(&[object(5, "DeleteObject", "k7", "").replace("00000005", "delete")]).await;
    assert_eq!(one.counts.closed, 1, "{one:?}");
    let block = r#"{"bucketName":"b","PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}}"#;
    let blocked = call(6, 6, "PutBucketPublicAccessBlock", block)
        .replace("ec2.amazonaws.com", "s3.amazonaws.com")
        .replace("00000006", "block");
    let handled = world.invoke(&[blocked]).await;
    assert_eq!((handled.counts.closed, handled.counts.undelivered), (objects as u64 - 1, 0), "{handled:?}");
}
