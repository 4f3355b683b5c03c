# How a component in Zig is built. A project's Makefile says what is its own and includes this:
#
#   NAME := counter
#   include ../../../guest-sdk/zig/liveside.mk
#
# NAME   what the module is called: dist/NAME.wasm
# ROOT   its root (src/NAME.zig)
# ZIG    the compiler, 0.17: `zig`, or `python3 -m ziglang` of PyPI

LIVESIDE_ZIG := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
LIVESIDE := $(LIVESIDE_ZIG)/../c
ZIG ?= $(or $(shell command -v zig 2>/dev/null),python3 -m ziglang)
ROOT ?= src/$(NAME).zig

JSON_FLAGS := -DYYJSON_DISABLE_UTILS=1 -DYYJSON_DISABLE_NON_STANDARD=1 -Dyyjson_inline=__inline__
SDK := $(wildcard $(LIVESIDE)/src/*.c) $(LIVESIDE)/third_party/yyjson/yyjson.c
BINDINGS := $(LIVESIDE)/generated/live_component.c $(LIVESIDE)/generated/component_type.c
HARNESS := $(wildcard $(LIVESIDE)/testing/*.c)
C_FLAGS := -std=gnu17 -I$(LIVESIDE)/include -I$(LIVESIDE)/testing $(JSON_FLAGS)
DEPENDS := $(wildcard $(dir $(ROOT))*.zig $(LIVESIDE_ZIG)/* $(LIVESIDE)/*/*.[ch] $(LIVESIDE)/include/liveside/*.h) $(MAKEFILE_LIST)
# The C files belong to the module that follows them.
modules = -cflags $(C_FLAGS) $(2) -- $(3) --dep liveside -Mroot=$(ROOT) --dep c \
  -Mliveside=$(LIVESIDE_ZIG)/liveside.zig -Mc=$(1)

.PHONY: all test clean compiler
all: dist/$(NAME).wasm

dist/$(NAME).wasm: $(DEPENDS) | compiler
	@mkdir -p dist
	$(ZIG) translate-c -target wasm32-wasi -lc -I$(LIVESIDE)/include $(LIVESIDE_ZIG)/c.h > dist/c.zig
	$(ZIG) build-exe -target wasm32-wasi -OReleaseSmall -fno-entry -mexec-model=reactor -lc -rdynamic -fstrip \
	  --stack 131072 $(call modules,dist/c.zig,-Oz,$(SDK) $(BINDINGS)) -femit-bin=$@

# The tests run on this machine, with the harness in the daemon's place. `main` is Zig's, whose runner speaks on stderr.
test: $(DEPENDS) | compiler
	@mkdir -p dist
	$(ZIG) translate-c -lc -DLIVESIDE_TESTING -I$(LIVESIDE)/include -I$(LIVESIDE)/testing $(LIVESIDE_ZIG)/c.h > dist/c_testing.zig
	$(ZIG) test -lc $(call modules,dist/c_testing.zig,-Dmain=live_test_main,$(SDK) $(HARNESS)) 2>&1

compiler:
	@$(ZIG) version > /dev/null 2>&1 || { echo "Zig is not there. One way: pip install ziglang==0.17.0"; \
	  echo "Another place: make ZIG=/path/to/zig"; exit 1; }

clean:
	rm -rf dist
