package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
)

// sharedCallees is how many programs serve.
const sharedCallees = 2

// serveShared is one of the programs that share a procedure.
func serveShared(p part, ready chan<- struct{}) error {
	session, err := p.join()
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	callee := func(context.Context, *wamp.Invocation) client.InvokeResult { return result(session.ID()) }
	options := wamp.Dict{wamp.OptInvoke: wamp.InvokeRoundRobin}
	finished := make(chan struct{})
	err = errors.Join(
		session.Register(p.prefix+".callee", callee, options),
		session.Subscribe(p.prefix+".done", func(*wamp.Event) { close(finished) }, nil),
	)
	if err != nil {
		return err
	}
	done("serve: register and subscribe")
	fmt.Println("ready")
	close(ready)
	if err := p.wait(finished, session); err != nil {
		return err
	}
	if err := leave(session); err != nil {
		return err
	}
	done("serve: leave")
	return nil
}

// useShared calls all of them in turn.
func useShared(p part) error {
	session, err := p.join()
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	call := func(procedure string, args ...any) (any, error) {
		return first(session.Call(p.ctx, procedure, nil, args, nil, nil))
	}
	procedure := p.prefix + ".callee"
	registration, err := call("wamp.registration.match", procedure)
	if err != nil {
		return err
	}
	listed, err := call("wamp.registration.list_callees", registration)
	if err != nil {
		return err
	}
	callees := ids(listed)
	if err := expect(sharedCallees, len(callees), "callees"); err != nil {
		return err
	}
	var called wamp.List
	for range 2 * sharedCallees {
		callee, err := call(procedure)
		if err != nil {
			return err
		}
		called = append(called, callee)
	}
	once, again := ids(called[:sharedCallees]), ids(called[sharedCallees:])
	if err := expect(once, again, "callees of the second turn"); err != nil {
		return err
	}
	slices.Sort(callees)
	slices.Sort(once)
	if err := expect(callees, once, "callees of a turn"); err != nil {
		return err
	}
	done("use: callees in turn")
	options := wamp.Dict{wamp.OptAcknowledge: true}
	if err := session.Publish(p.prefix+".done", options, nil, nil); err != nil {
		return err
	}
	if err := leave(session); err != nil {
		return err
	}
	done("use: leave")
	return nil
}
