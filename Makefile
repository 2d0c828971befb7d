# `make run` is the first and only command on a machine with Go, make and git.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

TOOLS := bin/tools

# Old WebViews parse ES2018 and no more; see docs/adr/0032. Names that begin with one _ are a class's own, and become short.
ESBUILD := $(TOOLS)/esbuild --minify --target=es2018 --mangle-props=^_[^_] --loader:.js=ts --log-level=warning \
	--tsconfig-raw='{"compilerOptions":{"useDefineForClassFields":false}}'

.PHONY: help
help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

.PHONY: run
run: build ## build and serve the demo; without DATABASE_URL on a Postgres of its own
	@[[ -n "$${DATABASE_URL:-}" ]] || .tools/install-postgres
	SUPPORT_DEMO=1 SUPPORT_DEMO_WEEK=1 ./bin/unique-support serve

.PHONY: build
build: ## build ./bin/unique-support
	go build -trimpath -o bin/unique-support ./cmd/unique-support

.PHONY: test
test: ## run every test, browser included
	@.tools/install-postgres
	@.tools/install-chromium
	@command -v gcc >/dev/null || .tools/apt-install gcc libc6-dev
	@.tools/install-node
	@.tools/install-axe
	@mapfile -t js < <(find widget/test -name '*.test.js' 2>/dev/null | sort); \
		(($${#js[@]} == 0)) || PATH=$$PWD/bin/node/node_modules/.bin:$$PATH node --test "$${js[@]}"
	go test -race -timeout 20m -p 2 ./...
	go test ./core/router # again without the race detector, under which pools forget: it counts allocations

.PHONY: faults
faults: ## run the fault matrix and the checker's mutants (an hour and a quarter); see docs/operating/faults.md
	@.tools/install-postgres
	go run ./cmd/loadtest faults --mutants

.PHONY: faults-short
faults-short: ## kill nodes and databases for a minute; part of make test
	@.tools/install-postgres
	go test -race -count=1 -timeout 12m -v -run TestFaults_short ./cmd/loadtest

.PHONY: load
load: ## put a server of its own under load for 30 seconds; see docs/performance.md
	@.tools/install-postgres
	@.tools/load --visitors 200 --idle 1000 --rate 300

.PHONY: check
check: $(TOOLS) ## check formatting, vet, staticcheck, generated files, go.mod and file sizes
	@unformatted=$$(gofmt -l .); [[ -z "$$unformatted" ]] || { echo "gofmt -w: $$unformatted" >&2; exit 1; }
	@.tools/check-files
	@.tools/check-generated
	go mod tidy -diff
	go vet ./...
	$(TOOLS)/staticcheck ./...

.PHONY: generate
generate: $(TOOLS) ## write the *_templ.go files and the bundled scripts anew
	$(TOOLS)/templ generate -log-level warn
	$(ESBUILD) widget/{chat,doctor,console,board}.js --bundle --format=esm --outdir=widget/dist
	$(ESBUILD) widget/{attach,begin,forms,history,host,hours,kinds,tools,transcript}.js --bundle --format=iife --global-name=supportLater --outdir=widget/dist
	$(ESBUILD) widget/{admin,notify}.js --bundle --format=esm --outdir=widget/dist
	$(ESBUILD) widget/loader.js --charset=utf8 --outfile=widget/dist/loader.js

.PHONY: bench
bench: ## run the benchmarks
	@.tools/install-postgres
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin

# A module of its own keeps the tools' dependencies out of the program's go.mod.
$(TOOLS): .tools/go.mod .tools/go.sum
	cd .tools && go build -o ../$(TOOLS)/ tool
	@touch $(TOOLS)
