//! Where the findings of a scan go: to a stream, onto a page, or both.

use std::io;

use tattletrail_engine::engine::Engine;
use tattletrail_engine::timeline::Told;

use super::trace::Traced;
use super::{Choice, Tally, load_with, read_all, say_summary, summary};
use crate::output::Writer;
use crate::report::{self, Asked, Findings, Place};
use crate::{Console, Exit};

/// Makes the stream for findings once the rules are known to be right.
type MakeWriter<'w> = &'w mut dyn FnMut(&mut Console) -> Result<Option<Writer>, String>;

/// Scans; findings go to the stream, if there is one, and onto the page, if one is wanted.
pub(crate) fn scan_to(
    choice: &Choice,
    make_writer: MakeWriter<'_>,
    page: Option<Place>,
    traced: Option<Traced>,
    console: &mut Console,
) -> Exit {
    let rules = match load_with(&choice.rules, &choice.add, console) {
        Ok(rules) => rules,
        Err(exit) => return exit,
    };
    let writer = match make_writer(console) {
        Ok(writer) => writer,
        Err(line) => {
            console.say(&line);
            return Exit::Usage;
        }
    };
    let asked = Asked { least: choice.min_level.into(), experimental: choice.experimental };
    let findings = page.as_ref().map(|_| Findings::default());
    let mut desk = Desk { writer, findings, failure: None, traced: traced.as_ref(), asked };
    let engine = Engine::new(rules);
    let teller = &mut |told: Told<'_>, tally: &mut Tally| desk.take(told, tally);
    let tally = read_all(&choice.input, &engine, asked.least, (console, traced.as_ref()), teller);
    let (written, findings) = desk.finish();
    let trace = traced.map(|traced| traced.finish(&tally, console));
    let results = [summary::of_findings(&tally), trace.unwrap_or_default()].concat();
    say_summary(&tally, choice.input.quiet, &results, console);
    let mut failed = refused("the findings", written, console);
    if let (Some(page), Some(findings)) = (page, findings) {
        let written = page.write(console, |out| report::write(out, &findings, &tally, engine.rules(), asked));
        failed |= refused(&format!("the report to {}", page.name()), written, console);
    }
    match () {
        () if failed || tally.incomplete => Exit::Usage,
        () if tally.findings > 0 => Exit::Findings,
        () => Exit::Clean,
    }
}

/// Says what could not be written, and that it could not. A reader that went away is no failure.
fn refused(what: &str, written: io::Result<()>, console: &mut Console) -> bool {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            console.say(&format!("tattletrail: can't write {what}: {error}\n"));
            true
        }
        _ => false,
    }
}

/// Where findings are written and counted.
struct Desk<'w> {
    writer: Option<Writer>,
    /// Those for the page.
    findings: Option<Findings>,
    /// The first failure to write; nothing is written after it.
    failure: Option<io::Error>,
    traced: Option<&'w Traced>,
    asked: Asked,
}

impl Desk<'_> {
    fn take(&mut self, told: Told<'_>, tally: &mut Tally) {
        let Told::Finding(mut finding) = told else { return };
        if finding.rule.is_experimental() && !self.asked.experimental {
            tally.experimental += 1;
            return;
        }
        tally.finding(&finding);
        // It ends when the finding is written.
        let _span = self.traced.map(|traced| traced.finding(&mut finding));
        if let Some(findings) = &mut self.findings {
            findings.add(&finding);
        }
        if let (Some(writer), None) = (&mut self.writer, &self.failure) {
            self.failure = writer.write(&finding).err();
        }
    }

    fn finish(mut self) -> (io::Result<()>, Option<Findings>) {
        let written = match (self.failure, &mut self.writer) {
            (Some(failure), _) => Err(failure),
            (None, Some(writer)) => writer.finish(),
            (None, None) => Ok(()),
        };
        (written, self.findings)
    }
}
