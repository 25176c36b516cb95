//! Rows in DynamoDB: a table with the keys `pk` and `sk`, and `expires` as its time to live.
//!
//! Actions: `dynamodb:BatchGetItem`, `Query`, `Scan`, `PutItem`. A transaction needs `PutItem` alone
//! (DynamoDB developer guide, "Using IAM with transactions").

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem};
use aws_sdk_dynamodb::{Client, Config};

use super::{Kept, Key, LedgerError, Over, Page, Write};
use crate::late::Late;

/// How many rows one read can name (DynamoDB API reference, `BatchGetItem`).
const MOST_READS: usize = 100;

/// How often what a read left out is asked for again.
const READ_ROUNDS: usize = 8;

/// A table.
#[derive(Debug)]
pub struct Table {
    client: Late<Client>,
    name: String,
}

type Attributes = HashMap<String, AttributeValue>;

impl Table {
    /// The table of this name.
    pub fn new(config: Config, name: String) -> Self {
        Self { client: Late::new(|| Client::from_conf(config)), name }
    }

    pub(super) async fn get(&self, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Kept>, LedgerError> {
        let mut found = BTreeMap::new();
        let keys: Vec<Attributes> = keys.iter().map(attributes_of).collect();
        for part in keys.chunks(MOST_READS) {
            let mut left = part.to_vec();
            let mut round = 0;
            while !left.is_empty() {
                if round == READ_ROUNDS {
                    return Err(LedgerError::Failed("read: it leaves out what was asked for".to_owned()));
                }
                if round > 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(25 << round)).await;
                }
                round += 1;
                left = self.get_some(left, &mut found).await?;
            }
        }
        Ok(found)
    }

    /// One call; gives the keys that it left out.
    async fn get_some(
        &self,
        keys: Vec<Attributes>,
        found: &mut BTreeMap<Key, Kept>,
    ) -> Result<Vec<Attributes>, LedgerError> {
        let asked = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let asked = asked.map_err(|error| LedgerError::Failed(format!("read: {error}")))?;
        let answer = self.client.batch_get_item().request_items(&self.name, asked).send().await;
        let answer = answer.map_err(|error| failed("read", &error))?;
        let rows = answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default();
        take(&rows, found)?;
        let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
        Ok(left.map(|left| left.keys).unwrap_or_default())
    }

    pub(super) async fn list(
        &self,
        partition: &str,
        begin: &str,
    ) -> Result<BTreeMap<Key, Kept>, LedgerError> {
        let mut query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(partition));
        if !begin.is_empty() {
            query = query
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":sk", text(begin));
        }
        let mut pages = query.into_paginator().send();
        let mut found = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("read", &error))?;
            take(page.items(), &mut found)?;
        }
        Ok(found)
    }

    pub(super) async fn page(&self, begin: &str, after: Option<&Key>) -> Result<Page, LedgerError> {
        let scan =
            self.client.scan().table_name(&self.name).set_exclusive_start_key(after.map(attributes_of));
        let scan =
            scan.filter_expression("begins_with(pk, :pk)").expression_attribute_values(":pk", text(begin));
        let answer = scan.send().await.map_err(|error| failed("read", &error))?;
        let mut page = Page::default();
        take(answer.items(), &mut page.rows)?;
        page.next = answer
            .last_evaluated_key()
            .map(|key| {
                key_of(key).ok_or_else(|| LedgerError::Failed("read: a page ends without a key".to_owned()))
            })
            .transpose()?;
        Ok(page)
    }

    pub(super) async fn write(&self, writes: &[Write]) -> Result<(), LedgerError> {
        let items = writes.iter().map(|write| self.put(write)).collect::<Result<Vec<_>, _>>()?;
        if items.is_empty() {
            return Ok(());
        }
        let answer = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        answer.map(drop).map_err(|error| {
            if is_conflict(&error) { LedgerError::Conflict } else { failed("written", &error) }
        })
    }

    fn put(&self, write: &Write) -> Result<TransactWriteItem, LedgerError> {
        let version = match write.over {
            Over::Version(version) => version + 1,
            Over::Nothing | Over::Anything => 1,
        };
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(attributes_of(&write.key)))
            .item("body", text(&write.body))
            .item("version", AttributeValue::N(version.to_string()));
        let put = match write.expires {
            Some(expires) => put.item("expires", AttributeValue::N(expires.to_string())),
            None => put,
        };
        let put = match write.over {
            Over::Anything => put,
            Over::Nothing => put.condition_expression("attribute_not_exists(pk)"),
            Over::Version(version) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string())),
        };
        let put = put.build().map_err(|error| LedgerError::Failed(format!("written: {error}")))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// True where somebody else wrote first, and nothing else went wrong.
fn is_conflict(error: &SdkError<TransactWriteItemsError>) -> bool {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled
            .cancellation_reasons()
            .iter()
            .filter_map(|reason| reason.code())
            .filter(|code| *code != "None")
            .all(|code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict")),
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => true,
        _ => false,
    }
}

/// What went wrong, by its code alone: messages may quote what was sent.
fn failed<E: ProvideErrorMetadata, R>(what: &str, error: &SdkError<E, R>) -> LedgerError {
    let why = match error {
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "no connection",
        other => other.code().unwrap_or("an answer that makes no sense"),
    };
    LedgerError::Failed(format!("{what}: {why}"))
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn attributes_of(key: &Key) -> Attributes {
    HashMap::from([("pk".to_owned(), text(&key.partition)), ("sk".to_owned(), text(&key.sort))])
}

/// A row that is not one of ours is told: to pass it over would be to forget what it says.
fn take(rows: &[Attributes], found: &mut BTreeMap<Key, Kept>) -> Result<(), LedgerError> {
    for row in rows {
        let foreign =
            || LedgerError::Failed("read: the table holds a row that is not of this form".to_owned());
        let (key, kept) = row_of(row).ok_or_else(foreign)?;
        found.insert(key, kept);
    }
    Ok(())
}

fn row_of(attributes: &Attributes) -> Option<(Key, Kept)> {
    let version = attributes.get("version")?.as_n().ok()?.parse().ok()?;
    let body = attributes.get("body")?.as_s().ok()?.clone();
    Some((key_of(attributes)?, Kept { version, body }))
}

fn key_of(attributes: &Attributes) -> Option<Key> {
    let word = |name: &str| attributes.get(name)?.as_s().ok();
    Some(Key::new(word("pk")?, word("sk")?))
}
