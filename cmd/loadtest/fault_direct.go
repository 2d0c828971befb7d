package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// direct sends single requests to see what each is answered. Its connections are kept, some hundred a node.
var direct = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200, MaxConnsPerHost: 200}, Timeout: 10 * time.Second}

// answer is one answer, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

// ask sends one request with a JSON body, or none, as whoever has the token.
func ask(ctx context.Context, method, address, token string, body []byte) (answer, error) {
	began := time.Now()
	q, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	q.Header.Set("Content-Type", "application/json")
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := direct.Do(q)
	if err != nil {
		return answer{}, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	return answer{a.StatusCode, a.Header, b, time.Since(began)}, err
}

// guest is one visitor of a line.
type guest struct {
	Token        string `json:"token"`
	Conversation struct {
		ID chat.ID `json:"id"`
	} `json:"conversation"`
	Epoch string `json:"epoch"`
}

// enter lets a visitor in; who is told to come back does, for a minute.
func enter(ctx context.Context, url, line string) (g guest, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		a, err := ask(ctx, http.MethodPost, url+"/api/v1/lines/"+line+"/session", "", []byte("{}"))
		if err == nil && a.status == http.StatusCreated {
			return g, json.Unmarshal(a.body, &g)
		}
		if err == nil && a.status < 500 {
			return g, fmt.Errorf("enter line %s: %d %s", line, a.status, a.body)
		}
		if pause(ctx, 500*time.Millisecond) != nil {
			return g, fmt.Errorf("enter line %s: %d %s %w", line, a.status, a.body, errors.Join(err))
		}
	}
}

// path is where her conversation is at a node.
func (g guest) path(url string) string {
	return url + "/api/v1/conversations/" + string(g.Conversation.ID)
}

// post is the body of a send.
func post(client chat.ID, text string) []byte {
	b, _ := json.Marshal(map[string]string{"client_id": string(client), "kind": "text", "text": text}) // strings
	return b
}

// event is one event of a stream.
type event struct{ name, id, data string }

// follow opens a stream and hands over its events until f says that it has seen enough, ctx ends or the stream does. opened
// hears that it was answered.
func follow(ctx context.Context, client *http.Client, address, token, last string, opened func(), f func(event) (more bool)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	a, err := client.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("the stream was answered %d", a.StatusCode)
	}
	opened()
	var e event
	lines := bufio.NewReaderSize(a.Body, 64<<10)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.name != "" && !f(e) {
				return nil
			}
			e = event{}
		}
	}
}
