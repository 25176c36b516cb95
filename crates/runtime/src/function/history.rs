//! Files of a history: each by itself, and then what was left in them, in the order of time.
//!
//! A file by itself is read as one that a queue names. What differs is whom the function tells: what is wrong with a file is
//! the answer, which makes its item of the map a failure, and no message for a queue. Work that a retry can finish is an
//! error, as everywhere.

use aws_sdk_s3::primitives::ByteStream;
use lambda_runtime::{Context, Error};
use serde_json::{Value, json};
use tattletrail_engine::engine::Read;
use tattletrail_engine::ingest::{Ending, Item};
use tokio_util::io::SyncIoBridge;

use super::files::Reading;
use super::{Function, Invocation, NotDelivered};
use crate::deadline::Deadline;
use crate::dispatch::Handled;
use crate::dispatch::terms::{Share, Terms, time_of};
use crate::history::answer::{FileAnswer, Named, Records, Settled};
use crate::history::lists::{Listed, Manifest};
use crate::history::turns::{Again, Held, again};
use crate::history::{Task, Turn, no_trail_file};
use crate::receive::objects::Object;

/// The most of a manifest: it names a file for gigabytes of results.
const MOST_MANIFEST: u64 = 16 * 1024 * 1024;

/// How many records have their turn in one invocation at most: they are all in order when they are told.
const MOST_TURNS: u64 = 20_000;

/// How many findings an answer names.
const MOST_NAMED: usize = 2000;

/// The message of an invocation that has one.
const ONLY: usize = 0;

impl Function {
    /// Does what is asked for a history.
    pub(super) async fn history(
        &self,
        task: Result<Task, String>,
        context: &Context,
    ) -> Result<Value, Error> {
        match task.map_err(|why| NotDelivered::new(1, why))? {
            Task::File { object, quiet_before } => {
                let terms = Terms { share: Share::Alone, quiet_before: Some(quiet_before) };
                self.file(object, self.on(terms, context)).await
            }
            Task::Turn(turn) => {
                let terms = Terms { share: Share::All, quiet_before: Some(turn.quiet_before) };
                self.on(terms, context).turn(turn).await
            }
        }
    }

    fn on(&self, terms: Terms, context: &Context) -> Invocation<'_> {
        let invocation = self.begin(context);
        Invocation { intake: invocation.intake.on(terms), ..invocation }
    }

    /// Reads one file by itself.
    async fn file(&self, object: Result<Object, String>, mut on: Invocation<'_>) -> Result<Value, Error> {
        let object = match object {
            Ok(object) => object,
            Err(why) => {
                on.intake.reject("no object");
                let (Handled { counts, .. }, _) = on.done().await?;
                let answer = FileAnswer::default().with_fault("NoFile", vec![why]);
                return Ok(serde_json::to_value(answer.with_counts(&counts, &[], Default::default()))?);
            }
        };
        let mut is_whole = true;
        match no_trail_file(&object.key) {
            Some(kind) => on.intake.skip(kind),
            None => is_whole = on.object(ONLY, &object).await,
        }
        let (handled, reasons) = on.done().await?;
        let answer = FileAnswer::about(&object).with_counts(&handled.counts, &handled.found, handled.later);
        let answer = match (is_whole, reasons.is_empty()) {
            (false, _) => answer.with_fault("FileNotWhole", reasons),
            (true, false) => answer.with_fault("RecordsRejected", reasons),
            (true, true) => answer,
        };
        Ok(serde_json::to_value(answer)?)
    }
}

