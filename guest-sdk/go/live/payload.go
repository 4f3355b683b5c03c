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
	_, reads := into.(json.Unmarshaler)
	if target.Kind() != reflect.Struct || reads {
		text := "null"
		if payload != nil {
			text = *payload
		}
		return invalid(json.Unmarshal([]byte(text), into), "payload")
	}
	fields := map[string]json.RawMessage{}
	takes := parameters(target.Type())
	if payload != nil && *payload != "null" {
		if strings.HasPrefix(strings.TrimSpace(*payload), "{") {
			if err := json.Unmarshal([]byte(*payload), &fields); err != nil {
				return invalid(err, "payload")
			}
		} else if len(takes) == 1 {
			fields[takes[0].name] = json.RawMessage(*payload)
		} else if len(takes) > 1 {
			return Invalid("The payload must be an object")
		}
	}
	for _, each := range takes {
		name, field := each.name, target.FieldByIndex(each.index)
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

// parameter is a field of the arguments, as JSON names it.
type parameter struct {
	name  string
	index []int
}

// parameters are the fields of a struct that JSON can set, in their order, with those of embedded structs.
func parameters(of reflect.Type) []parameter {
	var found []parameter
	for _, field := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || name == "-" || (field.Anonymous && name == "") {
			continue
		}
		if name == "" {
			name = strings.ToLower(field.Name[:1]) + field.Name[1:]
		}
		found = append(found, parameter{name, field.Index})
	}
	return found
}
