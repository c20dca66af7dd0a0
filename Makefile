# What a person types. Everything runs with a JDK 25 that bin/find-jdk finds by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build images box-image engine demo test bench chaos format clean

maven = source bin/find-jdk && JAVA_HOME=$$(find_jdk) && export JAVA_HOME && mvn -B -ntp

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

build: ## the server, the command, and their start-up caches
	@bin/build

engine: ## a container engine: the one that runs, else Debian's is installed and started
	@bin/ensure-engine >/dev/null

images: build box-image ## the images of boxes and of the services, built from Debian packages
	@images/build-server

box-image: engine # all that one process for everything needs
	@images/build-base

demo: build box-image ## start Errand, run a task on this repository, show its diff and apply it
	@bin/demo

test: box-image ## every tier of tests
	@$(maven) -q spotless:check
	@$(maven) -T 2 verify # most tests wait for something; system tests come last, alone

bench: build box-image ## print the numbers of docs/benchmarks.md, measured here and now
	@bin/bench

chaos: box-image ## break things for ten minutes while 100 attempts are in flight (root; uses faketime)
	@$(maven) verify -Pchaos -pl standalone -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
	  $(CHAOS)

format: ## lay out the Java sources
	@$(maven) -q spotless:apply

clean: ## forget what was built
	@$(maven) -q clean