impl Invocation<'_> {
    /// Delivers what is left. What could not be read is said; what is not delivered is an error.
    async fn done(self) -> Result<(Handled, Vec<String>), Error> {
        let handled = self.intake.finish().await;
        let reasons = self.rejected.into_iter().flat_map(|(_, message)| message.reasons).collect();
        self.function.health.write(&handled.counts);
        if let Some(why) = handled.lost.values().next() {
            tracing::error!(why, "not delivered");
            return Err(NotDelivered::new(handled.lost.len(), why).into());
        }
        Ok((handled, reasons))
    }

    /// Reads what was left for its turn, as far as there is time, and says from when to go on.
    async fn turn(mut self, turn: Turn) -> Result<Value, Error> {
        let half = Deadline::after(self.deadline.left() / 2);
        let mut listed = self.listed(&turn.manifest).await.map_err(|why| NotDelivered::new(1, why))?;
        if listed.totals.files != turn.items {
            let (files, items) = (listed.totals.files, turn.items);
            return Err(
                NotDelivered::new(1, format!("the lists have {files} items, the map had {items}")).into()
            );
        }
        let mut held = Held::default();
        let next = self
            .in_turn(again(std::mem::take(&mut listed.left), &turn.from), &turn.from, half, &mut held)
            .await?;
        let (handled, _) = self.done().await?;
        let mut so_far = turn.so_far;
        so_far.records.add(&Records::of(&handled.counts));
        so_far.ends_of_nothing += handled.counts.ends_of_nothing;
        so_far.late += held.late;
        so_far.readings += 1;
        Ok(told(listed, so_far, &handled, next))
    }

    /// Lets records happen in their order. Says from when on nothing is done yet; `None` if all is.
    async fn in_turn(
        &mut self,
        files: Vec<Again>,
        from: &str,
        until: Deadline,
        held: &mut Held,
    ) -> Result<Option<String>, Error> {
        for file in files {
            while let Some(waiting) = held.before(&file.first) {
                self.intake.add_read(ONLY, Read::Waits(waiting)).await;
            }
            let is_enough = until.is_over() || self.intake.counts().received >= MOST_TURNS;
            // Some of it must be done, or there would be no end.
            if is_enough && file.first.as_str() > from && self.intake.counts().received > 0 {
                return Ok(Some(file.first));
            }
            self.hold(&file, from, held).await.map_err(|why| NotDelivered::new(1, why))?;
            while let Some(waiting) = held.too_many() {
                self.intake.add_read(ONLY, Read::Waits(waiting)).await;
            }
        }
        while let Some(waiting) = held.first() {
            self.intake.add_read(ONLY, Read::Waits(waiting)).await;
        }
        Ok(None)
    }

    /// Reads a file again, and holds what waits for its turn. What can't be read was told before.
    async fn hold(&mut self, file: &Again, from: &str, held: &mut Held) -> Result<(), String> {
        let place = format!("s3://{}/{}", file.object.bucket, file.object.key);
        let stream =
            self.open(&file.object).await.map_err(|code| format!("{place} can't be fetched: {code}"))?;
        let mut reading = Reading::of(stream);
        while let Some(item) = reading.next(&self.deadline).await {
            let Item::Record(record) = item else { continue };
            let Read::Waits(waiting) = self.function.dispatcher.engine.read(record) else { continue };
            let is_wanted = file.with_writes || waiting.replaced_object().is_none();
            if is_wanted && time_of(&waiting) >= from {
                held.push(waiting);
            }
        }
        match reading.end().await.0 {
            Ending::Io(why) => Err(format!("{place}: {why}")),
            _ => Ok(()),
        }
    }

    /// Reads the lists that a manifest names.
    async fn listed(&self, manifest: &Object) -> Result<Listed, String> {
        let stream = self.results(manifest).await?;
        let text = self.deadline.limit(read_whole(stream)).await;
        let manifest = Manifest::parse(&text.unwrap_or_else(|| Err("no answer in time".to_owned()))?)?;
        let mut listed = Listed::default();
        for list in manifest.lists() {
            let stream = self.results(&list).await?;
            let source = SyncIoBridge::new(stream.into_async_read());
            let read = tokio::task::spawn_blocking(move || {
                let read = listed.read(std::io::BufReader::with_capacity(1 << 16, source));
                read.map(|()| listed)
            });
            let read = self.deadline.limit(read).await.ok_or_else(|| "the lists take too long".to_owned())?;
            listed = read.map_err(|_| "the reader broke down".to_owned())??;
        }
        listed.totals.lists = manifest.places();
        Ok(listed)
    }

    async fn results(&self, object: &Object) -> Result<ByteStream, String> {
        let why = |code| format!("s3://{}/{} can't be fetched: {code}", object.bucket, object.key);
        self.open(object).await.map_err(why)
    }
}

async fn read_whole(stream: ByteStream) -> Result<Vec<u8>, String> {
    use tokio::io::AsyncReadExt as _;
    let mut bytes = Vec::new();
    let read = stream.into_async_read().take(MOST_MANIFEST).read_to_end(&mut bytes).await;
    read.map(|_| bytes).map_err(|error| error.to_string())
}

/// What the state machine is told of a reading in turn: what was found in this one, what all of them and the map came to,
/// and from when to go on.
fn told(listed: Listed, so_far: Settled, handled: &Handled, next: Option<String>) -> Value {
    let mut totals = listed.totals;
    totals.opened += so_far.records.opened;
    totals.closed += so_far.records.closed;
    let counts = &handled.counts;
    let found = Named::of(&handled.found, counts.opened + counts.closed, MOST_NAMED);
    let mut told = json!({"totals": totals, "so_far": so_far, "found": found});
    if let (Some(next), Some(members)) = (next, told.as_object_mut()) {
        members.insert("next".to_owned(), next.into());
    }
    told
}
