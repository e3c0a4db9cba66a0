package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/wamp"
)

var metaTopics = []string{
	"session.on_join", "session.on_leave",
	"subscription.on_create", "subscription.on_delete",
	"registration.on_create", "registration.on_delete",
}

// seeGuest sees a guest in meta events and procedures, and gets its testament.
func (u advancedUser) seeGuest() error {
	for _, topic := range metaTopics {
		onEvent := func(event *wamp.Event) { u.meta.put(metaEvent{topic, event.Arguments}) }
		if err := u.session.Subscribe("wamp."+topic, onEvent, nil); err != nil {
			return err
		}
	}
	connection, config, err := u.connect()
	if err != nil {
		return err
	}
	guest, err := client.NewClient(connection, config)
	if err != nil {
		return err
	}
	steps := []func(*client.Client) error{
		u.seeSession, u.seeSubscription, u.seeRegistration,
		func(guest *client.Client) error { return u.seeTestament(guest, connection) },
	}
	for _, step := range steps {
		if err := step(guest); err != nil {
			return err
		}
	}
	return nil
}

func (u advancedUser) seeSession(guest *client.Client) error {
	event, err := u.meta.take("on_join", func(event metaEvent) bool {
		joined, _ := wamp.AsDict(event.args[0])
		session, _ := wamp.AsID(joined["session"])
		return event.topic == "session.on_join" && session == guest.ID()
	})
	if err != nil {
		return err
	}
	joined, _ := wamp.AsDict(event.args[0])
	known, err := u.askDict("session.get", guest.ID())
	if err != nil {
		return err
	}
	sessions, err := u.ask("session.list")
	if err != nil {
		return err
	}
	return errors.Join(
		expect("anonymous", joined["authrole"], "on_join's authrole"),
		expect(joined["authid"], known["authid"], "session.get's authid"),
		expect(true, slices.Contains(ids(sessions), guest.ID()), "in session.list"),
		u.expectCount(),
	)
}

// expectCount counts the own session and the guest, and those of other cases.
func (u advancedUser) expectCount() error {
	answer, err := u.ask("session.count", wamp.List{"anonymous"})
	if err != nil {
		return err
	}
	count, _ := wamp.AsInt64(answer)
	return errors.Join(
		expect(true, count >= 2, "two in session.count"),
		u.expectAnswer(0, "session.count", wamp.List{"nobody"}),
	)
}

// expectListed finds an ID among those of its kind of match, and in no other.
func (u advancedUser) expectListed(procedure, match string, id any) error {
	lists, err := u.askDict(procedure)
	if err != nil {
		return err
	}
	wanted, _ := wamp.AsID(id)
	for _, kind := range []string{wamp.MatchExact, wamp.MatchPrefix, wamp.MatchWildcard} {
		isIn := slices.Contains(ids(lists[kind]), wanted)
		if err := expect(kind == match, isIn, procedure+": "+kind); err != nil {
			return err
		}
	}
	return nil
}

func (u advancedUser) seeSubscription(guest *client.Client) error {
	topic := u.uri("room.")
	options := wamp.Dict{wamp.OptMatch: wamp.MatchPrefix}
	if err := guest.Subscribe(topic, func(*wamp.Event) {}, options); err != nil {
		return err
	}
	args, err := u.takeMeta("subscription.on_create", guest.ID())
	if err != nil {
		return err
	}
	created, _ := wamp.AsDict(args[1])
	return errors.Join(
		expect(topic, created["uri"], "on_create's uri"),
		expect("prefix", created["match"], "on_create's match"),
		u.expectAnswer(created["id"], "subscription.lookup", topic, options),
		u.expectAnswer(wamp.List{created["id"]}, "subscription.match", topic+"one"),
		u.expectListed("subscription.list", "prefix", created["id"]),
		u.expectAnswer(wamp.List{guest.ID()}, "subscription.list_subscribers", created["id"]),
	)
}

