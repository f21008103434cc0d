//! An Envoy: found, started with one filter, and looked at from outside.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use serde_json::{Value, json};

/// What to say when there is no Envoy.
pub(crate) const MISSING: &str = "\
no envoy on the PATH: install it (https://www.envoyproxy.io/docs/envoy/latest/start/install) \
or name one in the environment variable ENVOY";

/// Envoy compiles a module before it listens.
const START: Duration = Duration::from_secs(120);

/// A body of 900 KB is held back by filters that need all of it: the default is 1 MiB with what is read at once.
const MOST_HELD: usize = 16 << 20;

/// What stands in front of the name of a type in a configuration.
const TYPE: &str = "type.googleapis.com/";

/// The program.
pub(crate) struct Envoy {
    program: PathBuf,
    pub(crate) version: String,
}

impl Envoy {
    /// The program that `ENVOY` names, or else the one on the `PATH`, or else the one in this folder; none without any.
    ///
    /// # Errors
    ///
    /// It does not run.
    pub(crate) fn find(folder: &Path) -> Result<Option<Envoy>, String> {
        let named = env::var_os("ENVOY").filter(|name| !name.is_empty()).map(PathBuf::from);
        let is_named = named.is_some();
        let programs = named.map_or_else(|| vec![PathBuf::from("envoy"), folder.join("envoy")], |named| vec![named]);
        for program in programs {
            let output = match Command::new(&program).arg("--version").output() {
                Ok(output) => output,
                Err(error) if !is_named && error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(format!("envoy is {}, which does not run: {error}", program.display())),
            };
            if !output.status.success() {
                return Err(format!("{} --version ended with {}", program.display(), output.status));
            }
            // <program> version: <commit>/1.40.0/Clean/RELEASE/BoringSSL
            let said = String::from_utf8_lossy(&output.stdout);
            let mut parts = said.split("version:").nth(1).unwrap_or_default().trim().split('/');
            let version = format!("Envoy {}", parts.nth(1).unwrap_or("of an unknown version"));
            return Ok(Some(Envoy { program, version }));
        }
        Ok(None)
    }

