# How a component in C is built. A project's Makefile says what is its own and includes this:
#
#   NAME := counter
#   include ../../../guest-sdk/c/liveside.mk
#
# NAME       what the module is called: dist/NAME.wasm
# SOURCES    its C files (src/*.c)
# TESTS      C files of its tests (tests/*.c)
# STDIO      1 if it uses the C library's files or printf: that brings imports of WASI
# CPPFLAGS, CFLAGS, LDFLAGS   more for the compiler

LIVESIDE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
SOURCES ?= $(wildcard src/*.c)
TESTS ?= $(wildcard tests/*.c)
WASM_CC ?= clang-22
# Not WASM_CC: what Debian has of it brings no sanitizers for this machine.
HOST_CC ?= cc
SYSROOT_FLAGS ?= --target=wasm32-wasi -Wno-deprecated

# Without the second line the JSON library is inlined into itself over and over: twice the module.
JSON_FLAGS := -DYYJSON_DISABLE_UTILS=1 -DYYJSON_DISABLE_NON_STANDARD=1 \
  -Dyyjson_inline=__inline__
# A text that is NULL is null in a template, so it is no mistake.
WARNINGS := -Wall -Wextra -Wno-missing-field-initializers -Wno-format-overflow
COMMON := -std=gnu17 -I$(LIVESIDE)/include $(CPPFLAGS)

SDK_SOURCES := $(wildcard $(LIVESIDE)/src/*.c)
JSON_SOURCES := $(LIVESIDE)/third_party/yyjson/yyjson.c
GENERATED := $(LIVESIDE)/generated/live_component.c $(LIVESIDE)/generated/component_type.c
HARNESS := $(wildcard $(LIVESIDE)/testing/*.c)
HEADERS := $(wildcard $(LIVESIDE)/include/*.h $(LIVESIDE)/include/*/*.h $(LIVESIDE)/src/*.h $(LIVESIDE)/testing/*.h \
  $(LIVESIDE)/generated/*.h src/*.h)

comma := ,
ENTRY := $(if $(STDIO),-mexec-model=reactor,-nostartfiles -Wl$(comma)--no-entry)
STACK := -Wl,-z,stack-size=131072

.PHONY: all test clean compiler
all: dist/$(NAME).wasm

dist/$(NAME).wasm: $(SOURCES) $(SDK_SOURCES) $(HEADERS) $(GENERATED) $(MAKEFILE_LIST) | compiler
	@mkdir -p dist
	$(WASM_CC) $(SYSROOT_FLAGS) $(COMMON) $(WARNINGS) -Oz $(ENTRY) $(STACK) -Wl,--strip-all $(JSON_FLAGS) \
	  $(CFLAGS) $(SOURCES) $(SDK_SOURCES) $(JSON_SOURCES) $(GENERATED) $(LDFLAGS) -o $@

compiler:
	@command -v $(WASM_CC) > /dev/null || { echo "$(WASM_CC) is not there. On Debian and Ubuntu:"; \
	  echo "  apt-get install --no-install-recommends clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32"; \
	  echo "Another clang with a WASI library: make WASM_CC=/path/to/clang"; exit 1; }

# The tests run on this machine, with the harness in the daemon's place.
test: dist/tests
	./dist/tests

dist/tests: $(SOURCES) $(TESTS) $(SDK_SOURCES) $(HARNESS) $(HEADERS) $(MAKEFILE_LIST)
	@mkdir -p dist
	$(HOST_CC) $(COMMON) -I$(LIVESIDE)/testing $(WARNINGS) -g -O1 -fsanitize=address,undefined \
	  -fno-sanitize-recover=undefined -fno-omit-frame-pointer $(JSON_FLAGS) $(CFLAGS) \
	  $(SOURCES) $(TESTS) $(SDK_SOURCES) $(HARNESS) $(JSON_SOURCES) -lm -o $@

clean:
	rm -rf dist
