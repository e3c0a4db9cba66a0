package main

import (
	"errors"
	"fmt"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
	"github.com/gammazero/nexus/v3/wamp/crsign"
)

// answers is how each method answers the CHALLENGE with a secret.
var answers = map[string]func(secret string) client.AuthFunc{
	"ticket": func(secret string) client.AuthFunc {
		return func(*wamp.Challenge) (string, wamp.Dict) { return secret, wamp.Dict{} }
	},
	"wampcra": func(secret string) client.AuthFunc {
		return func(challenge *wamp.Challenge) (string, wamp.Dict) {
			return crsign.RespondChallenge(secret, challenge, nil), wamp.Dict{}
		}
	},
}

// logIn joins by method; it is refused with the wrong secret, where there is one.
func logIn(p part, method string, credentials []string) error {
	wanted := wamp.Dict{"authmethod": method, "authrole": "anonymous"}
	var authid, secret string
	if len(credentials) > 0 {
		authid, secret = credentials[0], credentials[1]
		wanted["authid"], wanted["authrole"] = authid, "user"
	}
	session, _, err := p.logIn(method, authid, secret)
	if err != nil {
		return err
	}
	for key, value := range wanted {
		if err := expect(value, session.RealmDetails()[key], key); err != nil {
			return err
		}
	}
	done("login: welcome")
	if err := leave(session); err != nil {
		return err
	}
	done("login: leave")
	if len(credentials) == 0 {
		return nil
	}
	_, connection, err := p.logIn(method, authid, credentials[2])
	if err == nil {
		return errors.New("the wrong secret is taken")
	}
	reason, missing := connection.reasons.take("ABORT", func(wamp.URI) bool { return true })
	if missing != nil {
		return fmt.Errorf("%w: %w", err, missing)
	}
	if err := expect("wamp.error.authentication_denied", string(reason), "ABORT"); err != nil {
		return err
	}
	done("login: refusal")
	return nil
}

func (p part) logIn(method, authid, secret string) (*client.Client, *tap, error) {
	connection, config, err := p.connect()
	if err != nil {
		return nil, nil, err
	}
	if method == "anonymous" {
		config.HelloDetails = wamp.Dict{"authmethods": wamp.List{method}}
	} else {
		config.HelloDetails = wamp.Dict{"authid": authid}
		config.AuthHandlers = map[string]client.AuthFunc{method: answers[method](secret)}
	}
	session, err := client.NewClient(connection, config)
	return session, connection, err
}
