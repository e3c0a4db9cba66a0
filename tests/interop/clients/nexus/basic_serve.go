package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
)

type payload struct {
	args   wamp.List
	kwargs wamp.Dict
}

type handler = func(invocation *wamp.Invocation) client.InvokeResult

// serve is the side that registers and subscribes.
func serve(p part, ready chan<- struct{}) error {
	prefix := p.prefix
	session, err := p.join()
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	done("serve: join")
	questions := make(chan payload, 1)
	finished := make(chan struct{})
	procedures := map[string]handler{
		"echo": func(call *wamp.Invocation) client.InvokeResult {
			return client.InvokeResult{Args: call.Arguments, Kwargs: call.ArgumentsKw}
		},
		"fail": func(call *wamp.Invocation) client.InvokeResult {
			return client.InvokeResult{Err: wamp.URI(prefix + ".error.refused"), Args: call.Arguments, Kwargs: call.ArgumentsKw}
		},
		"asked": func(*wamp.Invocation) client.InvokeResult {
			question := <-questions
			return client.InvokeResult{Args: question.args, Kwargs: question.kwargs}
		},
		"answer": func(call *wamp.Invocation) client.InvokeResult {
			options := wamp.Dict{wamp.OptAcknowledge: true}
			return outcome(session.Publish(prefix+".answered", options, call.Arguments, call.ArgumentsKw))
		},
		"finish": func(*wamp.Invocation) client.InvokeResult {
			return outcome(errors.Join(
				session.Unregister(prefix+".echo"),
				session.Unsubscribe(prefix+".question"),
			))
		},
	}
	for name, handle := range procedures {
		wrapped := func(_ context.Context, call *wamp.Invocation) client.InvokeResult { return handle(call) }
		if err := session.Register(prefix+"."+name, wrapped, nil); err != nil {
			return err
		}
	}
	done("serve: register")
	err = errors.Join(
		session.Subscribe(prefix+".question", func(event *wamp.Event) {
			questions <- payload{event.Arguments, event.ArgumentsKw}
		}, nil),
		session.Subscribe(prefix+".done", func(*wamp.Event) { close(finished) }, nil),
	)
	if err != nil {
		return err
	}
	done("serve: subscribe")
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

// wait returns when the user says that it is done.
func (p part) wait(finished <-chan struct{}, session *client.Client) error {
	select {
	case <-finished:
		return nil
	case <-session.Done():
		return errors.New("the router closed the serving session")
	case <-p.ctx.Done():
		return errors.New("nobody said that it is done")
	}
}

func outcome(err error) client.InvokeResult {
	if err == nil {
		return client.InvokeResult{}
	}
	return client.InvokeResult{Err: "interop.error.broken", Args: wamp.List{err.Error()}}
}
