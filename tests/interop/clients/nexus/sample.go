package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/gammazero/nexus/v3/transport/serialize"
	"github.com/gammazero/nexus/v3/wamp"
)

var octets = []byte{0x00, 0xff, 0x10}

// sample is the payload that goes to and fro.
func sample(serializer string) (wamp.List, wamp.Dict) {
	var binary any = octets
	if serializer == "json" {
		binary = serialize.BinaryData(octets)
	}
	args := wamp.List{
		0, -7, 1.5, int64(1)<<53 - 1, "Grüße, 世界 👋", "", true, nil,
		wamp.List{1, wamp.List{2, wamp.List{}}},
		wamp.Dict{"a": wamp.Dict{"b": wamp.List{}}},
		binary,
	}
	return args, wamp.Dict{"name": "x", "large": int64(1) << 40, "octets": binary}
}

func expectSample(args wamp.List, kwargs wamp.Dict) error {
	wantArgs, wantKwargs := sample("")
	return errors.Join(
		expect(wantArgs, args, "arguments"),
		expect(wantKwargs, kwargs, "keyword arguments"),
	)
}

// plain makes values of all serializers comparable: numbers become decimal
// text, octets hexadecimal text.
func plain(value any) any {
	switch value := value.(type) {
	case []byte:
		return fmt.Sprintf("octets %x", value)
	case string:
		// Octets, as JSON sessions get them.
		if encoded, found := strings.CutPrefix(value, "\x00"); found {
			decoded, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				return err.Error()
			}
			return plain(decoded)
		}
		return value
	case bool, nil:
		return value
	}
	switch reflected := reflect.ValueOf(value); reflected.Kind() {
	case reflect.Slice:
		list := make([]any, reflected.Len())
		for index := range list {
			list[index] = plain(reflected.Index(index).Interface())
		}
		return list
	case reflect.Map:
		dict := map[string]any{}
		for _, key := range reflected.MapKeys() {
			dict[fmt.Sprint(key.Interface())] = plain(reflected.MapIndex(key).Interface())
		}
		return dict
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return err.Error()
		}
		return string(bytes.TrimSpace(text))
	}
}