func (u advancedUser) seeRegistration(guest *client.Client) error {
	procedure := u.uri("bell")
	ring := func(context.Context, *wamp.Invocation) client.InvokeResult { return result(nil) }
	options := wamp.Dict{wamp.OptInvoke: wamp.InvokeLast}
	if err := guest.Register(procedure, ring, options); err != nil {
		return err
	}
	args, err := u.takeMeta("registration.on_create", guest.ID())
	if err != nil {
		return err
	}
	created, _ := wamp.AsDict(args[1])
	known, err := u.askDict("registration.get", created["id"])
	if err != nil {
		return err
	}
	return errors.Join(
		expect(procedure, created["uri"], "on_create's uri"),
		expect("last", created["invoke"], "on_create's invoke"),
		expect(procedure, known["uri"], "registration.get's uri"),
		u.expectAnswer(created["id"], "registration.match", procedure),
		u.expectListed("registration.list", "exact", created["id"]),
		u.expectAnswer(wamp.List{guest.ID()}, "registration.list_callees", created["id"]),
	)
}

func (u advancedUser) seeTestament(guest *client.Client, connection *tap) error {
	testaments := newInbox[payload](u.ctx)
	onEvent := func(event *wamp.Event) { testaments.put(payload{event.Arguments, event.ArgumentsKw}) }
	if err := u.session.Subscribe(u.uri("will"), onEvent, nil); err != nil {
		return err
	}
	args, kwargs := wamp.List{"gone"}, wamp.Dict{"who": guest.ID()}
	testament := wamp.List{u.uri("will"), args, kwargs}
	if _, err := guest.Call(u.ctx, "wamp.session.add_testament", nil, testament, nil, nil); err != nil {
		return err
	}
	// No GOODBYE.
	connection.Peer.Close()
	found, err := testaments.take("testament", func(payload) bool { return true })
	if err != nil {
		return err
	}
	for _, topic := range []string{"subscription.on_delete", "registration.on_delete", "session.on_leave"} {
		if _, err := u.takeMeta(topic, guest.ID()); err != nil {
			return err
		}
	}
	return errors.Join(
		expect(args, found.args, "testament's arguments"),
		expect(kwargs, found.kwargs, "testament's keyword arguments"),
	)
}

// takeMeta is the arguments of a meta event whose first one is session.
func (u advancedUser) takeMeta(topic string, session wamp.ID) (wamp.List, error) {
	event, err := u.meta.take(topic, func(event metaEvent) bool {
		about, _ := wamp.AsID(event.args[0])
		return event.topic == topic && about == session
	})
	return event.args, err
}

func (u advancedUser) killGuest() error {
	guest, err := u.join()
	if err != nil {
		return err
	}
	reason := u.uri("error.sent_away")
	kwargs := wamp.Dict{"reason": reason}
	if _, err := u.session.Call(u.ctx, "wamp.session.kill", nil, wamp.List{guest.ID()}, kwargs, nil); err != nil {
		return err
	}
	select {
	case <-guest.Done():
	case <-u.ctx.Done():
		return errors.New("the guest is still there")
	}
	goodbye := guest.RouterGoodbye()
	if goodbye == nil || string(goodbye.Reason) != reason {
		return fmt.Errorf("GOODBYE %s is due, not %+v", reason, goodbye)
	}
	if err := guest.Close(); err != nil {
		return err
	}
	if _, err := u.takeMeta("session.on_leave", guest.ID()); err != nil {
		return err
	}
	_, err = u.ask("session.get", guest.ID())
	return expectError(wamp.ErrNoSuchSession, err)
}

// ids is a list of IDs, as any serializer has it.
func ids(list any) []wamp.ID {
	items, _ := wamp.AsList(list)
	found := make([]wamp.ID, len(items))
	for index, item := range items {
		found[index], _ = wamp.AsID(item)
	}
	return found
}
