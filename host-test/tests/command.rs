//! The command, as a user runs it.
//!
//! Most cases run a module that returns each record as it came, so that what they show is the
//! reading and the writing.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

const T: &str = "2026-01-02T03:04:05.678901234+00:00";

struct Scene {
    dir: TempDir,
}

impl Scene {
    fn new() -> Self {
        Scene { dir: TempDir::new().expect("a folder for temporary files") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("a folder is made");
        fs::write(&path, content).expect("a file is written");
        path
    }

    /// A module whose filter `pipeline` has this body; the record is at `$record`.
    fn module(&self, body: &str) -> PathBuf {
        let wat = format!(
            r#"(module
  (memory (export "memory") 1000)
  (global $top (mut i32) (i32.const 4096))
  (func (export "malloc") (param i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (i32.add (local.get 0) (i32.const 8)))))
  (func (export "free") (param i32) (global.set $top (i32.const 4096)))
  (data (i32.const 1024) "{{\0a \22a\22:\0d\0a1}}\00")
  (func (export "tag") (param $tag i32) (param i32 i32 i32 i32 i32) (result i32)
    (i32.store (i32.sub (local.get $tag) (i32.const 6)) (i32.const 0x2274227b))
    (i32.store16 (i32.sub (local.get $tag) (i32.const 2)) (i32.const 0x223a))
    (i32.store16 (i32.add (local.get $tag) (local.get 1)) (i32.const 0x7d22))
    (i32.store8 (i32.add (i32.add (local.get $tag) (local.get 1)) (i32.const 2)) (i32.const 0))
    (i32.sub (local.get $tag) (i32.const 6)))
  (func (export "pipeline") (param $tag i32) (param i32 i32 i32) (param $record i32) (param $len i32) (result i32)
    {body}))"#
        );
        let wasm = wat::parse_str(wat).expect("the test's module is valid WAT");
        self.file("module.wasm", wasm)
    }

    /// Runs with a module that returns each record as it came.
    fn echo(&self, arguments: &[&str]) -> Run {
        let module = self.module("(local.get $record)");
        self.run_with(&module, arguments)
    }

    fn run_with(&self, module: &Path, arguments: &[&str]) -> Run {
        let module = module.to_str().expect("a path in UTF-8");
        let all = [&["run", "--module", module], arguments].concat();
        run(command().current_dir(self.dir.path()).args(all), b"")
    }
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podsieve"));
    command.env("NO_COLOR", "1");
    command
}

