package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
)

const progressSteps = 3

// server is the side that registers and subscribes, with two sessions.
type server struct {
	part
	first, second *client.Client
	interrupted   chan struct{}
}

func serveAdvanced(p part, ready chan<- struct{}) error {
	first, err := p.join()
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	second, err := p.join()
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	done("serve: join")
	s := server{p, first, second, make(chan struct{}, 1)}
	if err := s.register(); err != nil {
		return err
	}
	done("serve: register")
	finished := make(chan struct{})
	err = errors.Join(
		s.hear(first, "first", map[string]string{
			"news": "exact", "news.": "prefix", ".alert": "wildcard", "told": "exact",
		}),
		s.hear(second, "second", map[string]string{"news": "exact"}),
		first.Subscribe(p.prefix+".done", func(*wamp.Event) { close(finished) }, nil),
	)
	if err != nil {
		return err
	}
	done("serve: subscribe")
	fmt.Println("ready")
	close(ready)
	if err := p.wait(finished, first); err != nil {
		return err
	}
	if err := errors.Join(leave(first), leave(second)); err != nil {
		return err
	}
	done("serve: leave")
	return nil
}

func (s server) register() error {
	procedures := []struct {
		name    string
		handler client.InvocationHandler
		options wamp.Dict
	}{
		{"branch.", calledProcedure, wamp.Dict{wamp.OptMatch: wamp.MatchPrefix}},
		{".leaf", calledProcedure, wamp.Dict{wamp.OptMatch: wamp.MatchWildcard}},
		{"count", s.count, nil},
		{"wait", s.waitForInterrupt, nil},
		{"interrupted", s.onInterrupted, nil},
		{"caller", caller, nil},
		{"told", caller, nil},
	}
	for _, procedure := range procedures {
		uri := s.prefix + "." + procedure.name
		if err := s.first.Register(uri, procedure.handler, procedure.options); err != nil {
			return err
		}
	}
	return errors.Join(s.registerShared(s.first, "first"), s.registerShared(s.second, "second"))
}

func (s server) registerShared(session *client.Client, name string) error {
	callee := func(context.Context, *wamp.Invocation) client.InvokeResult {
		return result(wamp.List{name, session.ID()})
	}
	options := wamp.Dict{wamp.OptInvoke: wamp.InvokeRoundRobin}
	return session.Register(s.prefix+".callee", callee, options)
}

// hear subscribes; the procedure heard.NAME returns what events came.
func (s server) hear(session *client.Client, name string, topics map[string]string) error {
	var mutex sync.Mutex
	heard := wamp.List{}
	for topic, match := range topics {
		uri := s.prefix + "." + topic
		onEvent := func(event *wamp.Event) {
			mutex.Lock()
			defer mutex.Unlock()
			published, found := event.Details["topic"]
			if !found {
				published = uri
			}
			heard = append(heard, wamp.List{published, event.Details["publisher"], event.Arguments})
		}
		if err := session.Subscribe(uri, onEvent, wamp.Dict{wamp.OptMatch: match}); err != nil {
			return err
		}
	}
	tell := func(context.Context, *wamp.Invocation) client.InvokeResult {
		mutex.Lock()
		defer mutex.Unlock()
		return result(heard)
	}
	return session.Register(s.prefix+".heard."+name, tell, nil)
}

func (s server) count(ctx context.Context, _ *wamp.Invocation) client.InvokeResult {
	for step := range progressSteps {
		if err := s.first.SendProgress(ctx, wamp.List{step}, nil); err != nil {
			return outcome(err)
		}
	}
	return result(progressSteps)
}

func (s server) waitForInterrupt(ctx context.Context, _ *wamp.Invocation) client.InvokeResult {
	if err := s.first.Publish(s.prefix+".waiting", nil, nil, nil); err != nil {
		return outcome(err)
	}
	<-ctx.Done()
	select {
	case s.interrupted <- struct{}{}:
	default:
		// It is known already.
	}
	return client.InvocationCanceled
}

func (s server) onInterrupted(context.Context, *wamp.Invocation) client.InvokeResult {
	<-s.interrupted
	return result(true)
}

func calledProcedure(_ context.Context, call *wamp.Invocation) client.InvokeResult {
	return result(call.Details["procedure"])
}

func caller(_ context.Context, call *wamp.Invocation) client.InvokeResult {
	return result(call.Details["caller"])
}

func result(value any) client.InvokeResult {
	return client.InvokeResult{Args: wamp.List{value}}
}