    /// Starts it with this HTTP filter, or none, in front of an upstream.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(crate) fn start(&self, filter: Option<&Value>, upstream: u16, folder: &Path) -> Result<Running, String> {
        let io = |error: io::Error| format!("{}: {error}", self.program.display());
        let (configuration, admin, said) = (folder.join("envoy.json"), folder.join("admin"), folder.join("said"));
        fs::write(&configuration, configuration_of(filter, upstream).to_string()).map_err(io)?;
        let file = File::create(&said).map_err(io)?;
        let mut command = Command::new(&self.program);
        command.args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]);
        // Profilers read a map of what V8 compiled, if Envoy is told to write one.
        command.args(env::var("BENCH_ENVOY_FLAGS").unwrap_or_default().split_whitespace());
        command.arg("--admin-address-path").arg(&admin).arg("--config-path").arg(&configuration);
        command.stdin(Stdio::null()).stdout(file.try_clone().map_err(io)?).stderr(file);
        let child = command.spawn().map_err(io)?;
        let mut running = Running { child, port: 0 };
        let deadline = Instant::now() + START;
        loop {
            if let Some(port) = listens(&admin) {
                running.port = port;
                return Ok(running);
            }
            let ended = running.child.try_wait().map_err(io)?;
            if ended.is_some() || Instant::now() > deadline {
                let said = fs::read_to_string(&said).unwrap_or_default();
                let said: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
                let last = said[said.len().saturating_sub(5)..].join("; ");
                return Err(format!("envoy does not start: {last}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The port that Envoy listens on, once it does, by what its administration says.
fn listens(admin: &Path) -> Option<u16> {
    let address = fs::read_to_string(admin).ok()?;
    let port = address.trim().rsplit(':').next()?.parse::<u16>().ok()?;
    let get = |path: &str| -> Option<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    if !get("/ready")?.contains("LIVE") {
        return None;
    }
    // logs::127.0.0.1:41235
    let listeners = get("/listeners")?;
    let line = listeners.lines().find(|line| line.starts_with("logs::"))?;
    line.trim().rsplit(':').next()?.parse().ok()
}

fn configuration_of(filter: Option<&Value>, upstream: u16) -> Value {
    let address = |port: u16| json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    let http = "envoy.extensions.filters.http";
    let router = json!({ "name": "router", "typed_config": { "@type": format!("{TYPE}{http}.router.v3.Router") } });
    let filters: Vec<Value> = filter.cloned().into_iter().chain([router]).collect();
    let manager = json!({
        "@type": format!("{TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "logs",
        "route_config": { "virtual_hosts": [{
            "name": "logs",
            "domains": ["*"],
            "request_body_buffer_limit": MOST_HELD,
            "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": "store", "timeout": "60s" } }],
        }] },
        "http_filters": filters,
    });
    json!({
        "admin": { "address": address(0) },
        "static_resources": {
            "listeners": [{
                "name": "logs",
                "address": address(0),
                "filter_chains": [{ "filters": [{ "name": "http", "typed_config": manager }] }],
            }],
            "clusters": [{
                "name": "store",
                "load_assignment": { "cluster_name": "store", "endpoints": [
                    { "lb_endpoints": [{ "endpoint": { "address": address(upstream) } }] },
                ] },
            }],
        },
    })
}

/// podsieve with this configuration of its own.
pub(crate) fn podsieve(module: &Path, configuration: &Value) -> Value {
    json!({ "name": "podsieve", "typed_config": {
        "@type": format!("{TYPE}envoy.extensions.filters.http.wasm.v3.Wasm"),
        "config": {
            "name": "podsieve",
            "allow_on_headers_stop_iteration": true,
            "vm_config": { "runtime": "envoy.wasm.runtime.v8", "code": { "local": { "filename": module } } },
            "configuration": { "@type": format!("{TYPE}google.protobuf.StringValue"), "value": configuration.to_string() },
        },
    } })
}

/// Envoy's filter for scripts.
pub(crate) fn lua(script: &str) -> Value {
    json!({ "name": "lua", "typed_config": {
        "@type": format!("{TYPE}envoy.extensions.filters.http.lua.v3.Lua"),
        "default_source_code": { "inline_string": script },
    } })
}

/// A process, which ends with this.
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process holds, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    /// The linear memories of all its modules.
    pub(crate) wasm: u64,
}

impl Running {
    fn file(&self, name: &str) -> Result<String, String> {
        let path = format!("/proc/{}/{name}", self.child.id());
        fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
    }

    /// How long its threads have run.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub(crate) fn cpu(&self) -> Result<Duration, String> {
        let folder = format!("/proc/{}/task", self.child.id());
        let mut time = 0;
        for task in fs::read_dir(&folder).map_err(|error| format!("{folder}: {error}"))?.filter_map(Result::ok) {
            let said = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            time += said.split(' ').next().and_then(|time| time.parse::<u64>().ok()).unwrap_or(0);
        }
        if time == 0 { Err(format!("{folder}: no schedstat")) } else { Ok(Duration::from_nanos(time)) }
    }

    /// What it holds now.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub(crate) fn memory(&self) -> Result<Memory, String> {
        let status = self.file("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let resident = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) << 10;
        Ok(Memory { resident, wasm: linear(&self.file("maps")?) })
    }
}

/// V8 reserves gigabytes for each linear memory, of which only what the module has grown to can be written.
fn linear(maps: &str) -> u64 {
    const RESERVED: u64 = 2 << 30;
    let parse = |line: &str| -> Option<(u64, u64, bool, bool)> {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        Some((number(from)?, number(to)?, rest.starts_with("rw"), rest.starts_with("---")))
    };
    let maps: Vec<_> = maps.lines().filter_map(parse).collect();
    let pairs = maps.iter().zip(maps.iter().skip(1));
    let memories = pairs.filter(|((_, end, writable, _), (start, next, _, reserved))| {
        *writable && *reserved && end == start && next - start > RESERVED
    });
    memories.map(|((start, end, ..), _)| end - start).sum()
}
