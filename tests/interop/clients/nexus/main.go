// The scenarios of ../../README.md, played by the Nexus client.
//
// Usage: nexus ROLE ADDRESS SERIALIZER PREFIX CA_FILE [MORE...]
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/transport/serialize"
)

const deadline = 30 * time.Second

var serializers = map[string]serialize.Serialization{
	"json":    client.JSON,
	"msgpack": client.MSGPACK,
	"cbor":    client.CBOR,
}

func main() {
	if len(os.Args) < 6 {
		fail(fmt.Errorf("want ROLE ADDRESS SERIALIZER PREFIX CA_FILE [MORE...]"))
	}
	role, address, serializer, prefix, caFile := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	joinAs := func(config client.Config) (*client.Client, error) {
		config.Serialization = serializers[serializer]
		return join(ctx, address, caFile, config)
	}
	connect := func() (*client.Client, error) {
		return joinAs(client.Config{Realm: "realm1"})
	}
	if role == "login" {
		if err := logIn(ctx, joinAs, os.Args[6], os.Args[7]); err != nil {
			fail(err)
		}
		return
	}
	served := make(chan error, 1)
	ready := make(chan struct{})
	if role == "serve" || role == "both" {
		go func() { served <- serve(ctx, connect, prefix, serializer, ready) }()
	}
	if role == "use" || role == "both" {
		if role == "both" {
			select {
			case <-ready:
			case err := <-served:
				fail(err)
			}
		}
		if err := use(ctx, connect, prefix, serializer); err != nil {
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

// join connects and joins the realm that config names.
func join(ctx context.Context, address, caFile string, config client.Config) (*client.Client, error) {
	config.ResponseTimeout = deadline
	target, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if target.Scheme == "tls" {
		target.Scheme = "tcps"
		authority, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(authority)
		config.TlsCfg = &tls.Config{RootCAs: roots}
	}
	return client.ConnectNet(ctx, target.String(), config)
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
