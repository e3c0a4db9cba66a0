package main

import (
	"context"
	"fmt"
	"slices"
)

// inboxSize is more than there ever is: handlers must not wait.
const inboxSize = 10_000

// inbox is what handlers got, to be waited for by one goroutine.
type inbox[Item any] struct {
	ctx     context.Context
	arrived chan Item
	// seen has come and was not taken.
	seen []Item
}

func newInbox[Item any](ctx context.Context) *inbox[Item] {
	return &inbox[Item]{ctx: ctx, arrived: make(chan Item, inboxSize)}
}

func (i *inbox[Item]) put(item Item) { i.arrived <- item }

// take takes out the first item that matches, there already or to come.
func (i *inbox[Item]) take(what string, matches func(Item) bool) (Item, error) {
	if at := slices.IndexFunc(i.seen, matches); at >= 0 {
		item := i.seen[at]
		i.seen = slices.Delete(i.seen, at, at+1)
		return item, nil
	}
	for {
		select {
		case item := <-i.arrived:
			if matches(item) {
				return item, nil
			}
			i.seen = append(i.seen, item)
		case <-i.ctx.Done():
			var none Item
			return none, fmt.Errorf("%s did not come; these did: %v", what, i.seen)
		}
	}
}
