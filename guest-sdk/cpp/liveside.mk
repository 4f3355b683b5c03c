# How a component in C++ is built: as in C (`../c/liveside.mk` says which variables there are), with SOURCES and TESTS
# that end in .cpp. The SDK itself is C and is compiled as C.

LIVESIDE_CPP := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
SOURCES ?= $(wildcard src/*.cpp)
TESTS ?= $(wildcard tests/*.cpp)
WASM_CXX ?= clang++-22
HOST_CXX ?= c++
WASM_LINK := $(WASM_CXX)
HOST_LINK := $(HOST_CXX)
EXTRA_INCLUDES := -I$(LIVESIDE_CPP)/include
EXTRA_HEADERS := $(LIVESIDE_CPP)/include/*.hpp $(LIVESIDE_CPP)/include/liveside/*.hpp $(addsuffix *.hpp,$(sort $(dir $(SOURCES))))
EXTRA_PACKAGES := libc++-22-dev-wasm32 libc++abi-22-dev-wasm32
# The C++ library wants its start-up code.
STDIO := 1

include $(LIVESIDE_CPP)/../c/liveside.mk
