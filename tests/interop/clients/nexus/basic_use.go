package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
)

const (
	largeBytes  = 300_000
	callsAtOnce = 200
)

// user is the side that calls and publishes.
type user struct {
	part
	session *client.Client
}

func use(p part) error {
	session, err := p.join()
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	done("use: join")
	u := user{p, session}
	return runAll([]step{
		{"call", u.callEcho},
		{"large payload", u.callLarge},
		{"calls at once", u.callMany},
		{"application error", u.callFail},
		{"no such procedure", func() error { return u.expectNoProcedure("nothing") }},
		{"publish", u.publishQuestion},
		{"event", u.receiveAnswer},
		{"unregister", u.finish},
		{"leave", u.leave},
	})
}

func (u user) call(name string, args wamp.List, kwargs wamp.Dict) (*wamp.Result, error) {
	return u.session.Call(u.ctx, u.prefix+"."+name, nil, args, kwargs, nil)
}

func (u user) publish(name string, args wamp.List, kwargs wamp.Dict) error {
	return u.session.Publish(u.prefix+"."+name, wamp.Dict{wamp.OptAcknowledge: true}, args, kwargs)
}

func (u user) callEcho() error {
	args, kwargs := sample(u.serializer)
	result, err := u.call("echo", args, kwargs)
	if err != nil {
		return err
	}
	if err := expectSample(result.Arguments, result.ArgumentsKw); err != nil {
		return err
	}
	// This client writes null for arguments that are not there.
	keywords, err := u.call("echo", nil, kwargs)
	if err != nil {
		return err
	}
	if len(keywords.Arguments) != 0 || len(keywords.ArgumentsKw) != len(kwargs) {
		return fmt.Errorf("keywords alone are due, not %v %v", keywords.Arguments, keywords.ArgumentsKw)
	}
	bare, err := u.call("echo", nil, nil)
	if err != nil {
		return err
	}
	if len(bare.Arguments) != 0 || len(bare.ArgumentsKw) != 0 {
		return fmt.Errorf("nothing is due, not %v %v", bare.Arguments, bare.ArgumentsKw)
	}
	return nil
}

func (u user) callLarge() error {
	text := strings.Repeat("x", largeBytes)
	result, err := u.call("echo", wamp.List{text}, nil)
	if err != nil {
		return err
	}
	if echo, _ := wamp.AsString(result.Arguments[0]); echo != text {
		return fmt.Errorf("%d characters came back as %d", len(text), len(echo))
	}
	return nil
}

func (u user) callMany() error {
	failures := make([]error, callsAtOnce)
	var group sync.WaitGroup
	for number := range callsAtOnce {
		group.Go(func() {
			result, err := u.call("echo", wamp.List{number}, nil)
			if err != nil {
				failures[number] = err
			} else if echo, _ := wamp.AsInt64(result.Arguments[0]); echo != int64(number) {
				failures[number] = fmt.Errorf("%d came back as %v", number, result.Arguments[0])
			}
		})
	}
	group.Wait()
	return errors.Join(failures...)
}

func (u user) callFail() error {
	args, kwargs := sample(u.serializer)
	_, err := u.call("fail", args, kwargs)
	var refused client.RPCError
	if !errors.As(err, &refused) {
		return fmt.Errorf("an error is due, not %v", err)
	}
	if want := wamp.URI(u.prefix + ".error.refused"); refused.Err.Error != want {
		return fmt.Errorf("%s is due, not %s", want, refused.Err.Error)
	}
	return expectSample(refused.Err.Arguments, refused.Err.ArgumentsKw)
}

func (u user) expectNoProcedure(name string) error {
	_, err := u.call(name, nil, nil)
	var refused client.RPCError
	if !errors.As(err, &refused) || refused.Err.Error != wamp.ErrNoSuchProcedure {
		return fmt.Errorf("%s is due, not %v", wamp.ErrNoSuchProcedure, err)
	}
	return nil
}

func (u user) publishQuestion() error {
	args, kwargs := sample(u.serializer)
	if err := u.publish("question", args, kwargs); err != nil {
		return err
	}
	asked, err := u.call("asked", nil, nil)
	if err != nil {
		return err
	}
	return expectSample(asked.Arguments, asked.ArgumentsKw)
}

func (u user) receiveAnswer() error {
	events := make(chan payload, 2)
	topic := u.prefix + ".answered"
	onEvent := func(event *wamp.Event) { events <- payload{event.Arguments, event.ArgumentsKw} }
	if err := u.session.Subscribe(topic, onEvent, nil); err != nil {
		return err
	}
	args, kwargs := sample(u.serializer)
	if _, err := u.call("answer", args, kwargs); err != nil {
		return err
	}
	event := <-events
	if err := expectSample(event.args, event.kwargs); err != nil {
		return err
	}
	if err := u.session.Unsubscribe(topic); err != nil {
		return err
	}
	// An event of this would come before the call's result.
	if _, err := u.call("answer", args, kwargs); err != nil {
		return err
	}
	if len(events) > 0 {
		return errors.New("an event came after UNSUBSCRIBED")
	}
	return nil
}

func (u user) finish() error {
	if _, err := u.call("finish", nil, nil); err != nil {
		return err
	}
	return u.expectNoProcedure("echo")
}

func (u user) leave() error {
	if err := u.publish("done", nil, nil); err != nil {
		return err
	}
	return leave(u.session)
}
