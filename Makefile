# The way in. Everything else is the workshop's: bin/imposos --help.

imposos = bin/imposos

.PHONY: all run test clean setup

all: setup
	@$(imposos) build --image base

run: setup
	@$(imposos) run

test: setup
	@$(imposos) test

clean:
	@if [ -d node_modules ]; then $(imposos) clean; else rm -rf build; fi

setup:
	@sh tools/bootstrap.sh
