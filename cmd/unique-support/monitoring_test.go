package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// checkMonitoring holds docs/operating/alerts.yaml and dashboard.json against what a server measures.
func checkMonitoring(t *testing.T, metrics string) {
	var alerts struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	b, err := os.ReadFile("../../docs/operating/alerts.yaml")
	if err == nil {
		err = yaml.Unmarshal(b, &alerts)
	}
	if err != nil {
		t.Fatal(err)
	}
	var expressions []string
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || r.Annotations["summary"] == "" || r.Annotations["what_to_do"] == "" || r.Labels["severity"] != "page" && r.Labels["severity"] != "ticket" {
				t.Errorf("%s is not whole: %+v", r.Alert, r)
			}
			expressions = append(expressions, r.Expr)
			for _, words := range r.Annotations {
				expressions = append(expressions, words)
			}
		}
	}
	var dashboard struct {
		Templating struct {
			List []struct{ Name, Type, Query string }
		}
		Panels []struct {
			Type, Title string
			Datasource  *struct{ UID string }
			Targets     []struct{ Expr string }
		}
	}
	b, err = os.ReadFile("../../docs/operating/dashboard.json")
	if err == nil {
		err = json.Unmarshal(b, &dashboard)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(dashboard.Templating.List) == 0 || dashboard.Templating.List[0].Type != "datasource" {
		t.Error("the dashboard lets nobody choose where its numbers come from")
	}
	for _, v := range dashboard.Templating.List {
		expressions = append(expressions, v.Query)
	}
	for _, p := range dashboard.Panels {
		if p.Type != "row" && (len(p.Targets) == 0 || p.Datasource == nil || p.Datasource.UID != "${datasource}") {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	there := map[string]bool{}
	for _, name := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(metrics, -1) {
		there[name[1]] = true
	}
	asked := 0
	for _, e := range expressions {
		for _, name := range regexp.MustCompile(`\b(support|process|go)_[a-z_]+`).FindAllString(e, -1) {
			asked++
			plain := name
			for _, end := range []string{"_bucket", "_sum", "_count"} {
				plain = strings.TrimSuffix(plain, end)
			}
			if !there[name] && !there[plain] {
				t.Errorf("there is no metric %s, asked for in %q", name, e)
			}
		}
	}
	if len(alerts.Groups) == 0 || len(dashboard.Panels) < 20 || asked < 80 {
		t.Errorf("only %d panels, and %d metrics asked for", len(dashboard.Panels), asked)
	}
}
