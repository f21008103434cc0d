//! Runs of a real Envoy: each in a folder of its own, on ports that the system chose, and killed at the end.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, thread};

use tempfile::TempDir;

use super::client::Client;
use super::config::Config;

/// Nothing that a test waits for takes a tenth of it on a machine at rest.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The program that the tests run.
pub(crate) struct Envoy {
    program: PathBuf,
    version: String,
}

impl Envoy {
    /// The program that `ENVOY` names, or else the one on the `PATH`. Without either the test is skipped, which is said
    /// past the harness, as it hides what a passing test prints.
    pub(crate) fn get() -> Option<&'static Envoy> {
        static FOUND: OnceLock<Option<Envoy>> = OnceLock::new();
        let found = FOUND.get_or_init(Envoy::find).as_ref();
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let line = match found {
            Some(found) => format!("{test}: Envoy v{} ({})", found.version, found.program.display()),
            None => format!("SKIPPED: {test}: no envoy (set ENVOY or put it on the PATH; `make test` fetches one)"),
        };
        // In one piece and from the start of a line, which the harness may be in the middle of: these lines are counted.
        let _ = io::stderr().write_all(format!("\n{line}\n").as_bytes());
        found
    }

    fn find() -> Option<Envoy> {
        let named = env::var_os("ENVOY").filter(|name| !name.is_empty());
        let program = PathBuf::from(named.as_deref().unwrap_or("envoy".as_ref()));
        let output = match Command::new(&program).arg("--version").output() {
            Ok(output) => output,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => panic!("ENVOY is {}, which does not run: {error}", program.display()),
        };
        assert!(output.status.success(), "{} --version: {}", program.display(), output.status);
        // `envoy  version: COMMIT/1.40.0/Clean/RELEASE/BoringSSL`
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let build = said.split_once("version: ").map_or("", |(_, build)| build);
        let version = build.split('/').nth(1).unwrap_or("?").to_owned();
        Some(Envoy { program, version })
    }

    /// Starts it, and waits until it takes requests.
    pub(crate) fn start(&self, config: &Config) -> Process {
        match self.try_start(&config.text()) {
            Ok(process) => process,
            Err(log) => panic!("envoy does not start\n{}\n{log}", config.text()),
        }
    }

    /// Starts it with this bootstrap, whose ports are 0; its log if it ends instead.
    pub(crate) fn try_start(&self, config: &str) -> Result<Process, String> {
        let folder = tempfile::Builder::new().prefix("podsieve-").tempdir().expect("a folder for temporary files");
        let path = folder.path().join("envoy.yaml");
        fs::write(&path, config).expect("the configuration is written");
        let log = folder.path().join("log");
        let file = File::create(&log).expect("the log is made");
        let both = file.try_clone().expect("the log is shared");
        let admin = folder.path().join("admin");
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(&path)
            .arg("--admin-address-path")
            .arg(&admin)
            // Without hot restart it shares nothing with another Envoy, so that tests can run side by side.
            .args(["--concurrency", "1", "--disable-hot-restart", "--component-log-level", "wasm:info"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(both)
            .spawn()
            .expect("envoy starts");
        let mut process = Process { child, log, admin: 0, folder };
        let deadline = Instant::now() + LIMIT;
        loop {
            assert!(Instant::now() < deadline, "envoy does not get ready\n{}", process.log());
            if process.child.try_wait().expect("the state of envoy").is_some() {
                return Err(process.log());
            }
            if process.admin == 0 {
                let address = fs::read_to_string(&admin).unwrap_or_default();
                process.admin = address.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0);
            }
            if process.admin != 0 && process.admin("GET", "/ready").is_some_and(|said| said.starts_with("LIVE")) {
                return Ok(process);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// `--mode validate` on a configuration: whether it is accepted, and what was said.
    pub(crate) fn validate(&self, config: &str) -> (bool, String) {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("envoy.yaml");
        fs::write(&path, config).expect("the configuration is written");
        self.validate_file(&path)
    }

    /// The same on a file, from the folder that it is in.
    pub(crate) fn validate_file(&self, path: &Path) -> (bool, String) {
        let mut command = Command::new(&self.program);
        command.args(["--mode", "validate", "--concurrency", "1", "--disable-hot-restart", "-c"]).arg(path);
        let output = command.current_dir(path.parent().expect("a file is in a folder")).output();
        let output = output.expect("envoy starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

/// An Envoy that runs.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    admin: u16,
    folder: TempDir,
}

impl Process {
    /// The port that the system chose for this listener.
    pub(crate) fn port(&self, listener: &str) -> u16 {
        let listeners = self.admin("GET", "/listeners").expect("the administration answers");
        let address = listeners.lines().find_map(|line| line.strip_prefix(listener)?.strip_prefix("::"));
        let port = address.and_then(|address| address.rsplit(':').next()?.parse().ok());
        port.unwrap_or_else(|| panic!("no listener {listener}:\n{listeners}"))
    }

    /// A connection to this listener.
    pub(crate) fn connect(&self, listener: &str) -> Client {
        Client::connect(self.port(listener))
    }

    /// Where it runs: files that the configuration names without a folder are here.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it said of itself until now, with what filters log.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// What the plugin of this name logged until now, in order.
    pub(crate) fn logged(&self, plugin: &str) -> Vec<String> {
        // `[...] wasm log NAME ROOT VM: TEXT`
        let text = |line: &str| {
            let (of, text) = line.split_once("] wasm log ")?.1.split_once(": ")?;
            (of.split(' ').next() == Some(plugin)).then(|| text.to_owned())
        };
        self.log().lines().filter_map(text).collect()
    }

    /// Waits until it has said this.
    pub(crate) fn says(&self, text: &str) {
        self.wait(&format!("it has said {text}"), || self.log().contains(text));
    }

    /// Waits until a file that it writes has so many lines, and returns it. Envoy writes access logs every 10 s, unless
    /// it is told to reopen them.
    pub(crate) fn lines(&self, name: &str, count: usize) -> Vec<String> {
        let path = self.path(name);
        let read = || fs::read_to_string(&path).unwrap_or_default();
        self.wait(&format!("{name} has {count} lines"), || {
            let _ = self.admin("POST", "/reopen_logs");
            memchr::memchr_iter(b'\n', read().as_bytes()).count() >= count
        });
        read().lines().map(str::to_owned).collect()
    }

    /// Waits until the condition holds.
    pub(crate) fn wait(&self, what: &str, mut condition: impl FnMut() -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !condition() {
            assert!(Instant::now() < deadline, "time is over before {what}\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of a counter or gauge by its name in `/stats`.
    pub(crate) fn stat(&self, name: &str) -> Option<u64> {
        let stats = self.admin("GET", "/stats").expect("the administration answers");
        stats.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")?.parse().ok())
    }

    /// The value by its name and labels at `/stats/prometheus`: `podsieve_redacted{rule="email"}`.
    pub(crate) fn prometheus(&self, name: &str) -> Option<u64> {
        let stats = self.admin("GET", "/stats/prometheus").expect("the administration answers");
        stats.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    /// What the administration answers; none while it is not reached.
    pub(crate) fn admin(&self, method: &str, path: &str) -> Option<String> {
        let mut client = Client::try_connect(self.admin).ok()?;
        client.write(format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").as_bytes()).ok()?;
        let response = client.response().ok()?;
        Some(String::from_utf8_lossy(&response.body).into_owned())
    }

    /// Stops it for a while, in which this is done: what comes meanwhile, it finds all at once.
    pub(crate) fn while_stopped(&self, action: impl FnOnce()) {
        let signal = |name: &str| {
            let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill starts");
            assert!(sent.success(), "kill: {sent}");
        };
        signal("-STOP");
        action();
        signal("-CONT");
    }

    /// Bytes of memory that it holds; none where the system does not say.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = self.log();
            // Without the list of what is compiled in, which is long.
            let lines = log.lines().filter(|line| !line.contains("] [source/server/server.cc:") && line.len() < 2000);
            eprintln!("envoy said\n{}", lines.collect::<Vec<_>>().join("\n"));
        }
    }
}
