//! One run of Fluent Bit: over a log to its end, and what it used.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use podsieve_benches::workload;
use wait4::Wait4 as _;

/// What to say when there is no Fluent Bit.
pub(crate) const MISSING: &str = "\
no fluent-bit on the PATH: install it (https://docs.fluentbit.io/manual/installation/getting-started-with-fluent-bit) \
or name one in the environment variable FLUENT_BIT";

/// The program.
pub(crate) struct FluentBit {
    program: PathBuf,
    pub(crate) version: String,
}

impl FluentBit {
    /// The program that `FLUENT_BIT` names, or else the one on the `PATH`; none without either.
    ///
    /// # Errors
    ///
    /// It does not run.
    pub(crate) fn find() -> Result<Option<FluentBit>, String> {
        let named = env::var_os("FLUENT_BIT").filter(|name| !name.is_empty());
        let program = PathBuf::from(named.as_deref().unwrap_or("fluent-bit".as_ref()));
        let output = match Command::new(&program).arg("--version").output() {
            Ok(output) => output,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("fluent-bit is {}, which does not run: {error}", program.display())),
        };
        if !output.status.success() {
            return Err(format!("{} --version ended with {}", program.display(), output.status));
        }
        let version = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        Ok(Some(FluentBit { program, version }))
    }

    /// Reads the log to its end through these sections.
    ///
    /// # Errors
    ///
    /// It did not start, not end, or had errors to tell.
    pub(crate) fn run(&self, log: &Log, filters: &str, output: Output) -> Result<Usage, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
        let configuration = folder.path().join("fluent-bit.conf");
        let said = folder.path().join("said");
        let start = || -> io::Result<Child> {
            fs::write(&configuration, text(log, filters, output))?;
            let file = File::create(&said)?;
            let mut command = Command::new(&self.program);
            command.arg("-c").arg(&configuration).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
            command.spawn()
        };
        let child = start().map_err(|error| format!("{}: {error}", self.program.display()))?;
        let ended = ended(child, log.time_limit());
        let said = fs::read(&said).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        match ended {
            // A filter that fails is an error line, and goes on: the status does not tell.
            Ok((status, usage)) if status.success() && !said.contains("[error]") => Ok(usage),
            Ok((status, _)) => Err(format!("fluent-bit ended with {status}: {}", first_words(&said))),
            Err(error) => Err(format!("fluent-bit: {error}: {}", first_words(&said))),
        }
    }
}

/// What a run used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// User and system time of the process.
    pub(crate) cpu: Duration,
    /// The most memory that it held at a time, in bytes.
    pub(crate) memory: u64,
}

/// Where records go.
#[derive(Clone, Copy)]
pub(crate) enum Output<'a> {
    Null,
    /// One JSON object a line, into the file `out` in this folder.
    File(&'a Path),
}

/// A pod's log in a folder that looks as a node does.
pub(crate) struct Log {
    node: PathBuf,
    pub(crate) records: usize,
}

impl Log {
    /// Writes the log.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn write(node: PathBuf, lines: impl Iterator<Item = String>) -> io::Result<Log> {
        let path = node.join(workload::POD_LOG);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::new(File::create(path)?);
        let mut records = 0;
        for line in lines {
            file.write_all(line.as_bytes())?;
            records += 1;
        }
        file.flush()?;
        Ok(Log { node, records })
    }

    /// A run that takes this long hangs: the slowest filter takes a quarter of it on a machine at rest.
    fn time_limit(&self) -> Duration {
        Duration::from_secs(60) + Duration::from_millis(20) * u32::try_from(self.records).unwrap_or(u32::MAX)
    }
}

fn text(log: &Log, filters: &str, output: Output) -> String {
    let output = match output {
        Output::Null => "name null".to_owned(),
        Output::File(folder) => format!("name file\n  path {}\n  file out\n  format plain", folder.display()),
    };
    format!(
        "[SERVICE]\n  flush 1\n  grace 1\n  log_level error\n  parsers_file {}/fluent-bit/parsers.conf\n\
         [INPUT]\n  name tail\n  path {}/var/log/pods/*/*/*.log\n  tag kube.*\n  parser cri\n  read_from_head on\n  \
         exit_on_eof on\n{filters}[OUTPUT]\n  match *\n  {output}\n",
        env!("CARGO_MANIFEST_DIR"),
        log.node.display(),
    )
}

/// Waits for the end of the process, which is killed when its time is over.
fn ended(mut child: Child, limit: Duration) -> io::Result<(ExitStatus, Usage)> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(used) = child.try_wait4()? {
            let usage = Usage { cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss };
            return Ok((used.status, usage));
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no end after {} s", limit.as_secs())));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Enough of what Fluent Bit said to see the reason.
fn first_words(said: &str) -> String {
    let lines: Vec<_> = said.lines().filter(|line| line.contains("[error]")).take(3).collect();
    if lines.is_empty() { "it said nothing".to_owned() } else { lines.join("; ") }
}
