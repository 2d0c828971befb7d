package handlers

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/handlers/api"
	"github.com/taadis/unique-support/handlers/visitor"
)

// described is the OpenAPI document as it is served.
func described(t *testing.T) *openapi3.T {
	t.Helper()
	rec := httptest.NewRecorder()
	if err := api.New(api.Options{}).OpenAPI(echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil), rec)); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(rec.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// calls are the routes of the JSON door, by "METHOD /path/{parameter}".
func calls() map[string]policy {
	h := &Handlers{limits: newLimits(false)}
	m := map[string]policy{}
	for _, r := range h.routes(&visitor.Handlers{}, &agent.Handlers{}, &api.Handlers{}, true) {
		if !strings.HasPrefix(r.path, "/api/") {
			continue
		}
		parts := strings.Split(r.path, "/")
		for i, p := range parts {
			if name, ok := strings.CutPrefix(p, ":"); ok {
				parts[i] = "{" + name + "}"
			}
		}
		m[r.method+" "+strings.Join(parts, "/")] = r.policy
	}
	return m
}

func operations(doc *openapi3.T) map[string]*openapi3.Operation {
	m := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			m[method+" "+path] = o
		}
	}
	return m
}

func TestHandlers_OpenAPI(t *testing.T) {
	t.Parallel()
	doc := described(t)
	routes, documented := calls(), operations(doc)

	t.Run("every route is described and every description is a route", func(t *testing.T) {
		t.Parallel()
		if d := cmp.Diff(slices.Sorted(maps.Keys(routes)), slices.Sorted(maps.Keys(documented))); d != "" {
			t.Errorf("-routes +document:\n%s", d)
		}
	})
	t.Run("who may call is what the route's policy says", func(t *testing.T) {
		t.Parallel()
		for name, p := range routes {
			o := documented[name]
			if o == nil || o.Security == nil {
				t.Errorf("%s says nothing of its security", name)
				continue
			}
			var want []string
			if p.open && p.visitor {
				want = append(want, "")
			}
			if p.visitor {
				want = append(want, "visitorCookie", "visitorToken")
			}
			if p.agent() {
				want = append(want, "apiKey", "consoleCookie")
			}
			got := []string{}
			for _, r := range *o.Security {
				if len(r) == 0 {
					got = append(got, "")
				}
				got = slices.AppendSeq(got, maps.Keys(r))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(want, got) {
				t.Errorf("%s: the policy lets in %q, the document %q", name, want, got)
			}
			if permission, _ := o.Extensions["x-permission"].(string); permission != string(p.permission) {
				t.Errorf("%s: the policy asks for %q, the document for %q", name, p.permission, permission)
			}
		}
	})
	t.Run("the codes are those of the table", func(t *testing.T) {
		t.Parallel()
		var codes []chat.Code
		for _, c := range doc.Components.Schemas["Problem"].Value.Properties["code"].Value.Enum {
			codes = append(codes, chat.Code(c.(string)))
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(statuses)), slices.Sorted(slices.Values(codes))); d != "" {
			t.Errorf("-table +document:\n%s", d)
		}
	})
	t.Run("the statuses are those of the table", func(t *testing.T) {
		t.Parallel()
		known := map[string]bool{}
		for _, s := range statuses {
			known[strconv.Itoa(s)] = true
		}
		for name, o := range documented {
			for status := range o.Responses.Map() {
				if !strings.HasPrefix(status, "2") && !known[status] {
					t.Errorf("%s: no code becomes %s", name, status)
				}
			}
		}
	})
	t.Run("a problem has the fields described", func(t *testing.T) {
		t.Parallel()
		b, err := json.Marshal(problem{})
		if err != nil {
			t.Fatal(err)
		}
		var sent map[string]any
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
		s := doc.Components.Schemas["Problem"].Value
		got := map[string]bool{}
		for name := range s.Properties {
			got[name] = true
		}
		want := map[string]bool{}
		for name := range sent {
			want[name] = true
		}
		if !reflect.DeepEqual(want, got) || len(s.Required) != len(want) {
			t.Errorf("sent %v, described %v, required %v", want, got, s.Required)
		}
	})
}
