package live

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// decode reads the arguments of an action.
func decode(payload *string, into any) error {
	target := reflect.ValueOf(into).Elem()
	if target.Kind() != reflect.Struct {
		text := "null"
		if payload != nil {
			text = *payload
		}
		return invalid(json.Unmarshal([]byte(text), into), "payload")
	}
	fields := map[string]json.RawMessage{}
	names := keys(target.Type())
	if payload != nil && *payload != "null" {
		if strings.HasPrefix(strings.TrimSpace(*payload), "{") {
			if err := json.Unmarshal([]byte(*payload), &fields); err != nil {
				return invalid(err, "payload")
			}
		} else if len(names) == 1 {
			fields[names[0]] = json.RawMessage(*payload)
		} else if len(names) > 1 {
			return Invalid("The payload must be an object")
		}
	}
	for at, name := range names {
		field := target.Field(at)
		text, there := fields[name]
		if !there || (string(text) == "null" && field.Kind() != reflect.Interface) {
			if field.Kind() != reflect.Pointer && field.Kind() != reflect.Interface {
				return Invalid("`%s` is missing", name)
			}
			continue
		}
		if err := json.Unmarshal(text, field.Addr().Interface()); err != nil {
			return invalid(err, name)
		}
	}
	return nil
}

func invalid(err error, name string) error {
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return Invalid("`%s` is a %s and must be a %s", name, kind.Value, kind.Type)
	}
	return Invalid("`%s` is not valid: %v", name, err)
}

// keys are the names of a struct's fields in JSON, in their order.
func keys(of reflect.Type) []string {
	names := make([]string, of.NumField())
	for at := range names {
		field := of.Field(at)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = strings.ToLower(field.Name[:1]) + field.Name[1:]
		}
		names[at] = name
	}
	return names
}
