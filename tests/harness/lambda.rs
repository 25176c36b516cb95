//! A function as Lambda runs it: its binary, the environment that Lambda gives it, and the Runtime API that it polls.

// The Runtime API.
mod runtime;

// What a function costs.
mod measure;

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::runtime::{Job, Runtime};
use super::lines::Lines;

/// The longest that Lambda gives a function until it polls.
const INIT: Duration = Duration::from_secs(10);

/// How often to see whether something has ended: far below what any test measures.
const GLANCE: Duration = Duration::from_millis(2);

/// The longest between what a function said last and its being read.
const LAST_BREATH: Duration = Duration::from_millis(50);

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Invocation {
    /// The function answered.
    Ok(Value),
    /// The function said that it failed.
    Err(Value),
    /// The deadline passed, and Lambda killed the function.
    TimedOut,
    /// The function ended without an answer.
    Exited(ExitStatus),
}

impl Invocation {
    /// The answer, which there has to be.
    #[track_caller]
    pub(crate) fn unwrap(self) -> Value {
        match self {
            Self::Ok(answer) => answer,
            other => panic!("the function did not answer: {other:?}"),
        }
    }
}

/// One environment of a function; killed when dropped.
#[derive(Debug)]
pub(crate) struct Lambda {
    child: Arc<Mutex<Child>>,
    runtime: Arc<Runtime>,
    output: Lines,
}

impl Lambda {
    /// Starts the binary of a function, with these variables beside those that Lambda sets.
    pub(crate) fn start(binary: &Path, environment: &[(&str, &str)]) -> Self {
        let runtime = Runtime::start();
        let mut command = Command::new(binary);
        command.env_clear().envs(lambda_environment(&runtime)).envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let output = Lines::default();
        output.follow(child.stdout.take().expect("a pipe"));
        output.follow(child.stderr.take().expect("a pipe"));
        Self { child: Arc::new(Mutex::new(child)), runtime, output }
    }

    /// Invokes the function and waits. `limit` is its timeout.
    pub(crate) fn invoke(&self, payload: &[u8], limit: Duration) -> Invocation {
        self.invoke_later(payload, limit).wait()
    }

    /// Hands the function a payload, now or as soon as it has done what it was given before.
    pub(crate) fn invoke_later(&self, payload: &[u8], limit: Duration) -> Pending {
        self.invoke_traced(payload, limit, None)
    }

    /// The same in a trace: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=1`.
    pub(crate) fn invoke_in(&self, trace: &str, payload: &[u8], limit: Duration) -> Pending {
        self.invoke_traced(payload, limit, Some(trace))
    }

    /// The same, with what Lambda says of the trace.
    pub(crate) fn invoke_traced(&self, payload: &[u8], limit: Duration, trace: Option<&str>) -> Pending {
        Pending { job: self.runtime.give(payload, limit, trace), child: Arc::clone(&self.child), limit }
    }

    /// Kills the function as Lambda does, with SIGKILL; returns when it is gone.
    pub(crate) fn kill(&self) {
        kill(&mut held(&self.child));
    }

    /// What it has written so far, to standard output and to standard error.
    pub(crate) fn output(&self) -> Vec<String> {
        self.output.so_far()
    }

    /// What it has written, as soon as that is enough.
    #[track_caller]
    pub(crate) fn output_until(&self, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
        self.output.until(enough)
    }

    /// What it said of its start, where that failed.
    pub(crate) fn init_error(&self) -> Option<Value> {
        self.runtime.init_error()
    }

    /// From its start to its first poll; waited for.
    #[track_caller]
    pub(crate) fn time_to_first_poll(&self) -> Duration {
        let until = Instant::now() + INIT;
        loop {
            if let Some(took) = self.runtime.first_poll() {
                return took;
            }
            let ended = held(&self.child).try_wait().expect("a child can be waited for");
            let problem = ended.map_or("does not poll".to_owned(), |status| format!("has ended: {status}"));
            assert!(ended.is_none() && Instant::now() < until, "it {problem}\n{}", self.output().join("\n"));
            thread::sleep(GLANCE);
        }
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        self.kill();
        self.runtime.stop();
    }
}

/// An invocation under way.
#[derive(Debug)]
pub(crate) struct Pending {
    job: Arc<Job>,
    child: Arc<Mutex<Child>>,
    limit: Duration,
}

impl Pending {
    /// Its request id.
    pub(crate) fn request_id(&self) -> &str {
        &self.job.id
    }

    /// What Lambda says of its trace.
    pub(crate) fn trace(&self) -> &str {
        &self.job.trace
    }

    /// Whether the function has it in its hands by now.
    pub(crate) fn is_taken(&self) -> bool {
        self.job.taken().is_some()
    }

    /// Waits for its end. A function that lets its deadline pass is killed.
    pub(crate) fn wait(self) -> Invocation {
        let asked = Instant::now();
        loop {
            if let Some(outcome) = self.job.outcome() {
                return outcome;
            }
            let mut child = held(&self.child);
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                // What it said with its last breath counts, and may not have been read yet.
                self.job.rest(LAST_BREATH);
                return self.job.outcome().unwrap_or(Invocation::Exited(status));
            }
            let late = match self.job.taken() {
                Some(taken) => taken.elapsed() > self.limit,
                None => asked.elapsed() > INIT + self.limit * 10,
            };
            if late {
                kill(&mut child);
                return Invocation::TimedOut;
            }
            drop(child);
            self.job.rest(GLANCE);
        }
    }
}

fn held(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().expect("nobody panics while holding a child")
}

fn kill(child: &mut Child) {
    // It may have ended by itself.
    drop(child.kill());
    drop(child.wait());
}

/// What Lambda sets. Credentials are for stand-ins, which look at the key alone.
fn lambda_environment(runtime: &Runtime) -> Vec<(&'static str, String)> {
    let path = std::env::var("PATH").unwrap_or_default();
    let fixed = [
        ("AWS_LAMBDA_FUNCTION_NAME", "tattletrail-test"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/tattletrail-test"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", super::servers::ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        // No other credentials, and no search for them.
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("_HANDLER", "bootstrap"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
    ];
    let own = [("AWS_LAMBDA_RUNTIME_API", runtime.address()), ("PATH", path)];
    fixed.into_iter().map(|(name, value)| (name, value.to_owned())).chain(own).collect()
}
