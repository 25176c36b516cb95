//! Files of a history: each by itself, and then what was left in them, in the order of time.
//!
//! A file by itself is read as one that a queue names. What differs is whom the function tells: what is wrong with a file is
//! the answer, which makes its item of the map a failure, and no message for a queue. Work that a retry can finish is an
//! error, as everywhere.

use aws_sdk_s3::error::ProvideErrorMetadata as _;
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
use crate::dispatch::terms::{Later, Share, Terms, time_of};
use crate::history::answer::{FileAnswer, Named, Records, Totals};
use crate::history::lists::{Listed, Manifest};
use crate::history::turns::{Again, Held, again};
use crate::history::{Task, Turn, no_trail_file};
use crate::receive::objects::Object;

/// The most of a manifest: it names a file for gigabytes of results.
const MOST_MANIFEST: u64 = 16 * 1024 * 1024;

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
                self.file(object, self.on(terms, context).await).await
            }
            Task::Turn(turn) => {
                let terms = Terms { share: Share::All, quiet_before: Some(turn.quiet_before) };
                self.on(terms, context).await.turn(turn).await
            }
        }
    }

    /// Writes down what a reading found.
    async fn put(&self, list: &Object, found: &Named) -> Result<(), String> {
        let body = serde_json::to_vec(found).map_err(|error| error.to_string())?;
        let put =
            self.store.put_object().bucket(&list.bucket).key(&list.key).content_type("application/json");
        let put = put.body(ByteStream::from(body)).send().await;
        let why = |code: &str| format!("{} can't be written: {code}", list.place());
        put.map(|_| ()).map_err(|error| why(error.code().unwrap_or("no answer")))
    }

    async fn on(&self, terms: Terms, context: &Context) -> Invocation<'_> {
        let invocation = self.begin(context).await;
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
                return Ok(serde_json::to_value(answer.with_counts(&counts, &[], Later::default()))?);
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
        let next =
            self.in_turn(again(std::mem::take(&mut listed.left), &turn.from), &turn, half, &mut held).await?;
        let (function, deadline) = (self.function, self.deadline);
        let (handled, _) = self.done().await?;
        let found = Named::of(&handled.found, handled.counts.opened + handled.counts.closed, MOST_NAMED);
        let list = turn.list(turn.so_far.readings);
        let put = deadline.grace().limit(function.put(&list, &found)).await;
        put.unwrap_or_else(|| Err("no answer in time".to_owned()))
            .map_err(|why| NotDelivered::new(1, why))?;
        Ok(told(&turn, listed.totals, &handled, held.early, next))
    }

    /// Lets records happen in their order. Says from when on nothing is done yet; `None` if all is.
    async fn in_turn(
        &mut self,
        files: Vec<Again>,
        turn: &Turn,
        until: Deadline,
        held: &mut Held,
    ) -> Result<Option<String>, Error> {
        let from = turn.from.as_str();
        for file in files {
            while let Some(waiting) = held.before(&file.first) {
                self.intake.add_read(ONLY, Read::Waits(waiting)).await;
            }
            let is_enough = until.is_over() || self.intake.counts().received >= turn.most;
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
        let place = file.object.place();
        let stream =
            self.open(&file.object).await.map_err(|code| format!("{place} can't be fetched: {code}"))?;
        let mut reading = Reading::of(stream);
        while let Some(item) = reading.next(&self.deadline).await {
            let Item::Record(record) = item else { continue };
            let Read::Waits(waiting) = self.intake.read(record) else { continue };
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
        let why = |code: String| format!("{} can't be fetched: {code}", object.place());
        self.open(object).await.map_err(why)
    }
}

async fn read_whole(stream: ByteStream) -> Result<Vec<u8>, String> {
    use tokio::io::AsyncReadExt as _;
    let mut bytes = Vec::new();
    let read = stream.into_async_read().take(MOST_MANIFEST).read_to_end(&mut bytes).await;
    read.map(|_| bytes).map_err(|error| error.to_string())
}

/// What the state machine is told of a reading in turn: what the map and all readings came to, and whether and from when to
/// go on.
fn told(turn: &Turn, mut totals: Totals, handled: &Handled, early: u64, next: Option<String>) -> Value {
    let mut so_far = turn.so_far.clone();
    so_far.records.add(&Records::of(&handled.counts));
    so_far.ends_of_nothing += handled.counts.ends_of_nothing;
    so_far.early += early;
    so_far.readings += 1;
    totals.opened += so_far.records.opened;
    totals.closed += so_far.records.closed;
    let lists = (0..so_far.readings).map(|number| turn.list(number).place());
    totals.lists.insert("in_turn".to_owned(), lists.collect());
    json!({"totals": totals, "so_far": so_far, "done": next.is_none(), "from": next.unwrap_or_default()})
}
