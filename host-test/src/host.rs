//! The call as Fluent Bit's WASM filter makes it.

use std::collections::HashMap;

use wasmtime::{Instance, Memory, Store, TypedFunc};

use crate::heap::Heap;
use crate::json::{self, Verdict};
use crate::{Counters, Lost, Outcome, Runner};
use crate::{Error, Module};

/// Six numbers in, one out: tag, its length, seconds, nanoseconds, record, its length.
type Filter = TypedFunc<(u32, u32, u32, u32, u32, u32), u32>;

const PAGE: u64 = 65536;

/// How long an instance lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// One for the life of the process, as Fluent Bit from 4.1 on does.
    Process,
    /// A new one after each [`Runner::end_chunk`], as Fluent Bit before 4.1 does.
    Chunk,
}

/// How a [`Host`] behaves; the default is Fluent Bit 5.1 with its defaults.
#[derive(Clone, Debug)]
pub struct Config {
    instances: Instances,
    frees: bool,
    heap_size: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { instances: Instances::Process, frees: true, heap_size: 8192 }
    }
}

impl Config {
    /// How long an instance lives.
    pub fn instances(mut self, instances: Instances) -> Self {
        self.instances = instances;
        self
    }

    /// Whether the host frees tag and record after the call. Fluent Bit 2.0 to 4.0.13 and 4.1.0 to
    /// 4.1.1 never do.
    pub fn frees(mut self, frees: bool) -> Self {
        self.frees = frees;
        self
    }

    /// `wasm_heap_size` in bytes: the room for tag and record together when the module exports no
    /// `malloc` and `free`. Not below 8192, as in Fluent Bit.
    pub fn heap_size(mut self, bytes: u32) -> Self {
        self.heap_size = bytes.max(8192);
        self
    }
}

/// Instructions that one record cost Fluent Bit's interpreter, counted by wasmtime.
///
/// Every executed instruction counts one, also one that moves many bytes; only those count none that do nothing (`nop`,
/// `drop`, `block`, `loop`, `else`, `end`, `return`, `unreachable`) or are operands of others there (`local.get`, constants,
/// and `local.set`, which is where another writes to). Entering a function counts one more. The same call on the same
/// state always costs the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fuel {
    /// In the function itself.
    pub function: u64,
    /// In the guest's `malloc` and `free`.
    pub allocator: u64,
}

/// A host for one module that behaves as Fluent Bit's WASM filter in JSON mode.
pub struct Host {
    module: Module,
    config: Config,
    live: Live,
    counters: Counters,
    fuel: Fuel,
    result: Vec<u8>,
}

/// An instance and what the host knows of it.
struct Live {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    allocator: Allocator,
    functions: HashMap<String, Result<Filter, Lost>>,
    /// The runtime still holds the exception of the call before, which fails the next one.
    poisoned: Option<Lost>,
}

/// Who hands out guest memory.
enum Allocator {
    Guest { malloc: TypedFunc<u32, u32>, free: TypedFunc<u32, ()> },
    Host(Heap),
}

impl Host {
    /// Instantiates the module.
    ///
    /// # Errors
    /// When instantiating fails: the start function traps, or there is no memory for the heap.
    pub fn new(module: &Module, config: Config) -> Result<Self, Error> {
        let live = Live::new(module, &config)?;
        Ok(Host {
            module: module.clone(),
            config,
            live,
            counters: Counters::default(),
            fuel: Fuel::default(),
            result: Vec::new(),
        })
    }

    /// Runs a function on one record that has this time, in seconds and nanoseconds since the epoch.
    ///
    /// Neither tag nor record should hold a zero byte: Fluent Bit never hands one over.
    pub fn run_at(&mut self, function: &str, tag: &[u8], time: (u32, u32), record: &[u8]) -> Outcome<'_> {
        let result = self.call(function, tag, time, record);
        self.counters.count(result);
        match result {
            Ok(()) => Outcome::Record(&self.result),
            Err(reason) => Outcome::Lost(reason),
        }
    }

    /// Size of the guest's memory in bytes. It never shrinks.
    pub fn memory_size(&self) -> u64 {
        self.live.memory.data_size(&self.live.store) as u64
    }

    /// What the last record cost; all zero unless the module was compiled with a meter.
    pub fn fuel(&self) -> Fuel {
        self.fuel
    }

    fn call(&mut self, function: &str, tag: &[u8], time: (u32, u32), record: &[u8]) -> Result<(), Lost> {
        self.fuel = Fuel::default();
        self.result.clear();
        let live = &mut self.live;
        let filter = live.function(function)?;
        if let Some(reason) = live.poisoned.take() {
            return Err(reason);
        }
        live.fill_tank(&self.module)?;
        let tag_at = live.hand_over(tag)?;
        let record_at = live.hand_over(record)?;
        self.fuel.allocator = live.spent(&self.module)?;

        let arguments = (tag_at, length(tag)?, time.0, time.1, record_at, length(record)?);
        let called = filter.call(&mut live.store, arguments);
        self.fuel.function = live.spent(&self.module)? - self.fuel.allocator;

        let copied = match called {
            Err(_) => Err(Lost::Trap),
            Ok(address) => live.copy_string(address, &mut self.result),
        };
        if self.config.frees {
            live.free(tag_at, record_at);
        }
        self.fuel.allocator = live.spent(&self.module)? - self.fuel.function;
        copied?;
        match json::judge(&self.result) {
            Verdict::Object => Ok(()),
            verdict => Err(verdict.loss(&self.result)),
        }
    }
}

