//! Objects in S3, by the ways in which a function hears of them: an S3 notification (direct, through SNS, in a queue), an
//! event of EventBridge, or a list of keys, for a backfill.
//!
//! Sources: S3 user guide, "Event message structure", "Using EventBridge"; Step Functions developer guide, "Distributed
//! Map", "ItemBatcher".

use serde::Deserialize;

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, as S3 knows it.
    pub key: String,
    /// Which version, if the notification names one.
    pub version: Option<String>,
}

impl Object {
    /// Where it is, as people write it.
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// What a message names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Objects that were made.
    Objects(Vec<Object>),
    /// Nothing: S3's test of the notification, or of an object that was removed.
    Nothing(&'static str),
    /// Something else.
    Unknown,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "Records")]
    records: Vec<Record>,
    #[serde(rename = "Event")]
    event: String,
    source: String,
    detail: Option<Place>,
    bucket: Option<String>,
    keys: Vec<String>,
    #[serde(rename = "BatchInput")]
    batch_input: Option<BatchInput>,
    #[serde(rename = "Items")]
    items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
struct Record {
    #[serde(rename = "eventName", default)]
    name: String,
    s3: Place,
}

#[derive(Debug, Deserialize)]
struct Place {
    bucket: Bucket,
    object: Entry,
}

#[derive(Debug, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Entry {
    key: String,
    #[serde(rename = "versionId", alias = "version-id")]
    version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct BatchInput {
    bucket: String,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(rename = "Key")]
    key: String,
}

/// The objects that a message names.
pub fn named(body: &str) -> Named {
    let Ok(body) = serde_json::from_str::<Body>(body) else { return Named::Unknown };
    if body.event == "s3:TestEvent" {
        return Named::Nothing("S3 test event");
    }
    if !body.records.is_empty() {
        let made = body.records.into_iter().filter(|record| !record.name.contains("ObjectRemoved"));
        let objects: Vec<_> = made.map(|record| record.s3.object(true)).collect();
        return if objects.is_empty() { Named::Nothing("object removed") } else { Named::Objects(objects) };
    }
    if let Some(place) = body.detail.filter(|_| body.source == "aws.s3") {
        return Named::Objects(vec![place.object(false)]);
    }
    let bucket = body.bucket.or(body.batch_input.map(|input| input.bucket));
    let Some(bucket) = bucket else { return Named::Unknown };
    let keys = body.keys.into_iter().chain(body.items.into_iter().map(|item| item.key));
    let objects: Vec<_> = keys.map(|key| Object { bucket: bucket.clone(), key, version: None }).collect();
    if objects.is_empty() { Named::Unknown } else { Named::Objects(objects) }
}

impl Place {
    /// Keys in S3 notifications are encoded as in a form; those of EventBridge are not.
    fn object(self, encoded: bool) -> Object {
        let key = if encoded { decoded(&self.object.key) } else { self.object.key };
        Object { bucket: self.bucket.name, key, version: self.object.version.filter(|it| !it.is_empty()) }
    }
}

/// A key that is encoded as in a form.
pub(crate) fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        let digits = || {
            let mut ahead = rest.clone();
            Some((digit(ahead.next()?)?, digit(ahead.next()?)?))
        };
        match (byte, digits()) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some((high, low))) => {
                bytes.push(high * 16 + low);
                rest.nth(1);
            }
            (other, _) => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str) -> Object {
        Object { bucket: "trail".to_owned(), key: key.to_owned(), version: None }
    }

    #[test]
    fn every_way_to_hear_of_an_object() {
        let notification = r#"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"trail"},"object":{"key":"AWSLogs/a+b%3D%C3%A9.json.gz","size":1}}}]}"#;
        assert_eq!(named(notification), Named::Objects(vec![object("AWSLogs/a b=é.json.gz")]));
        let event = r#"{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"trail"},"object":{"key":"a+b","size":1}}}"#;
        assert_eq!(named(event), Named::Objects(vec![object("a+b")]));
        let list = r#"{"bucket":"trail","keys":["a","b"]}"#;
        assert_eq!(named(list), Named::Objects(vec![object("a"), object("b")]));
        let map = r#"{"BatchInput":{"bucket":"trail"},"Items":[{"Key":"a","Size":3},{"Key":"b"}]}"#;
        assert_eq!(named(map), named(list));
    }

    #[test]
    fn what_names_no_object_is_told_apart() {
        assert_eq!(
            named(r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trail"}"#),
            Named::Nothing("S3 test event")
        );
        let removed = r#"{"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}"#;
        assert_eq!(named(removed), Named::Nothing("object removed"));
        for body in ["{}", "[]", "x", r#"{"bucket":"b"}"#, r#"{"keys":["a"]}"#] {
            assert_eq!(named(body), Named::Unknown, "{body}");
        }
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
