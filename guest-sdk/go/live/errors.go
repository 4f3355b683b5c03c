package live

import (
	"errors"
	"fmt"
)

// Code is what programs can tell a failure by.
type Code uint8

// In the order of the interface.
const (
	CodeFailed Code = iota
	CodeNotCallable
	CodeInvalidPayload
	CodeDenied
	CodeLimit
	CodeCrashed
)

// Failure is an event's error with a code. Any other error is a failure of the code CodeFailed.
type Failure struct {
	Code    Code
	Message string
}

func (f *Failure) Error() string { return f.Message }

// Denied says that this user may not.
func Denied(format string, arguments ...any) error {
	return &Failure{CodeDenied, fmt.Sprintf(format, arguments...)}
}

// Invalid says that the payload is not what the action takes.
func Invalid(format string, arguments ...any) error {
	return &Failure{CodeInvalidPayload, fmt.Sprintf(format, arguments...)}
}

// HostCode is why the daemon refused a call.
type HostCode uint8

// In the order of the interface.
const (
	NotAvailable HostCode = iota
	HostDenied
	HostInvalid
	HostLimit
	HostTimeout
	HostFailed
)

// HostError is a refusal of the daemon. The call changed nothing.
type HostError struct {
	Code    HostCode
	Message string
}

func (e *HostError) Error() string { return e.Message }

// failure is what an event ends with because of an error.
func failure(err error) *Failure {
	var own *Failure
	var host *HostError
	switch {
	case errors.As(err, &own):
		return &Failure{own.Code, err.Error()}
	case errors.As(err, &host) && host.Code == HostLimit:
		return &Failure{CodeLimit, err.Error()}
	default:
		return &Failure{CodeFailed, err.Error()}
	}
}
