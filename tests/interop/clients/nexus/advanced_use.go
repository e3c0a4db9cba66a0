package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
)

const timeoutMs = 100

// metaEvent is one of the router's own events.
type metaEvent struct {
	topic string
	args  wamp.List
}

// advancedUser is the side that calls, publishes, and asks the router.
type advancedUser struct {
	part
	session    *client.Client
	connection *tap
	meta       *inbox[metaEvent]
	// callees are the serving sessions, by name.
	callees map[string]wamp.ID
}

func useAdvanced(p part) error {
	connection, config, err := p.connect()
	if err != nil {
		return err
	}
	session, err := client.NewClient(connection, config)
	if err != nil {
		return fmt.Errorf("cannot join: %w", err)
	}
	done("use: join")
	u := advancedUser{p, session, connection, newInbox[metaEvent](p.ctx), map[string]wamp.ID{}}
	return runAll([]step{
		{"meta events and procedures", u.seeGuest},
		{"kill", u.killGuest},
		{"patterns", u.callPatterns},
		{"shared registration", u.callShared},
		{"progressive results", u.callWithProgress},
		{"cancel", u.cancelCall},
		{"timeout", u.runIntoTimeout},
		{"disclosed to callees", u.beDisclosed},
		{"lists, topics and disclosure of events", u.publishToSome},
		{"leave", u.leave},
	})
}

func (u advancedUser) uri(name string) string { return u.prefix + "." + name }

// call is what a procedure of the serving side returns.
func (u advancedUser) call(name string, options wamp.Dict) (any, error) {
	return first(u.session.Call(u.ctx, u.uri(name), options, nil, nil, nil))
}

// ask is what a procedure of the router returns.
func (u advancedUser) ask(procedure string, args ...any) (any, error) {
	return first(u.session.Call(u.ctx, "wamp."+procedure, nil, args, nil, nil))
}

// askDict is what a procedure of the router returns, a dictionary.
func (u advancedUser) askDict(procedure string, args ...any) (wamp.Dict, error) {
	answer, err := u.ask(procedure, args...)
	dict, _ := wamp.AsDict(answer)
	return dict, err
}

// expectAnswer asks, and compares what is returned.
func (u advancedUser) expectAnswer(wanted any, procedure string, args ...any) error {
	answer, err := u.ask(procedure, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", procedure, err)
	}
	return expect(wanted, answer, procedure)
}

// expectCall calls, and compares what is returned.
func (u advancedUser) expectCall(wanted any, name string, options wamp.Dict) error {
	answer, err := u.call(name, options)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return expect(wanted, answer, name)
}

func first(result *wamp.Result, err error) (any, error) {
	if err != nil || len(result.Arguments) == 0 {
		return nil, err
	}
	return result.Arguments[0], nil
}

func expectError(uri wamp.URI, err error) error {
	var refused client.RPCError
	if !errors.As(err, &refused) || refused.Err.Error != uri {
		return fmt.Errorf("%s is due, not %v", uri, err)
	}
	return nil
}

func (u advancedUser) callPatterns() error {
	for _, name := range []string{"branch.a.b", "branch.c", "any.leaf", "other.leaf"} {
		if err := u.expectCall(u.uri(name), name, nil); err != nil {
			return err
		}
	}
	_, err := u.call("a.b.leaf", nil)
	return expectError(wamp.ErrNoSuchProcedure, err)
}

func (u advancedUser) callShared() error {
	var names []string
	for range 4 {
		answer, err := u.call("callee", nil)
		if err != nil {
			return err
		}
		callee, _ := wamp.AsList(answer)
		name, _ := wamp.AsString(callee[0])
		names = append(names, name)
		u.callees[name], _ = wamp.AsID(callee[1])
	}
	if err := expect([]string{"first", "second", "first", "second"}, names, "callees in turn"); err != nil {
		return err
	}
	registration, err := u.ask("registration.lookup", u.uri("callee"))
	if err != nil {
		return err
	}
	return u.expectAnswer(2, "registration.count_callees", registration)
}

func (u advancedUser) callWithProgress() error {
	steps := wamp.List{}
	onProgress := func(result *wamp.Result) { steps = append(steps, result.Arguments...) }
	last, err := first(u.session.Call(u.ctx, u.uri("count"), nil, nil, nil, onProgress))
	if err != nil {
		return err
	}
	return errors.Join(
		expect(3, last, "final result"),
		expect(wamp.List{0, 1, 2}, steps, "progressive results"),
	)
}

// cancelCall cancels in both modes that the callee hears of.
func (u advancedUser) cancelCall() error {
	for _, mode := range []string{wamp.CancelModeKillNoWait, wamp.CancelModeKill} {
		if err := u.cancelBy(mode); err != nil {
			return fmt.Errorf("%s: %w", mode, err)
		}
	}
	return nil
}

