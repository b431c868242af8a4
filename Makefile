# kube-standby. Two commands need nothing set up: `make demo` and `make test`.

SHELL := /bin/bash
.DEFAULT_GOAL := build

# Set: without `demo` and `sandbox`, and what only they need, as in the image.
WITHOUT_SANDBOX ?=

# Starts in half the time, and runs where no Swift is installed.
RELEASE = -c release --static-swift-stdlib $(if $(WITHOUT_SANDBOX),--disable-default-traits)

# So many tests at a time: with all two thousand at once each waits for its turn at every step, most of a minute.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8

.PHONY: setup build demo test conformance e2e lint format bench soak simulate explore fuzz tsan alerts chart clean

setup: ## Install the system packages that are missing (Debian, Ubuntu).
	@./.ci/setup

build: setup ## Build the release binary.
	swift build $(RELEASE) --product kube-standby

KEEP ?=

demo: setup ## Run a scenario of failures on the embedded sandbox; ends by itself, or with KEEP=1 when it is interrupted.
	swift build --product kube-standby
	"$$(swift build --show-bin-path)/kube-standby" demo $(if $(KEEP),--keep)

TEST_SKIP ?=

test: setup ## Build and run all tests but those that TEST_SKIP matches.
	@./.ci/setup test
	swift build --build-tests
	PATH="$$(./.ci/tools kubectl helm check-jsonschema grpcio promtool schemathesis):$$PATH" swift test --skip-build \
	    $(if $(TEST_SKIP),--skip '$(TEST_SKIP)')

# A suite that writes into a cluster takes it from the command line only, never from the environment.
define cluster_is_named
@if [ "$(origin KUBECONFIG)" = environment ]; then \
    echo "$@: KUBECONFIG is in the environment; say make $@ KUBECONFIG=$$KUBECONFIG to test that cluster," >&2; \
    echo "  or make $@ KUBECONFIG= to test the sandbox" >&2; exit 64; fi
endef

TEST_CLUSTER = KUBE_STANDBY_TEST_KUBECONFIG="$(KUBECONFIG)" KUBE_STANDBY_TEST_NAMESPACE="$(NAMESPACE)" \
    KUBE_STANDBY_TEST_ADDRESSES="$(ADDRESSES)"

conformance: setup ## Check the rules of the API on the sandbox, or with KUBECONFIG=file NAMESPACE=name on a real server.
	$(cluster_is_named)
	@if [ -n "$(KUBECONFIG)" ] && [ -z "$(NAMESPACE)" ]; then \
	    echo "conformance: say in which namespace it may work: NAMESPACE=name" >&2; exit 64; fi
	swift build --build-tests
	$(TEST_CLUSTER) swift test --skip-build --filter ConformanceTests

# The suite plays the kubelet on a node of its own, with applications on ADDRESSES of this machine (default: loopback,
# which a real EndpointSlice controller does not publish); its namespaces begin with NAMESPACE.
e2e: setup ## Run the real binary on the sandbox, or with KUBECONFIG=file ADDRESSES=range on a real control plane.
	$(cluster_is_named)
	swift build --build-tests
	$(TEST_CLUSTER) swift test --skip-build --filter ClusterTests

lint: ## Check the format, strictly.
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

format: ## Apply the format.
	swift format --in-place --recursive --parallel Sources Tests Package.swift

BENCH ?=

bench: setup ## Measure; BENCH=name for one: dashboard, engine, failover, foreign, gap, leadership, mass, sandbox, scale, validate.
	@./.ci/setup bench
	swift build $(RELEASE) --product kube-standby
	swift build $(RELEASE) --product kube-standby-bench
	@./.ci/peers "$$(./.ci/tools pyyaml)" "$$(swift build $(RELEASE) --show-bin-path)"
	PATH="$$PATH:/usr/sbin" KUBE_STANDBY_PEERS="$$(./.ci/tools pyyaml)" \
	    "$$(swift build $(RELEASE) --show-bin-path)/kube-standby-bench" $(BENCH)

SOAK_SECONDS ?= 600
SOAK_PEERS ?= 10000

soak: setup ## Probe SOAK_PEERS peers with faults that come and go for SOAK_SECONDS: every verdict right, nothing grows.
	swift build $(RELEASE) --product kube-standby-bench
	"$$(swift build $(RELEASE) --show-bin-path)/kube-standby-bench" soak $(SOAK_SECONDS) $(SOAK_PEERS)

SEEDS ?= 10000
STATES ?= 60000

# SEED=number prints every step of one schedule.
simulate: setup ## Play SEEDS random schedules of faults on the decision core in virtual time.
	swift build --build-tests
	SIMULATION_SEEDS=$(SEEDS) $(if $(SEED),SIMULATION_SEED=$(SEED)) swift test --skip-build \
	    --filter $(if $(SEED),SimulationTests/theStoryOfOneSeed,SimulationTests)

explore: setup ## Visit every state of two supervisors, STATES in each exploration, and look for what must not be.
	swift build --build-tests
	EXPLORER_STATES=$(STATES) swift test --skip-build --filter ExplorerTests

FUZZ_INPUTS ?= 1000000
FUZZ_CORPUS = config/kube-standby.yaml examples Tests/StandbyConfigurationTests/Fixtures

fuzz: setup ## Feed FUZZ_INPUTS mutated configurations to the reader, and as many objects of a cluster to the client and the core.
	swift build $(RELEASE) --product kube-standby-fuzz
	"$$(swift build $(RELEASE) --show-bin-path)/kube-standby-fuzz" --inputs $(FUZZ_INPUTS) $(FUZZ_CORPUS)
	"$$(swift build $(RELEASE) --show-bin-path)/kube-standby-fuzz" --cluster --inputs $(FUZZ_INPUTS) Tests/RecordedExchanges/Exchanges

# Two at a time: each takes up to ten times as long, and a test of the real binary beside it mostly waits.
tsan: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH = 2
tsan: export TSAN_OPTIONS = suppressions=$(CURDIR)/.ci/tsan.supp

tsan: setup ## Run all tests, a short soak and the demo under the thread sanitizer; with TESTED_ROOMS=A,B the tests of these rooms alone.
	@./.ci/setup test
	swift build --sanitize thread --scratch-path .build-tsan $(if $(TESTED_ROOMS),--product kube-standbyPackageTests,--build-tests)
	PATH="$$(./.ci/tools kubectl helm check-jsonschema grpcio promtool schemathesis):$$PATH" \
	    swift test --skip-build --sanitize thread --scratch-path .build-tsan
ifeq ($(TESTED_ROOMS),)
	TSAN_OPTIONS="$$TSAN_OPTIONS halt_on_error=1" .build-tsan/debug/kube-standby-bench soak 10 100
	TSAN_OPTIONS="$$TSAN_OPTIONS halt_on_error=1" timeout 300 .build-tsan/debug/kube-standby demo
endif

alerts: ## Check the alert rules, and what the dashboard asks for, with Prometheus' own tool.
	cd config && PATH="$$(../.ci/tools promtool):$$PATH" && promtool check rules alerts.yaml && promtool test rules alerts-test.yaml
	@./.ci/dashboard

chart: ## Check the chart and the examples with the real helm and kubectl.
	@./.ci/chart

clean:
	rm -rf .build .build-tsan
