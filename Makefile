# podsieve: `make help` lists what there is.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
WASM := $(TARGET)/wasm32-unknown-unknown/wasm/podsieve.wasm
BUILD_WASM := $(CARGO) build --locked --profile wasm --target wasm32-unknown-unknown
# Filters that podsieve is compared with.
PEERS := --package podsieve-bench-pass-through --package podsieve-bench-tutorial
TERMINAL := $(shell [ -t 1 ] && tput cols 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo build test bench bench-fluent-bit lint wasm peers clean tools

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## recorded pod logs through the module: before and after, and a summary
	@COLUMNS=$${COLUMNS:-$(TERMINAL)} dist/podsieve demo

build: wasm ## dist/podsieve.wasm and the command dist/podsieve
	$(CARGO) build --release --locked --package podsieve-host
	install -m 755 $(TARGET)/release/podsieve dist/podsieve

test: wasm peers ## everything that can be tested on this machine
	$(CARGO) test --release --locked --workspace

bench: wasm ## natively and in wasmtime, beside vrl and regex
	$(CARGO) bench --locked --package podsieve-benches --bench throughput
	$(CARGO) bench --locked --package podsieve-benches --bench growth

bench-fluent-bit: wasm peers ## podsieve and its peers inside a real Fluent Bit; options in BENCH="--rounds 2"
	$(CARGO) run --release --locked --package podsieve-benches --bin bench-fluent-bit -- $(BENCH)

lint: wasm ## rustfmt and clippy, without warnings
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-fluent-bit $(PEERS) --target wasm32-unknown-unknown -- --deny warnings

# The module is embedded in the command, so it comes first. A copy that did not change keeps its time, so that the
# command is not built again.
wasm: tools
	$(BUILD_WASM) --package podsieve-fluent-bit
	@mkdir -p dist
	@cmp -s $(WASM) dist/podsieve.wasm || install -m 644 $(WASM) dist/podsieve.wasm

peers: tools
	$(BUILD_WASM) $(PEERS)

tools:
	@command -v rustup >/dev/null || { echo "podsieve is built with Rust: install it with rustup (https://rustup.rs), then run this again" >&2; exit 1; }
	@rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

clean: ## remove what was built
	$(CARGO) clean
	rm -rf dist
