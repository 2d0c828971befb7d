package main

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A canary sings on a real server, and no person hears it.
func TestCanary(t *testing.T) {
	t.Parallel()
	dir, ops := folder(t), free(t)
	c := typist{t, dir}
	c.prints("line", "create", "quiet", "--title", "Quiet")
	n := running(t, dir, "--ops-addr", ops, "--canary", "1s", "--node", "n")
	key := strings.TrimSpace(c.prints("apikey", "create", "--user", "admin@example.com", "--name", "watch"))
	inbox := n.URL + "/api/v1/inbox?view="
	before := map[string]string{}
	for _, view := range []string{"mine", "queue", "all", "closed"} {
		before[view] = want(t, 200, "GET", inbox+view, key, "").body
	}

	ctx, leave := context.WithCancel(t.Context())
	var heard []event
	var all sync.WaitGroup
	opened := make(chan struct{})
	all.Go(func() {
		_ = listen(ctx, n.URL+"/api/v1/inbox/events", key, "", func() { close(opened) }, func(e event) bool { heard = append(heard, e); return true })
	})
	<-opened
	eventually(t, "three songs and a check of positions", func() bool {
		return metric(t, ops, "support_commit_seconds_count", `line="quiet"`) >= 6
	})
	leave()
	all.Wait()
	for _, e := range heard {
		if e.name == "message" || e.name == "conversation" || e.name == "heads" && e.data != "{}" {
			t.Errorf("an agent heard %+v", e)
		}
	}
	for view, was := range before {
		if is := want(t, 200, "GET", inbox+view, key, "").body; is != was {
			t.Errorf("%s was\n%s\nand is\n%s", view, was, is)
		}
	}
	if took, last := metric(t, ops, "support_canary_seconds", `line="quiet"`), metric(t, ops, "support_canary_last_success_timestamp_seconds", `line="quiet"`); took <= 0 || took > 5 || last == 0 {
		t.Errorf("it took %v, last at %v", took, last)
	}
	if accepted := metric(t, ops, "support_messages_total", `line="quiet",node="n",outcome="accepted"`); accepted != 0 {
		t.Errorf("%v messages of people were counted", accepted)
	}
	if strings.Contains(n.log.String(), "canary") {
		t.Errorf("it said\n%s", n.log)
	}
	t.Run("the alerts and the dashboard ask for what there is", func(t *testing.T) {
		checkMonitoring(t, want(t, http.StatusOK, "GET", "http://"+ops+"/metrics", "", "").body)
	})
}

// metric reads one of the operator's numbers; labels begin the list of its labels.
func metric(t *testing.T, ops, name, labels string) float64 {
	t.Helper()
	a := want(t, http.StatusOK, "GET", "http://"+ops+"/metrics", "", "")
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name+"{"+labels) + `[^}]*\} (\S+)$`).FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("no %s{%s", name, labels)
	}
	v, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
