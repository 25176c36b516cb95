//! Files that are damaged, hostile or no logs: one clear line each, the rest is read, memory stays bounded.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Run, binary, tattletrail};
use flate2::{Compression, write::GzEncoder};
use tattletrail_cli::Exit;
use tempfile::TempDir;

/// A record that the built-in rules find.
const STOPPED: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","userName":"mallory"},"eventTime":"2026-11-20T10:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.7","requestParameters":{"name":"main"},"responseElements":null,"eventID":"5f0a2f3e-7f0c-4b1c-9a39-3f7f2f0f0001","readOnly":false,"eventType":"AwsApiCall","recipientAccountId":"111122223333"}"#;

/// A folder with one good file in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.json"), format!(r#"{{"Records":[{STOPPED}]}}"#)).unwrap();
    folder
}

fn scan(path: &Path) -> Run {
    tattletrail(["scan", "--format", "jsonl", &path.display().to_string()])
}

/// Scans a folder with the good file and one bad one: the good one is read, the bad one is told in one line.
#[track_caller]
fn check_beside_good(name: &str, content: &[u8], line: &str, exit: Exit) {
    let folder = folder();
    fs::write(folder.path().join(name), content).unwrap();
    let run = scan(folder.path());
    let told: Vec<&str> = run.err.lines().filter(|told| told.contains(name)).collect();
    assert_eq!(told.len(), 1, "{}", run.err);
    assert!(told[0].contains(line), "{}", told[0]);
    assert_eq!(run.json_lines().len(), 1, "the good file is still read");
    assert_eq!(run.exit, exit, "{}", run.err);
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_truncated_gzip_is_told_and_its_beginning_is_read() {
    let other = STOPPED.replace("0001", "0002");
    let filler: Vec<String> =
        (0..2000).map(|n| format!(r#"{{"eventName":"Describe{n}","eventID":"{n}"}}"#)).collect();
    let whole = gzip(format!(r#"{{"Records":[{other},{}]}}"#, filler.join(",")).as_bytes());
    let folder = folder();
    fs::write(folder.path().join("cut.json.gz"), &whole[..whole.len() / 2]).unwrap();
    let run = scan(folder.path());
    assert!(run.err.contains("cut.json.gz: truncated gzip"), "{}", run.err);
    assert!(run.err.contains("1 unreadable or damaged"), "{}", run.err);
    assert_eq!(run.json_lines().len(), 2, "what came before the cut is read");
    assert_eq!(run.exit, Exit::Usage);
}

#[test]
fn damaged_gzip_is_told() {
    let mut damaged = gzip(format!(r#"{{"Records":[{}]}}"#, vec!["{}"; 500].join(",")).as_bytes());
    // The first byte after the header says what kind of block follows; the kind 3 does not exist.
    damaged[10] |= 0b110;
    check_beside_good("damaged.json.gz", &damaged, "damaged gzip", Exit::Usage);
}

#[test]
fn an_empty_file_is_told() {
    check_beside_good("empty.json", b"", "the file is empty", Exit::Findings);
}

#[test]
fn what_is_no_log_is_told() {
    check_beside_good("notes.txt", b"remember the milk\n", "not a CloudTrail log", Exit::Findings);
    check_beside_good("archive.zip", b"PK\x03\x04xxxx", "a zip archive", Exit::Findings);
    check_beside_good("inventory.json", br#"{"buckets":["a","b"]}"#, "no CloudTrail record", Exit::Findings);
}

#[test]
fn invalid_utf8_is_told() {
    check_beside_good("latin1.jsonl", b"{\"eventName\":\"caf\xe9\"}\n", "not UTF-8", Exit::Findings);
}

#[test]
fn deep_nesting_is_told() {
    let deep = format!(r#"{{"eventName":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    check_beside_good("deep.json", deep.as_bytes(), "nested 10001 deep", Exit::Findings);
}

#[test]
fn a_list_that_breaks_off_is_told() {
    let text = br#"{"Records":[{"eventName":"One","eventID":"1"},{"eventName":"Tw"#;
    check_beside_good("cut.json", text, "the list of records is damaged at line 1", Exit::Usage);
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let folder = folder();
    fs::write(folder.path().join("\u{1b}[2J\u{202e}evil.json"), b"hello").unwrap();
    let run = scan(folder.path());
    assert!(
        run.err.contains("evil.json") && !run.err.contains('\u{1b}') && !run.err.contains('\u{202e}'),
        "{}",
        run.err
    );
}

#[test]
fn a_folder_without_files_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let run = scan(folder.path());
    assert!(run.err.contains("no files in this folder"), "{}", run.err);
    assert_eq!(run.exit, Exit::Usage);
}

#[test]
fn a_folder_without_logs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("readme.md"), "# nothing here").unwrap();
    let run = scan(folder.path());
    assert!(run.err.contains("readme.md: not a CloudTrail log"), "{}", run.err);
    assert!(run.err.contains("no CloudTrail records in any of the paths"), "{}", run.err);
    assert_eq!(run.exit, Exit::Usage);
}

#[test]
fn a_missing_path_is_told() {
    let folder = folder();
    let run = tattletrail(["scan", &folder.path().display().to_string(), "/no/such/path"]);
    assert!(run.err.contains("/no/such/path: no such file or folder"), "{}", run.err);
    assert!(run.out.contains("Trail"), "the rest is read: {}", run.out);
    assert_eq!(run.exit, Exit::Usage);
}

#[cfg(unix)]
#[test]
fn a_link_loop_is_told_and_not_followed() {
    let folder = folder();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    let run = scan(folder.path());
    assert!(run.err.contains("again: a link back to"), "{}", run.err);
    assert_eq!(run.json_lines().len(), 1);
    assert_eq!(run.exit, Exit::Findings);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_told() {
    let folder = folder();
    std::os::unix::fs::symlink(folder.path().join("gone"), folder.path().join("link.json")).unwrap();
    let run = scan(folder.path());
    assert!(run.err.contains("link.json: no such file or folder"), "{}", run.err);
    assert_eq!((run.json_lines().len(), run.exit), (1, Exit::Usage));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let path = folder.path().join("secret.json");
    fs::write(&path, STOPPED).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    let run = scan(folder.path());
    assert!(run.err.contains("secret.json: reading failed: permission denied"), "{}", run.err);
    assert_eq!((run.json_lines().len(), run.exit), (1, Exit::Usage));
}

/// Scans a path with the real binary; its peak memory in MiB and what it said.
fn peak_memory(path: &Path) -> (u64, String) {
    let script = "import resource, subprocess, sys\n\
                  run = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n\
                  sys.stderr.buffer.write(run.stderr)\n\
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(binary())
        .args(["scan", "--format", "jsonl"])
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .expect("python3 is needed to measure memory");
    let peak = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
    (peak, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn write_long(
    path: PathBuf,
    head: &[u8],
    byte: u8,
    megabytes: usize,
    tail: &[u8],
    compress: bool,
) -> PathBuf {
    let file = File::create(&path).unwrap();
    let mut sink: Box<dyn Write> = if compress {
        Box::new(GzEncoder::new(file, Compression::best()))
    } else {
        Box::new(io::BufWriter::new(file))
    };
    sink.write_all(head).unwrap();
    let block = vec![byte; 1 << 20];
    (0..megabytes).for_each(|_| sink.write_all(&block).unwrap());
    sink.write_all(tail).unwrap();
    sink.flush().unwrap();
    path
}

#[test]
fn a_line_of_300_megabytes_is_told_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let tail = format!("\"}}\n{STOPPED}\n");
    let path =
        write_long(folder.path().join("long.jsonl"), b"{\"eventName\":\"", b'x', 300, tail.as_bytes(), false);
    let (peak, said) = peak_memory(&path);
    assert!(said.contains("a single value of 314572816 bytes"), "{said}");
    assert!(said.contains("1 matched"), "the next line is read: {said}");
    assert!(peak < 150, "{peak} MiB");
}

#[test]
fn a_gzip_bomb_is_told_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let head = format!(r#"{{"Records":[{STOPPED},{{"eventName":""#);
    let path = write_long(folder.path().join("bomb.json.gz"), head.as_bytes(), b'x', 600, b"\"}]}", true);
    let (peak, said) = peak_memory(&path);
    assert!(said.contains("bomb.json.gz: gzip bomb"), "{said}");
    assert!(said.contains("1 matched"), "what came before is read: {said}");
    assert!(peak < 150, "{peak} MiB");
}
