// Package entry stands between the generated exports and the package live, which would import each other otherwise.
package entry

import (
	types "liveside/internal/pkg/types"
	wit "liveside/internal/wit/liveside_component_component"
)

// What live puts in.
var (
	DescribeFunc func() []wit.Definition
	HandleFunc   func(wit.Target, wit.Event) types.Result[types.Option[string], wit.Failure]
	MigrateFunc  func(component, from, state string) types.Result[string, wit.Failure]
)

// Describe is the export of that name.
func Describe() []wit.Definition { return DescribeFunc() }

// Handle is the export of that name.
func Handle(target wit.Target, event wit.Event) types.Result[types.Option[string], wit.Failure] {
	return HandleFunc(target, event)
}

// Migrate is the export of that name.
func Migrate(component, from, state string) types.Result[string, wit.Failure] {
	return MigrateFunc(component, from, state)
}