func (u advancedUser) cancelBy(mode string) error {
	waiting := make(chan struct{}, 1)
	onWaiting := func(*wamp.Event) { waiting <- struct{}{} }
	if err := u.session.Subscribe(u.uri("waiting"), onWaiting, nil); err != nil {
		return err
	}
	if err := u.session.SetCallCancelMode(mode); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(u.ctx)
	go func() {
		<-waiting
		cancel()
	}()
	_, err := u.session.Call(ctx, u.uri("wait"), nil, nil, nil, nil)
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("a canceled call is due, not %w", err)
	}
	if err := u.session.Unsubscribe(u.uri("waiting")); err != nil {
		return err
	}
	isCanceled := func(uri wamp.URI) bool { return uri == wamp.ErrCanceled }
	if _, err := u.connection.reasons.take("ERROR wamp.error.canceled", isCanceled); err != nil {
		return err
	}
	return u.expectInterrupted()
}

func (u advancedUser) expectInterrupted() error {
	err := u.expectCall(true, "interrupted", nil)
	if expectError(wamp.ErrNoSuchProcedure, err) == nil {
		// A callee whose library knows no INTERRUPT.
		return nil
	}
	return err
}

func (u advancedUser) runIntoTimeout() error {
	_, err := u.call("wait", wamp.Dict{wamp.OptTimeout: timeoutMs})
	if err := expectError(wamp.ErrTimeout, err); err != nil {
		return err
	}
	return u.expectInterrupted()
}

func (u advancedUser) beDisclosed() error {
	return errors.Join(
		u.expectCall(nil, "caller", nil),
		u.expectCall(u.session.ID(), "caller", wamp.Dict{wamp.OptDiscloseMe: true}),
		u.expectCall(u.session.ID(), "told", nil),
	)
}

func (u advancedUser) publish(topic, text string, options wamp.Dict) error {
	if options == nil {
		options = wamp.Dict{}
	}
	options[wamp.OptAcknowledge] = true
	return u.session.Publish(u.uri(topic), options, wamp.List{text}, nil)
}

func (u advancedUser) publishToSome() error {
	own := newInbox[string](u.ctx)
	onNews := func(event *wamp.Event) {
		text, _ := wamp.AsString(event.Arguments[0])
		own.put(text)
	}
	if err := u.session.Subscribe(u.uri("news"), onNews, nil); err != nil {
		return err
	}
	one, err := u.askDict("session.get", u.callees["first"])
	if err != nil {
		return err
	}
	second := wamp.List{u.callees["second"]}
	err = errors.Join(
		u.publish("news", "all", nil),
		u.publish("news", "eligible", wamp.Dict{"eligible": second}),
		u.publish("news", "exclude", wamp.Dict{"exclude": second}),
		u.publish("news", "role", wamp.Dict{"exclude_authrole": wamp.List{"anonymous"}}),
		u.publish("news", "authid", wamp.Dict{"eligible_authid": wamp.List{one["authid"]}}),
		u.publish("news.local", "prefix", nil),
		u.publish("any.alert", "wildcard", nil),
		u.publish("told", "disclosed", nil),
		u.publish("any.alert", "disclosed", wamp.Dict{wamp.OptDiscloseMe: true}),
		u.publish("news", "me", wamp.Dict{wamp.OptExcludeMe: false}),
	)
	if err != nil {
		return err
	}
	if _, err := own.take("own event", func(text string) bool { return text == "me" }); err != nil {
		return err
	}
	return errors.Join(
		expect([]string{}, own.seen, "the publisher's other events"),
		u.expectHeard(),
	)
}

func (u advancedUser) expectHeard() error {
	news, alert := u.uri("news"), u.uri("any.alert")
	heard := func(topic string, publisher any, text string) wamp.List {
		return wamp.List{topic, publisher, wamp.List{text}}
	}
	return errors.Join(
		u.expectCall(wamp.List{
			heard(news, nil, "all"),
			heard(news, nil, "exclude"),
			heard(news, nil, "authid"),
			heard(news+".local", nil, "prefix"),
			heard(alert, nil, "wildcard"),
			heard(u.uri("told"), u.session.ID(), "disclosed"),
			heard(alert, u.session.ID(), "disclosed"),
			heard(news, nil, "me"),
		}, "heard.first", nil),
		u.expectCall(wamp.List{
			heard(news, nil, "all"),
			heard(news, nil, "eligible"),
			heard(news, nil, "me"),
		}, "heard.second", nil),
	)
}

func (u advancedUser) leave() error {
	options := wamp.Dict{wamp.OptAcknowledge: true}
	if err := u.session.Publish(u.uri("done"), options, nil, nil); err != nil {
		return err
	}
	return leave(u.session)
}