fn run(command: &mut Command, stdin: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    let stdin = stdin.to_vec();
    let writer = thread::spawn(move || {
        // The command may end before it has read all.
        let _ = input.write_all(&stdin);
    });
    let Output { status, stdout, stderr } = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    Run {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8(stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(stderr).expect("standard error is UTF-8"),
    }
}

fn cri(stream: &str, p: &str, log: &str) -> String {
    format!(r#"{{"time":"{T}","stream":"{stream}","_p":"{p}","log":"{log}"}}"#)
}

#[test]
fn cri_lines() {
    let scene = Scene::new();
    let lines = format!(
        "{T} stdout F one \"1\"\n{T} stdout P tw\n{T} stderr P x\n{T} stdout F:t o\n\
         {T} stderr F\n{T} stderr F \nplain\r\n{T} stdout P end"
    );
    scene.file("a.txt", lines);
    let run = scene.echo(&["a.txt"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(
        run.lines(),
        [
            cri("stdout", "F", r#"one \"1\""#),
            cri("stdout", "P", "two"),
            cri("stderr", "P", "x"),
            cri("stderr", "F", ""),
            r#"{"log":"plain"}"#.to_owned(),
            cri("stdout", "P", "end"),
        ]
    );
    assert!(run.err.contains("6 in, 6 out, 0 lost"), "{}", run.err);
}

#[test]
fn docker_lines() {
    let scene = Scene::new();
    let lines = r#"{"log":"one\n","stream":"stdout","attrs":{"a":"b"},"time":"t1"}
{"log":"tw","stream":"stdout","time":"t2"}
{"log":"err\n","stream":"stderr","time":"t3"}
{"log":"o\n","stream":"stdout","time":"t4"}
"#;
    scene.file("a.log", lines);
    let run = scene.echo(&["a.log"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(
        run.lines(),
        [
            r#"{"log":"one\n","stream":"stdout","attrs":{"a":"b"},"time":"t1"}"#,
            r#"{"log":"err\n","stream":"stderr","time":"t3"}"#,
            r#"{"log":"two\n","stream":"stdout","time":"t2"}"#,
        ]
    );
}

#[test]
fn json_and_text_lines() {
    let scene = Scene::new();
    scene.file("a.log", "{\"level\":\"info\"}\n");
    scene.file("b.log", b"caf\xc3\xa9 \xff\x01\t\"\n\nlast".as_slice());
    let run = scene.echo(&["a.log", "b.log"]);
    assert_eq!(
        run.lines(),
        [
            r#"{"log":"{\"level\":\"info\"}"}"#,
            "{\"log\":\"caf\u{e9} \u{fffd}\\u0001\\t\\\"\"}",
            r#"{"log":""}"#,
            r#"{"log":"last"}"#,
        ]
    );
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn a_form_can_be_forced() {
    let scene = Scene::new();
    scene.file("a.log", format!("{T} stdout F x\n"));
    let run = scene.echo(&["--input", "text", "a.log"]);
    assert_eq!(run.out, format!("{{\"log\":\"{T} stdout F x\"}}\n"));
    let run = scene.echo(&["--input", "cri", "a.log"]);
    assert_eq!(run.lines(), [cri("stdout", "F", "x")]);
}

#[test]
fn pods_have_tags() {
    let scene = Scene::new();
    scene.file("var/log/pods/shop_web-1_0a1b/app/0.log", format!("{T} stdout F x\n"));
    scene.file("var/log/pods/shop_web-1_0a1b/old/1.log", "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"time\":\"t\"}\n");
    let run = scene.echo(&["--function", "tag", "."]);
    assert_eq!(
        run.lines(),
        [
            r#"{"t":"kube.var.log.pods.shop_web-1_0a1b.app.0.log"}"#,
            r#"{"t":"kube.var.log.pods.shop_web-1_0a1b.old.1.log"}"#,
        ]
    );
    let run = scene.echo(&["--function", "tag", "--tag", "my.tag", "."]);
    assert_eq!(run.lines(), [r#"{"t":"my.tag"}"#; 2]);
    let run = scene.echo(&["."]);
    assert_eq!(run.lines(), [cri("stdout", "F", "x"), r#"{"log":"x\n","stream":"stdout","time":"t"}"#.to_owned()]);
}

#[test]
fn standard_input() {
    let scene = Scene::new();
    let module = scene.module("(local.get $record)");
    let path = module.to_str().expect("a path in UTF-8");
    for arguments in [vec![], vec!["-"]] {
        let all = [vec!["run", "--module", path], arguments].concat();
        let run = run(command().args(all), b"one\ntwo\n");
        assert_eq!(run.out, "{\"log\":\"one\"}\n{\"log\":\"two\"}\n");
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let run = run(command().args(["run", "--module", path, "--function", "tag"]), b"x");
    assert_eq!(run.out, "{\"t\":\"stdin.0\"}\n");
}

/// A slow input shows its records at once.
#[test]
fn records_do_not_wait_for_the_end_of_the_input() {
    let mut child = command()
        .args(["run", "--native", "--quiet", "--input", "text"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    let mut output = child.stdout.take().expect("standard output is a pipe");
    for _ in 0..2 {
        input.write_all(b"hello\n").expect("the command reads");
        let mut first = [0];
        output.read_exact(&mut first).expect("a record comes");
        while first != *b"\n" {
            output.read_exact(&mut first).expect("it ends");
        }
    }
    drop(input);
    assert!(child.wait().expect("the command ends").success());
}

/// Lines that may come where records are expected.
const BROKEN: &[&[u8]] = &[
    br#"{"log":"x"}"#,
    b"",
    b"{\"broken\":",
    b"nan",
    b"[1,2]",
    b"\xff\xfe",
    br#"{"a":nan,1:2}"#,
    b"\r",
    b"{}{}",
    b"text \x00 text",
];

#[test]
fn each_line_is_one_record() {
    let scene = Scene::new();
    let module = scene.module("(i32.const 1024)");
    let path = module.to_str().expect("a path in UTF-8");
    let run = run(command().args(["run", "--input", "records", "--module", path]), &BROKEN.join(&b'\n'));
    assert_eq!(run.code, 0, "{}", run.err);
    // The line ends within the module's result are gone.
    assert_eq!(run.lines(), vec![r#"{ "a":1}"#; BROKEN.len()]);
}

#[test]
fn each_line_is_one_record_for_the_core_and_the_module() {
    let mut input = BROKEN.join(&b'\n');
    input.push(b'\n');
    let mut outputs = Vec::new();
    for native in [&["--native"][..], &[]] {
        let arguments = [&["run", "--input", "records"], native].concat();
        let run = run(command().args(arguments), &input);
        assert_eq!(run.code, 0, "{native:?}: {}", run.err);
        assert_eq!(run.lines().len(), BROKEN.len(), "{native:?}: {}", run.out);
        for line in run.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            assert!(value.is_object());
        }
        outputs.push(run.out);
    }
    assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn records_pass_as_they_are() {
    let scene = Scene::new();
    let lines = "{\"log\":\"a\",  \"n\":1e300}\n{ }\n";
    scene.file("a.log", lines);
    let run = scene.echo(&["--input", "records", "a.log"]);
    assert_eq!(run.out, lines);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn lost_records_are_told_by_line() {
    let scene = Scene::new();
    scene.file("a.log", "keep\nlose me: secret\nkeep\n");
    // Loses records of more than 14 bytes.
    let module = scene.module("(select (local.get $record) (i32.const 0) (i32.lt_u (local.get $len) (i32.const 15)))");
    let run = scene.run_with(&module, &["a.log"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.lines(), [r#"{"log":"keep"}"#; 2]);
    assert!(run.err.contains("a.log:2: record lost: address 0"), "{}", run.err);
    assert!(run.err.contains("3 in, 2 out, 1 lost"), "{}", run.err);
    assert!(!run.err.contains("secret"), "{}", run.err);
    let run = scene.run_with(&module, &["--quiet", "a.log"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("1 of 3 records lost"), "{}", run.err);

    scene.file("b.log", "a line that is lost\n".repeat(1000));
    let run = scene.run_with(&module, &["b.log"]);
    assert_eq!(run.err.matches("record lost").count(), 10);
    assert!(run.err.contains("990 records more lost"), "{}", run.err);
}

#[test]
fn quiet_prints_nothing_but_records() {
    let scene = Scene::new();
    scene.file("a.log", "x\n");
    let run = scene.echo(&["--quiet", "a.log"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out, "{\"log\":\"x\"}\n");
}

#[test]
fn the_summary_adds_up_what_records_say() {
    let scene = Scene::new();
    scene.file(
        "a.log",
        r#"{"podsieve":{"redacted":{"email":2}},"archive_tag":"audit"}
{"podsieve":{"redacted":{"email":1,"card":1},"error":"depth"}}
{"log":"\"podsieve\":{\"error\":1}"}
"#,
    );
    let run = scene.echo(&["--input", "records", "a.log"]);
    for part in ["email 3, card 1", "audit 1", "1 record because of an error"] {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
    assert!(run.err.contains("MB/s"), "{}", run.err);
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let scene = Scene::new();
    scene.file("a.log", "x\n");
    scene.file("bad.wasm", "x");
    scene.file("empty/x.txt", "x");
    let failing: [(&[&str], &[&str]); 9] = [
        (&["run", "missing.log"], &["missing.log", "check the path"]),
        (&["run", "empty"], &["empty", "no log files"]),
        (&["run", "--module", "no.wasm", "a.log"], &["no.wasm"]),
        (&["run", "--module", "bad.wasm", "a.log"], &["bad.wasm", "refused"]),
        (&["run", "--function", "nope", "a.log"], &["--function", "nope", "pipeline"]),
        (&["run", "--native", "--function", "nope"], &["nope"]),
        (&["run", "--input", "xml", "a.log"], &["xml", "records"]),
        (&["run", "--native", "--module", "bad.wasm"], &["--native"]),
        (&[], &["run"]),
    ];
    for (arguments, parts) in failing {
        let run = run(command().current_dir(scene.dir.path()).args(arguments), b"");
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.err);
        assert_eq!(run.out, "", "{arguments:?}");
        for part in parts {
            assert!(run.err.contains(part), "{arguments:?}: {}", run.err);
        }
    }
}

#[test]
fn help_documents_the_exit_codes() {
    let run = run(command().arg("--help"), b"");
    assert_eq!(run.code, 0);
    assert!(run.out.contains("Exit codes"), "{}", run.out);
    assert!(!run.out.contains("demo"), "{}", run.out);
}

#[test]
fn completions_complete() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run(command().args(["completions", shell]), b"");
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        assert!(run.out.contains("inspect") && !run.out.contains("demo"), "{shell}: {}", run.out);
    }
    let scene = Scene::new();
    let script = run(command().args(["completions", "bash"]), b"").out;
    scene.file("podsieve.bash", &script);
    let checked = run(Command::new("bash").current_dir(scene.dir.path()).args(["-n", "podsieve.bash"]), b"");
    assert_eq!((checked.code, checked.err.as_str()), (0, ""));
    let complete = r#". ./podsieve.bash; COMP_WORDS=(podsieve ba); COMP_CWORD=1; _podsieve podsieve ba podsieve; echo "${COMPREPLY[@]}""#;
    let completed = run(Command::new("bash").current_dir(scene.dir.path()).args(["-c", complete]), b"");
    assert_eq!((completed.out.as_str(), completed.err.as_str()), ("bake\n", ""));
}

#[test]
fn the_manual_has_all_commands_and_the_exit_codes() {
    let page = run(command().arg("man"), b"");
    assert_eq!((page.code, page.err.as_str()), (0, ""));
    let text = page.out.replace('\\', "");
    assert!(text.contains(".TH podsieve 1") && text.contains(".SH \"EXIT STATUS\""), "{text}");
    assert!(text.contains("2  wrong arguments") && !text.contains("demo"), "{text}");
    let help = run(command().arg("--help"), b"").out;
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    // A command stands two characters from the left, what is said of it farther.
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 10, "{help}");
    for name in names {
        assert!(text.contains(&format!("podsieve-{name}(1)")), "{name}: {text}");
        let page = run(command().args(["man", name]), b"");
        assert_eq!((page.code, page.err.as_str()), (0, ""), "{name}");
        let text = page.out.replace('\\', "");
        assert!(text.contains(&format!(".TH podsieve-{name} 1")), "{text}");
        assert!(text.contains(".SH \"EXIT STATUS\""), "{text}");
    }
    assert!(run(command().args(["man", "import", "gitleaks"]), b"").out.contains("gitleaks"));
    let wrong = run(command().args(["man", "nope"]), b"");
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(wrong.err.contains("no command of `podsieve`: it has run, bake"), "{}", wrong.err);
}

#[test]
fn a_broken_pipe_ends_quietly() {
    let scene = Scene::new();
    let path = scene.file("a.log", "a line of text\n".repeat(200_000));
    let mut child = command()
        .args(["run", "--native"])
        .arg(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut byte = [0];
    let mut output = child.stdout.take().expect("standard output is a pipe");
    output.read_exact(&mut byte).expect("a record comes");
    drop(output);
    let result = child.wait_with_output().expect("the command ends");
    assert_eq!(result.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&result.stderr), "");
}

#[test]
fn long_lines_are_split_and_told() {
    let scene = Scene::new();
    scene.file("a.log", [vec![b'x'; 17 << 20], b"\nshort\n".to_vec()].concat());
    let run = scene.echo(&["a.log"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lengths: Vec<usize> = run.lines().iter().map(|line| line.len() - 10).collect();
    assert_eq!(lengths, [16 << 20, 1 << 20, 5]);
    assert!(run.err.contains("1 line longer than 16 MiB"), "{}", run.err);
}

#[test]
fn the_demo_shows_before_and_after() {
    let scene = Scene::new();
    let mail = "a line with an address: jo@example.com, and some more words";
    scene.file("shop_web-1_0a1b/app/0.log", format!("{T} stdout F {mail}\n{T} stdout F x\n"));
    for columns in ["100", "160"] {
        let run = run(command().current_dir(scene.dir.path()).env("COLUMNS", columns).args(["demo", "."]), b"");
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.out.contains("2 in, 2 out, 0 lost"), "{}", run.out);
        assert!(!run.out.contains('\x1b'), "{}", run.out);
        let width = columns.parse::<usize>().expect("a number");
        assert!(
            run.lines().iter().filter(|line| line.contains('\u{2502}')).all(|line| line.chars().count() <= width),
            "{}",
            run.out
        );
    }
}

/// Memory does not grow with the input.
#[cfg(target_os = "linux")]
#[test]
fn a_large_input_streams_in_constant_memory() {
    // An unoptimised core is slow. It takes 15 MB by itself, and 39 if it kept the input.
    let megabytes = if cfg!(debug_assertions) { 24 } else { 200 };
    let allowed = 30;
    let mut child = command()
        .args(["run", "--native", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    let mut output = child.stdout.take().expect("standard output is a pipe");
    let reader = thread::spawn(move || {
        let mut buffer = vec![0; 1 << 20];
        let mut lines = 0;
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            lines += memchr::memchr_iter(b'\n', &buffer[..count]).count();
        }
        lines
    });
    let line = format!("{T} stdout F GET /api/tickets/4711 200 12ms tenant=7 words and words\n");
    let count = (1 << 20) / line.len();
    let block = line.repeat(count);
    for _ in 0..megabytes {
        input.write_all(block.as_bytes()).expect("the command reads");
    }
    // All but what a pipe holds was read; the command still waits for the end.
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("the command is running");
    drop(input);
    assert!(child.wait().expect("the command ends").success());
    assert_eq!(reader.join().expect("the reader ends"), count * megabytes);
    let peak: usize = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|value| value.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .expect("the kernel tells the peak in kB");
    assert!(peak < allowed << 10, "{peak} kB");
}
