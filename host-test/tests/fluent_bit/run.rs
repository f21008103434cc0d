//! Runs of a real Fluent Bit: each in a folder of its own, bounded in time, and killed if it does not end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, io, io::Write, thread};

use tempfile::TempDir;

/// No run here takes a tenth of it on a machine at rest.
const LIMIT: Duration = Duration::from_secs(60);

/// The program that the tests run.
pub(crate) struct FluentBit {
    program: PathBuf,
    version: String,
}

impl FluentBit {
    /// The program that `FLUENT_BIT` names, or else the one on the `PATH`. Without either the test is skipped, which is
    /// said past the harness, as it hides what a passing test prints.
    pub(crate) fn get() -> Option<&'static FluentBit> {
        static FOUND: OnceLock<Option<FluentBit>> = OnceLock::new();
        let found = FOUND.get_or_init(FluentBit::find).as_ref();
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let line = match found {
            Some(found) => format!("{test}: {} ({})", found.version, found.program.display()),
            None => format!("SKIPPED: {test}: no fluent-bit (set FLUENT_BIT or put it on the PATH)"),
        };
        // In one piece and from the start of a line, which the harness may be in the middle of: these lines are counted.
        let _ = io::stderr().write_all(format!("\n{line}\n").as_bytes());
        found
    }

    fn find() -> Option<FluentBit> {
        let named = env::var_os("FLUENT_BIT").filter(|name| !name.is_empty());
        let program = PathBuf::from(named.as_deref().unwrap_or("fluent-bit".as_ref()));
        let output = match Command::new(&program).arg("--version").output() {
            Ok(output) => output,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => panic!("FLUENT_BIT is {}, which does not run: {error}", program.display()),
        };
        assert!(output.status.success(), "{} --version: {}", program.display(), output.status);
        let version = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        Some(FluentBit { program, version })
    }

    /// Whether it is of this version, such as `5.1`.
    pub(crate) fn is(&self, version: &str) -> bool {
        self.version.contains(&format!(" v{version}."))
    }

    /// `--dry-run` on a configuration: whether it is accepted, and what was said.
    pub(crate) fn dry_run(&self, configuration: &Path, variables: &[(&str, &Path)]) -> (bool, String) {
        let mut command = Command::new(&self.program);
        let output = command.arg("--dry-run").arg("-c").arg(configuration).envs(variables.iter().copied()).output();
        let output = output.expect("fluent-bit starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

/// A folder with what one run reads and writes.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        // Not the usual `.tmp`: the path becomes part of the tag.
        Folder(tempfile::Builder::new().prefix("podsieve-").tempdir().expect("a folder for temporary files"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders it is in.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder is made");
        fs::write(&path, content).expect("a file is written");
        path
    }

    /// Starts a run with these sections, in the classic form, and an output to a file.
    pub(crate) fn start(&self, fluent_bit: &FluentBit, service: &str, sections: &[String], output: &str) -> Process {
        let mut text = format!("[SERVICE]\n  flush 0.2\n  grace 20\n  {service}\n");
        for section in sections {
            text.push_str(section);
        }
        text.push_str(&format!(
            "[OUTPUT]\n  name file\n  match *\n  path {}\n  file out\n  {output}\n",
            self.0.path().display()
        ));
        let configuration = self.write("fluent-bit.conf", text);
        self.start_file(fluent_bit, &configuration, &[])
    }

    /// Starts a run of a configuration file with these variables.
    pub(crate) fn start_file(
        &self,
        fluent_bit: &FluentBit,
        configuration: &Path,
        variables: &[(&str, &Path)],
    ) -> Process {
        let log = self.path("log");
        let file = File::create(&log).expect("the log is made");
        let both = file.try_clone().expect("the log is shared");
        let child = Command::new(&fluent_bit.program)
            .arg("-c")
            .arg(configuration)
            .envs(variables.iter().copied())
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(both)
            .spawn()
            .expect("fluent-bit starts");
        Process { child, log, out: self.path("out"), deadline: Instant::now() + LIMIT }
    }
}

/// A Fluent Bit that runs.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    out: PathBuf,
    deadline: Instant,
}

impl Process {
    /// Waits until it ends by itself (`exit_on_eof`), and returns what it wrote.
    pub(crate) fn run_out(mut self) -> Output {
        let status = self.ended().unwrap_or_else(|| panic!("fluent-bit does not end\n{}", self.log()));
        self.output(status)
    }

    /// As [`run_out`](Self::run_out), whatever it did or said: whether it ended well, and what it wrote.
    pub(crate) fn run_out_whatever(mut self) -> (bool, Output) {
        let status = self.ended().unwrap_or_else(|| panic!("fluent-bit does not end\n{}", self.log()));
        (status.success(), Output { records: self.records(), log: self.log() })
    }

    /// Waits until the condition holds of the file; false when time is over first.
    pub(crate) fn wait(&mut self, file: &Path, mut condition: impl FnMut(&[u8]) -> bool) -> bool {
        let mut length = u64::MAX;
        while Instant::now() < self.deadline {
            let now = fs::metadata(file).map_or(0, |metadata| metadata.len());
            if now != length {
                length = now;
                if condition(&fs::read(file).unwrap_or_default()) {
                    return true;
                }
            }
            if let Some(status) = self.child.try_wait().expect("the state of fluent-bit") {
                panic!("fluent-bit has ended: {status}\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Waits until so many records have come out or time is over, stops it, and returns what it wrote.
    pub(crate) fn until_lines(self, count: usize) -> Output {
        self.until(|out| lines(out) >= count)
    }

    /// As [`until_lines`](Self::until_lines), for any condition on what has come out.
    pub(crate) fn until(mut self, condition: impl FnMut(&[u8]) -> bool) -> Output {
        let out = self.out.clone();
        self.wait(&out, condition);
        self.stop()
    }

    /// Waits until it has said this; false when time is over first.
    pub(crate) fn says(&mut self, text: &str) -> bool {
        let log = self.log.clone();
        self.wait(&log, |log| memchr::memmem::find(log, text.as_bytes()).is_some())
    }

    /// What it wrote until now.
    pub(crate) fn records(&self) -> Vec<Record> {
        let out = fs::read(&self.out).unwrap_or_default();
        out.split(|byte| *byte == b'\n').filter_map(record).collect()
    }

    /// Asks it to end, which flushes, and returns what it wrote.
    pub(crate) fn stop(mut self) -> Output {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill starts");
        assert!(sent.success(), "kill: {sent}");
        self.deadline = Instant::now() + LIMIT;
        let status = self.ended().unwrap_or_else(|| panic!("fluent-bit does not stop\n{}", self.log()));
        self.output(status)
    }

    /// Bytes of memory that it holds; none where the system does not say.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        while Instant::now() < self.deadline {
            if let Some(status) = self.child.try_wait().expect("the state of fluent-bit") {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    fn output(&self, status: ExitStatus) -> Output {
        let log = self.log();
        assert!(status.success(), "fluent-bit ended with {status}\n{log}");
        // A time that the stock parser does not know is no error: the record goes on with the present time.
        let error = log.lines().find(|line| line.contains("[error]") && !line.contains("[parser] cannot parse"));
        assert!(error.is_none(), "fluent-bit says\n{log}");
        let out = fs::read(&self.out).unwrap_or_default();
        Output { records: out.split(|byte| *byte == b'\n').filter_map(record).collect(), log }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a run wrote.
pub(crate) struct Output {
    /// In the order of the output, which within a tag is that of the input.
    pub(crate) records: Vec<Record>,
    /// What Fluent Bit said of itself.
    pub(crate) log: String,
}

/// A record that came out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) tag: String,
    pub(crate) json: Vec<u8>,
}

/// Reads `tag: [time, {...}]`.
fn record(line: &[u8]) -> Option<Record> {
    let tag = memchr::memmem::find(line, b": [")?;
    let json = tag + memchr::memmem::find(line.get(tag..)?, b", ")? + 2;
    let json = line.get(json..)?.strip_suffix(b"]")?.to_vec();
    Some(Record { tag: String::from_utf8_lossy(&line[..tag]).into_owned(), json })
}

/// How many lines have ended.
pub(crate) fn lines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// The tail input: `lines` are more of its settings.
pub(crate) fn tail(path: impl AsRef<Path>, tag: &str, lines: &str) -> String {
    let path = path.as_ref().display();
    format!(
        "[INPUT]\n  name tail\n  path {path}\n  tag {tag}\n  read_from_head on\n  buffer_chunk_size 128k\n  \
         buffer_max_size 8M\n  refresh_interval 1\n  {lines}\n"
    )
}

/// The WASM filter with default settings.
pub(crate) fn wasm(function: &str) -> String {
    // The module that this test was built with: `make test` builds it first.
    wasm_at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/podsieve.wasm"), function)
}

/// The same with another module.
pub(crate) fn wasm_at(module: &Path, function: &str) -> String {
    format!(
        "[FILTER]\n  name wasm\n  match *\n  wasm_path {}\n  function_name {function}\n  event_format json\n",
        module.display()
    )
}
