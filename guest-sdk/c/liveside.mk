# How a component in C is built. A project's Makefile says what is its own and includes this:
#
#   NAME := counter
#   include ../../../guest-sdk/c/liveside.mk
#
# NAME       what the module is called: dist/NAME.wasm
# SOURCES    its files (src/*.c)
# TESTS      the files of its tests (tests/*.c)
# STDIO      1 if it uses the C library's files or printf: that brings imports of WASI
# CPPFLAGS, CFLAGS, LDFLAGS   more for the compiler

LIVESIDE := $(patsubst %/,%,$(dir $(lastword $(filter %/c/liveside.mk ../liveside.mk,$(MAKEFILE_LIST)))))
SOURCES ?= $(wildcard src/*.c)
TESTS ?= $(wildcard tests/*.c)
WASM_CC ?= clang-22
# Not WASM_CC: what Debian has of it brings no sanitizers for this machine.
HOST_CC ?= cc
SYSROOT_FLAGS ?= --target=wasm32-wasi -Wno-deprecated

# `inline` and no more: the JSON library would be inlined into itself over and over, which makes the module twice as large.
JSON_FLAGS := -DYYJSON_DISABLE_UTILS=1 -DYYJSON_DISABLE_NON_STANDARD=1 -Dyyjson_inline=__inline__
# A text that is NULL is null in a template, so it is no mistake.
WARNINGS := -Wall -Wextra -Wno-missing-field-initializers -Wno-format-overflow
INCLUDES := -I$(LIVESIDE)/include $(EXTRA_INCLUDES) $(CPPFLAGS)
WASM_FLAGS := $(SYSROOT_FLAGS) $(INCLUDES) -Oz $(JSON_FLAGS) $(CFLAGS)
HOST_FLAGS := $(INCLUDES) -I$(LIVESIDE)/testing $(JSON_FLAGS) $(CFLAGS) -g -O1 -fsanitize=address,undefined \
  -fno-sanitize-recover=undefined -fno-omit-frame-pointer
C_STANDARD := -std=gnu17
CXX_STANDARD := -std=c++23

HEADERS := $(wildcard $(LIVESIDE)/include/*.h $(LIVESIDE)/include/*/*.h $(LIVESIDE)/src/*.h $(LIVESIDE)/testing/*.h \
  $(LIVESIDE)/generated/*.h $(EXTRA_HEADERS) src/*.h) $(MAKEFILE_LIST)
SDK := $(wildcard $(LIVESIDE)/src/*.c) $(LIVESIDE)/third_party/yyjson/yyjson.c
BINDINGS := $(LIVESIDE)/generated/live_component.c $(LIVESIDE)/generated/component_type.c
HARNESS := $(wildcard $(LIVESIDE)/testing/*.c)

# Objects of the SDK and of the project lie apart, so that files may have the same name.
object = dist/$(1)/$(basename $(notdir $(2))).o
WASM_OBJECTS := $(foreach file,$(SDK) $(BINDINGS),$(call object,wasm/sdk,$(file))) \
  $(foreach file,$(SOURCES),$(call object,wasm/own,$(file)))
HOST_OBJECTS := $(foreach file,$(SDK) $(HARNESS),$(call object,host/sdk,$(file))) \
  $(foreach file,$(SOURCES) $(TESTS),$(call object,host/own,$(file)))

comma := ,
ENTRY := $(if $(STDIO),-mexec-model=reactor,-nostartfiles -Wl$(comma)--no-entry)
WASM_LINK ?= $(WASM_CC)
HOST_LINK ?= $(HOST_CC)

.PHONY: all test clean compiler
all: dist/$(NAME).wasm

dist/$(NAME).wasm: $(WASM_OBJECTS)
	$(WASM_LINK) $(SYSROOT_FLAGS) $(ENTRY) -Wl,-z,stack-size=131072 -Wl,--strip-all $(LDFLAGS) $^ -o $@

# The tests run on this machine, with the harness in the daemon's place.
test: dist/tests
	./dist/tests

dist/tests: $(HOST_OBJECTS)
	$(HOST_LINK) -fsanitize=address,undefined $^ -lm -o $@

define rules
$(call object,wasm/$(1),$(2)): $(2) $(HEADERS) | compiler
	@mkdir -p $$(@D)
	$(if $(filter %.cpp,$(2)),$(WASM_CXX) $(CXX_STANDARD) -fno-exceptions -fno-rtti,$(WASM_CC) $(C_STANDARD)) $(WARNINGS) $(WASM_FLAGS) -c $$< -o $$@
$(call object,host/$(1),$(2)): $(2) $(HEADERS)
	@mkdir -p $$(@D)
	$(if $(filter %.cpp,$(2)),$(HOST_CXX) $(CXX_STANDARD),$(HOST_CC) $(C_STANDARD)) $(WARNINGS) $(HOST_FLAGS) -c $$< -o $$@
endef
$(foreach file,$(SDK) $(BINDINGS) $(HARNESS),$(eval $(call rules,sdk,$(file))))
$(foreach file,$(SOURCES) $(TESTS),$(eval $(call rules,own,$(file))))

compiler:
	@command -v $(WASM_LINK) > /dev/null || { echo "$(WASM_LINK) is not there. On Debian and Ubuntu:"; \
	  echo "  apt-get install --no-install-recommends clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32 $(EXTRA_PACKAGES)"; \
	  echo "Another clang with a WASI library: make WASM_CC=/path/to/clang"; exit 1; }

clean:
	rm -rf dist
