# The commands of this repository. The work is done by the scripts in tools/, which say more.

.PHONY: help run plugin test attack bench soak profile chaos lint test-swift fuzz sanitize test-chaos test-operations test-allocations test-attack test-browser build install uninstall tracker docs clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## the whole of Footfall with a demo shop, on http://127.0.0.1:8080 (FOOTFALL_PORT moves it)
	@tools/run

plugin: ## the folder of a plugin to be (NAME=..., STAGE=enrich or filter)
	@tools/plugin new "$(NAME)" "$(or $(STAGE),enrich)"

test: ## every test
	@tools/test

lint: ## format and scripts
	@tools/test lint

test-swift: ## Swift tests, with a private PostgreSQL and Redis
	@tools/test swift

fuzz: ## hostile bytes for all that reads them (FOOTFALL_FUZZ_SECONDS for each target)
	@tools/fuzz

sanitize: ## the Swift tests with AddressSanitizer, then with ThreadSanitizer
	@tools/test sanitize

test-chaos: ## twenty rounds of chaos, and whether its judge can see
	@tools/test chaos

test-operations: ## nginx, Docker, make run
	@tools/test operations

test-allocations: ## allocations for each event, against their budget
	@tools/test allocations

test-attack: ## the short form of the attacks
	@tools/test attack

test-browser: ## a real browser against the whole stack
	@tools/test browser

build: ## the program in release mode: .build/release/footfall
	@tools/setup build && tools/build

install: ## onto this machine, after `make build`: program, units, nginx's part (DESTDIR, PREFIX)
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' tools/install install

uninstall: ## away from this machine; data and configuration stay
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' tools/install uninstall

tracker: ## the browser script, from tracker/footfall.js
	@tools/setup build && tools/tracker

chaos: ## two hundred rounds of crashes and faults under load (FOOTFALL_CHAOS_ROUNDS, _SEED, _ONLY)
	@tools/chaos

attack: ## everything that Tests/Attack knows, against a stack of its own on loopback (FOOTFALL_TEST_ATTACK_WRITE=1: docs/attack.md)
	@tools/attack

bench: ## speed and memory, as ratios to C responders that do next to nothing and to COPY
	@tools/bench

soak: ## memory over ten minutes of load (FOOTFALL_SOAK_SECONDS)
	@tools/bench soak

profile: ## where the time of an event goes, and who asks for memory
	@tools/bench profile

docs: build ## docs/configuration.md from the code
	@.build/release/footfall config-reference > docs/configuration.md

clean: ## what the build made; data in .run stay
	@rm -rf .build