impl Runner for Host {
    fn run(&mut self, function: &str, tag: &[u8], record: &[u8]) -> Outcome<'_> {
        self.run_at(function, tag, (0, 0), record)
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }

    fn end_chunk(&mut self) -> Result<(), Error> {
        if self.config.instances == Instances::Chunk {
            self.live = Live::new(&self.module, &self.config)?;
        }
        Ok(())
    }
}

impl Live {
    fn new(module: &Module, config: &Config) -> Result<Self, Error> {
        let cannot = |what: &str| Error::new("module", what, "Fluent Bit would not start with it");
        let mut store = Store::new(module.compiled().engine(), ());
        if module.is_metered() {
            // A start function may need some.
            let _ = store.set_fuel(u64::MAX);
        }
        let instance =
            Instance::new(&mut store, module.compiled(), &[]).map_err(|_| cannot("cannot be instantiated"))?;
        let memory =
            instance.get_memory(&mut store, "memory").ok_or_else(|| cannot("exports no memory called `memory`"))?;
        let malloc = instance.get_typed_func::<u32, u32>(&mut store, "malloc");
        let free = instance.get_typed_func::<u32, ()>(&mut store, "free");
        let allocator = match (malloc, free) {
            (Ok(malloc), Ok(free)) => Allocator::Guest { malloc, free },
            _ => {
                let size = u64::from(config.heap_size);
                let start = memory.data_size(&store) as u64;
                memory
                    .grow(&mut store, size.div_ceil(PAGE))
                    .map_err(|_| cannot("leaves no memory for the host's heap"))?;
                Allocator::Host(Heap::new(start, size))
            }
        };
        Ok(Live { store, instance, memory, allocator, functions: HashMap::new(), poisoned: None })
    }

    /// Looks the function up at its first record, as the host does.
    fn function(&mut self, name: &str) -> Result<Filter, Lost> {
        if let Some(found) = self.functions.get(name) {
            return found.clone();
        }
        let found = match self.instance.get_func(&mut self.store, name) {
            None => Err(Lost::UnknownFunction),
            Some(function) => function.typed(&self.store).map_err(|_| Lost::Trap),
        };
        self.functions.insert(name.to_owned(), found.clone());
        found
    }

    /// Copies bytes and a NUL into the guest; the address is 0 where there is no room.
    fn hand_over(&mut self, bytes: &[u8]) -> Result<u32, Lost> {
        let len = length(bytes)?.checked_add(1).ok_or(Lost::OutOfBounds)?;
        let address = match &mut self.allocator {
            Allocator::Guest { malloc, .. } => malloc.call(&mut self.store, len).map_err(|_| Lost::Trap)?,
            Allocator::Host(heap) => heap.allocate(u64::from(len)),
        };
        if address == 0 {
            return Ok(0);
        }
        let start = address as usize;
        let (room, nul) = self
            .memory
            .data_mut(&mut self.store)
            .get_mut(start..)
            .and_then(|memory| memory.get_mut(..=bytes.len()))
            .and_then(|room| room.split_at_mut_checked(bytes.len()))
            .ok_or(Lost::OutOfBounds)?;
        room.copy_from_slice(bytes);
        nul.fill(0);
        Ok(address)
    }

    /// Copies the string at this address, as far as its NUL.
    fn copy_string(&mut self, address: u32, into: &mut Vec<u8>) -> Result<(), Lost> {
        if address == 0 {
            return Err(Lost::AddressZero);
        }
        let string = self
            .memory
            .data(&self.store)
            .get(address as usize..)
            .and_then(|rest| memchr::memchr(0, rest).and_then(|end| rest.get(..end)));
        match string {
            Some(string) => {
                into.extend_from_slice(string);
                Ok(())
            }
            None => {
                self.poisoned = Some(Lost::OutOfBounds);
                Err(Lost::OutOfBounds)
            }
        }
    }

    fn free(&mut self, tag: u32, record: u32) {
        match &mut self.allocator {
            Allocator::Host(heap) => heap.clear(),
            Allocator::Guest { free, .. } => {
                for address in [tag, record] {
                    if address != 0 && free.call(&mut self.store, address).is_err() {
                        self.poisoned = Some(Lost::Trap);
                    }
                }
            }
        }
    }

    fn fill_tank(&mut self, module: &Module) -> Result<(), Lost> {
        if module.is_metered() {
            self.store.set_fuel(u64::MAX).map_err(|_| Lost::Trap)?;
        }
        Ok(())
    }

    /// Instructions since the tank was filled.
    fn spent(&self, module: &Module) -> Result<u64, Lost> {
        if !module.is_metered() {
            return Ok(0);
        }
        let left = self.store.get_fuel().map_err(|_| Lost::Trap)?;
        Ok(u64::MAX - left)
    }
}

fn length(bytes: &[u8]) -> Result<u32, Lost> {
    u32::try_from(bytes.len()).map_err(|_| Lost::OutOfBounds)
}
