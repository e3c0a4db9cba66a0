// The scenarios of ../../README.md, played by the Nexus client.
//
// Usage: nexus SCENARIO ROLE ADDRESS SERIALIZER PREFIX CA_FILE [AUTHID SECRET WRONG_SECRET]
package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"time"
)

const deadline = 30 * time.Second

// scenario has two sides; ready is closed when the first is there to be used.
type scenario struct {
	serve func(p part, ready chan<- struct{}) error
	use   func(p part) error
}

var scenarios = map[string]scenario{
	"basic":    {serve, use},
	"advanced": {serveAdvanced, useAdvanced},
	"shared":   {serveShared, useShared},
}

func main() {
	if len(os.Args) < 7 {
		fail(fmt.Errorf("want SCENARIO ROLE ADDRESS SERIALIZER PREFIX CA_FILE"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	name, role := os.Args[1], os.Args[2]
	p := part{ctx, os.Args[3], os.Args[4], os.Args[5], os.Args[6]}
	if name == "login" {
		if err := logIn(p, role, os.Args[7:]); err != nil {
			fail(err)
		}
		return
	}
	play(p, scenarios[name], role)
}

// play plays one side or both.
func play(p part, sides scenario, role string) {
	served := make(chan error, 1)
	ready := make(chan struct{})
	if role == "serve" || role == "both" {
		go func() { served <- sides.serve(p, ready) }()
	}
	if role == "use" || role == "both" {
		if role == "both" {
			select {
			case <-ready:
			case err := <-served:
				fail(err)
			}
		}
		if err := sides.use(p); err != nil {
			fail(err)
		}
	}
	if role != "use" {
		if err := <-served; err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Println("FAILED:", err)
	os.Exit(1)
}

func done(step string) {
	fmt.Println("ok", step)
}

// step is one that is reported when it has gone well.
type step struct {
	name string
	run  func() error
}

func runAll(steps []step) error {
	for _, step := range steps {
		if err := step.run(); err != nil {
			return fmt.Errorf("use: %s: %w", step.name, err)
		}
		done("use: " + step.name)
	}
	return nil
}

// expect compares values of all serializers.
func expect(wanted, found any, what string) error {
	if want, got := plain(wanted), plain(found); !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: %#v is due, not %#v", what, want, got)
	}
	return nil
}
