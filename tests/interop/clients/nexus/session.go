package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/transport"
	"github.com/gammazero/nexus/v3/transport/serialize"
	"github.com/gammazero/nexus/v3/wamp"
)

var serializers = map[string]serialize.Serialization{
	"json":    client.JSON,
	"msgpack": client.MSGPACK,
	"cbor":    client.CBOR,
}

// part is where and how long a side is played; prefix begins all its URIs.
type part struct {
	ctx                                 context.Context
	address, serializer, prefix, caFile string
}

// join connects and joins the realm.
func (p part) join() (*client.Client, error) {
	target, config, err := p.target()
	if err != nil {
		return nil, err
	}
	if target.Scheme == "tls" {
		target.Scheme = "tcps"
	}
	return client.ConnectNet(p.ctx, target.String(), config)
}

// target is where to connect, and how.
func (p part) target() (*url.URL, client.Config, error) {
	config := client.Config{
		Realm:           "realm1",
		Serialization:   serializers[p.serializer],
		ResponseTimeout: deadline,
		Logger:          log.New(os.Stdout, "", 0),
	}
	target, err := url.Parse(p.address)
	if err != nil || target.Scheme != "tls" && target.Scheme != "wss" {
		return target, config, err
	}
	authority, err := os.ReadFile(p.caFile)
	if err != nil {
		return nil, config, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	config.TlsCfg = &tls.Config{RootCAs: roots}
	return target, config, nil
}

// tap is a connection that shows what the library keeps to itself: why the
// router said ABORT, and the ERROR of a call that was canceled.
type tap struct {
	wamp.Peer
	received chan wamp.Message
	reasons  *inbox[wamp.URI]
}

// connect makes a connection for client.NewClient.
func (p part) connect() (*tap, client.Config, error) {
	target, config, err := p.target()
	if err != nil {
		return nil, config, err
	}
	peer, err := p.dial(target, config)
	if err != nil {
		return nil, config, err
	}
	tapped := &tap{peer, make(chan wamp.Message), newInbox[wamp.URI](p.ctx)}
	go tapped.forward()
	return tapped, config, nil
}

func (p part) dial(target *url.URL, config client.Config) (wamp.Peer, error) {
	network, host := "tcp", target.Host
	switch target.Scheme {
	case "ws", "wss":
		return transport.ConnectWebsocketPeer(p.ctx, target.String(),
			config.Serialization, config.TlsCfg, config.Logger, &config.WsCfg)
	case "unix":
		network, host = "unix", target.Path
	}
	return transport.ConnectRawSocketPeer(p.ctx, network, host,
		config.Serialization, config.TlsCfg, config.Logger, 0)
}

func (t *tap) Recv() <-chan wamp.Message { return t.received }

func (t *tap) forward() {
	defer close(t.received)
	for message := range t.Peer.Recv() {
		switch message := message.(type) {
		case *wamp.Abort:
			t.reasons.put(message.Reason)
		case *wamp.Error:
			t.reasons.put(message.Error)
		}
		t.received <- message
	}
}

// leave says GOODBYE and checks the answer.
func leave(session *client.Client) error {
	if err := session.Close(); err != nil {
		return err
	}
	goodbye := session.RouterGoodbye()
	if goodbye == nil || goodbye.Reason != "wamp.close.goodbye_and_out" {
		return fmt.Errorf("GOODBYE wamp.close.goodbye_and_out is due, not %+v", goodbye)
	}
	return nil
}
