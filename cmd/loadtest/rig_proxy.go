package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// between is a proxy before a database that can do harm: cut, swallow, delay or reset what passes.
type between struct {
	address string
	proxy   *toxiproxy.Proxy
}

func newBetween(name, upstream string) (*between, error) {
	address, err := freePort()
	if err != nil {
		return nil, err
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	p := toxiproxy.NewProxy(server, name, address, upstream)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("start the proxy before %s: %w", name, err)
	}
	return &between{address: address, proxy: p}, nil
}

// cut ends every connection and lets no other in, until mend.
func (b *between) cut() { b.proxy.Stop() }

// lead has those who are let in next come to another database.
func (b *between) lead(upstream string) { b.proxy.Upstream = upstream }

// mend lets connections in again and takes every harm away.
func (b *between) mend() error {
	b.proxy.Toxics.ResetToxics(context.Background())
	if b.proxy.Enabled {
		return nil
	}
	return b.proxy.Start()
}

// Directions of a harm: from the database to the nodes, and from the nodes to the database.
const (
	downstream = "downstream"
	upstream   = "upstream"
)

// harm does something to what passes in a direction: one of toxiproxy's toxics with its attributes.
func (b *between) harm(kind, direction string, attributes map[string]any) error {
	text, err := json.Marshal(map[string]any{"name": kind + "_" + direction, "type": kind, "stream": direction, "attributes": attributes})
	if err != nil {
		return err
	}
	_, err = b.proxy.Toxics.AddToxicJson(strings.NewReader(string(text)))
	return err
}

func (b *between) close() {
	b.proxy.Toxics.ResetToxics(context.Background())
	b.proxy.Stop()
}
