//! Servers that tests start on free ports of 127.0.0.1, and that never outlive the tests.

use std::io::{BufRead as _, BufReader};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use super::aws::Aws;
use super::lines::Lines;
use super::{python, root};

/// The longest that a server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(2);

/// The account that the servers take for their own.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The Python of the environment in which servers run.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| python::environment("test-python-aws", "tests/servers/requirements.txt"))
}

/// A command that runs a script of `tests/servers`, all its streams piped.
///
/// A script ends with its standard input: when the handle is dropped, and when this process is killed.
pub(crate) fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg(root().join("tests/servers").join(name)).env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    port: u16,
    output: Lines,
}

impl Server {
    /// Starts a script of `tests/servers` that prints its port when it answers.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = script(name).args(arguments).spawn().expect("Python starts");
        let output = Lines::default();
        output.follow(child.stderr.take().expect("a pipe"));
        let said = first_line(child.stdout.take().expect("a pipe"), output.clone());
        let mut server = Self { child, port: 0, output };
        server.port = said.and_then(|line| line.trim().parse().ok()).unwrap_or_else(|| {
            panic!("{name} {arguments:?} does not answer:\n{}", server.output().join("\n"));
        });
        server
    }

    /// Where it listens on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What an SDK takes as the endpoint.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has said so far.
    pub(crate) fn output(&self) -> Vec<String> {
        self.output.so_far()
    }

    /// Calls of its AWS services, as [`ACCOUNT`].
    pub(crate) fn aws(&self) -> Aws {
        Aws::at(&self.endpoint())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The script ends with its input, and takes what it started with it.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// The first line of a stream, waited for not too long; the others go to `rest`.
fn first_line(stream: ChildStdout, rest: Lines) -> Option<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        // Nobody listens any more where the test gave up.
        let heard = reader.read_line(&mut line).is_ok() && send.send(line).is_ok();
        drop(send);
        if heard {
            rest.follow(reader);
        }
    });
    receive.recv_timeout(PATIENCE).ok()
}

/// Most of AWS on this machine. Takes a while to start: [`Ministack::shared`] is for tests with names of their own.
#[derive(Debug)]
pub(crate) struct Ministack(Server);

impl Ministack {
    /// One of its own.
    pub(crate) fn start() -> Self {
        let command = python().with_file_name("ministack").display().to_string();
        let account = format!("MINISTACK_ACCOUNT_ID={ACCOUNT}");
        let settings = [
            "GATEWAY_PORT={port}",
            "BIND_HOST=127.0.0.1",
            "TMPDIR={folder}",
            // These listen on ports of their own, and not on 127.0.0.1 alone.
            "IOT_MTLS_ENABLED=0",
            "SFTP_ENABLED=0",
            &account,
        ];
        let mut arguments = vec!["--path", "/_ministack/health"];
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        arguments.extend(["--", &command]);
        Self(Server::start("run.py", &arguments))
    }

    /// The one of this process.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Ministack> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }
}

impl Deref for Ministack {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

/// A second opinion on AWS, which also knows Security Hub and X-Ray.
#[derive(Debug)]
pub(crate) struct Moto(Server);

impl Moto {
    /// One of its own.
    pub(crate) fn start() -> Self {
        let command = python().with_file_name("moto_server").display().to_string();
        let account = format!("MOTO_ACCOUNT_ID={ACCOUNT}");
        let options = ["--set", &account, "--path", "/moto-api/data.json", "--", &command];
        Self(Server::start("run.py", &[&options[..], &["-H127.0.0.1", "-p{port}"]].concat()))
    }

    /// The one of this process.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Moto> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }
}

impl Deref for Moto {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}
