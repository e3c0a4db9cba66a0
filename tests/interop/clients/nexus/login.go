package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
	"github.com/gammazero/nexus/v3/wamp/crsign"
)

// attempt is one login; an outcome with a Message is a refusal.
type attempt struct {
	Name    string
	Method  string
	Authid  *string
	Secret  string
	Outcome struct {
		Authid   *string
		Authrole string
		Allowed  string
		Denied   string
		Message  string
	}
}

// connector joins as its config says.
type connector func(config client.Config) (*client.Client, error)

// logIn plays the scenario `login`.
func logIn(ctx context.Context, connect connector, realm, attempts string) error {
	var all []attempt
	if err := json.Unmarshal([]byte(attempts), &all); err != nil {
		return err
	}
	for _, one := range all {
		if err := one.run(ctx, connect, realm); err != nil {
			return fmt.Errorf("login: %s: %w", one.Name, err)
		}
		done("login: " + one.Name)
	}
	return nil
}

func (a attempt) run(ctx context.Context, connect connector, realm string) error {
	config, err := a.config(realm)
	if err != nil {
		return err
	}
	session, err := connect(config)
	if want := a.Outcome.Message; want != "" {
		// Of an ABORT after CHALLENGE the client tells no more than this.
		if err == nil || !strings.Contains(err.Error(), want) {
			return fmt.Errorf("%q is due, not %v", want, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if err := a.expectWelcome(session.RealmDetails()); err != nil {
		return err
	}
	if err := expectCalls(ctx, session, a.Outcome.Allowed, a.Outcome.Denied); err != nil {
		return err
	}
	return leave(session)
}

func (a attempt) config(realm string) (client.Config, error) {
	config := client.Config{Realm: realm, HelloDetails: wamp.Dict{}}
	if a.Authid != nil {
		config.HelloDetails["authid"] = *a.Authid
	}
	answer := func(sign func(*wamp.Challenge) string) {
		config.AuthHandlers = map[string]client.AuthFunc{
			a.Method: func(challenge *wamp.Challenge) (string, wamp.Dict) {
				return sign(challenge), wamp.Dict{}
			},
		}
	}
	switch a.Method {
	case "anonymous":
		config.HelloDetails["authmethods"] = wamp.List{a.Method}
	case "ticket":
		answer(func(*wamp.Challenge) string { return a.Secret })
	case "wampcra":
		answer(func(challenge *wamp.Challenge) string {
			return crsign.RespondChallenge(a.Secret, challenge, nil)
		})
	default:
		return config, errors.New("the client has no such method")
	}
	return config, nil
}

func (a attempt) expectWelcome(details wamp.Dict) error {
	wanted := map[string]string{"authmethod": a.Method, "authrole": a.Outcome.Authrole}
	if a.Outcome.Authid != nil {
		wanted["authid"] = *a.Outcome.Authid
	}
	for name, want := range wanted {
		if got, _ := wamp.AsString(details[name]); got != want {
			return fmt.Errorf("%s %q is due, not %v", name, want, details[name])
		}
	}
	return nil
}

// expectCalls calls what its role may call, and what not.
func expectCalls(ctx context.Context, session *client.Client, allowed, denied string) error {
	if _, err := session.Call(ctx, allowed, nil, nil, nil, nil); err != nil {
		return err
	}
	_, err := session.Call(ctx, denied, nil, nil, nil, nil)
	var refused client.RPCError
	if !errors.As(err, &refused) || refused.Err.Error != wamp.ErrNotAuthorized {
		return fmt.Errorf("%s: %s is due, not %v", denied, wamp.ErrNotAuthorized, err)
	}
	return nil
}
