# The way in. Everything else is the workshop's: bin/imposos --help.
# make run ARGS='--display gtk' hands options on.

imposos = bin/imposos

.PHONY: all run test clean setup

all: setup
	@$(imposos) build --image base $(ARGS)

run: setup
	@$(imposos) run $(ARGS)

test: setup
	@$(imposos) test $(ARGS)

clean:
	@if [ -d node_modules ]; then $(imposos) clean; else rm -rf build; fi

setup:
	@sh tools/bootstrap.sh
