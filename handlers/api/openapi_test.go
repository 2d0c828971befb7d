package api

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestHandlers_OpenAPI(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		rec := httptest.NewRecorder()
		c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil), rec)
		if err := New(Options{}).OpenAPI(c); err != nil {
			t.Fatal(err)
		}
		if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/json" || rec.Body.Len() != len(document) {
			t.Errorf("got %d, %s, %d bytes", rec.Code, rec.Header().Get("Content-Type"), rec.Body.Len())
		}
	})
	t.Run("the document is valid OpenAPI 3.1", func(t *testing.T) {
		t.Parallel()
		doc := load(t)
		if !doc.IsOpenAPI31OrLater() {
			t.Errorf("it says it is %s", doc.OpenAPI)
		}
		if err := doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
			t.Error(err)
		}
	})
	t.Run("every answer but 2xx is a problem", func(t *testing.T) {
		t.Parallel()
		for path, item := range load(t).Paths.Map() {
			for method, o := range item.Operations() {
				for status, r := range o.Responses.Map() {
					if ok := r.Value.Content["application/problem+json"] != nil; ok == strings.HasPrefix(status, "2") {
						t.Errorf("%s %s, %s: problem+json is %v", method, path, status, ok)
					}
				}
			}
		}
	})
	t.Run("schemas are the shapes that are sent", func(t *testing.T) {
		t.Parallel()
		schemas := load(t).Components.Schemas
		for name, shape := range map[string]any{
			"Message": chat.Message{}, "Author": chat.Author{}, "Notice": chat.Notice{}, "Conversation": chat.Conversation{}, "Marks": chat.Marks{},
			"AgentRef": chat.AgentRef{}, "Visitor": chat.Visitor{}, "Page": chat.Page{}, "Device": chat.Device{}, "InboxPage": chat.InboxPage{},
			"Canned": chat.Canned{}, "Receipt": chat.Receipt{}, "Typing": chat.Typing{}, "Rating": chat.Rating{}, "Session": sessionAnswer{},
			"Trace": chat.Trace{}, "Passed": chat.Passed{}, "Attachment": chat.Attachment{}, "Hit": chat.Hit{}, "Part": chat.Part{}, "FileData": chat.FileData{},
			"PushHook": hook{}, "Job": chat.Job{}, "JobAttempt": chat.JobAttempt{},
			"Team": chat.Team{}, "TeamRef": chat.TeamRef{}, "Decision": chat.Decision{},
			"Report": reported{}, "Figures": scored{}, "ReportStep": reportedStep{}, "ReportHour": reportedHour{}, "ReportAgent": reportedAgent{},
			"LabelFigures": chat.LabelFigures{}, "Comment": chat.Comment{},
		} {
			always, all := fields(shape)
			s := schemas[name]
			if s == nil {
				t.Errorf("there is no schema %s", name)
				continue
			}
			if d := cmp.Diff(all, keys(s.Value.Properties)); d != "" {
				t.Errorf("properties of %s, -sent +described:\n%s", name, d)
			}
			if d := cmp.Diff(always, sorted(s.Value.Required)); d != "" {
				t.Errorf("required of %s, -sent +described:\n%s", name, d)
			}
		}
	})
	t.Run("schemas are the shapes that are read", func(t *testing.T) {
		t.Parallel()
		schemas := load(t).Components.Schemas
		for name, shape := range map[string]any{"Profile": chat.Profile{}, "SessionRequest": sessionRequest{}} {
			_, all := fields(shape)
			if d := cmp.Diff(all, keys(schemas[name].Value.Properties)); d != "" {
				t.Errorf("properties of %s, -read +described:\n%s", name, d)
			}
		}
	})
	t.Run("a heartbeat may also be degraded", func(t *testing.T) {
		t.Parallel()
		_, all := fields(chat.Heartbeat{})
		if d := cmp.Diff(sorted(append(all, "degraded")), keys(load(t).Components.Schemas["Heartbeat"].Value.Properties)); d != "" {
			t.Error(d)
		}
	})
	t.Run("names are those of core/chat", func(t *testing.T) {
		t.Parallel()
		schemas := load(t).Components.Schemas
		for what, pair := range map[string][2][]any{
			"Status": {schemas["Status"].Value.Enum, {string(chat.StatusNew), string(chat.StatusWaiting), string(chat.StatusOpen), string(chat.StatusSnoozed), string(chat.StatusClosed)}},
			"Kind":   {schemas["Kind"].Value.Enum, {string(chat.KindVisitor), string(chat.KindAgent), string(chat.KindBot), string(chat.KindSystem)}},
			"Message.kind": {schemas["Message"].Value.Properties["kind"].Value.Enum, {string(chat.KindText), string(chat.KindImage), string(chat.KindFile), string(chat.KindCard),
				string(chat.KindChoices), string(chat.KindForm), string(chat.KindNote), string(chat.KindNotice)}},
			"Passed.hop": {schemas["Passed"].Value.Properties["hop"].Value.Enum, {string(chat.HopReceived), string(chat.HopQueued), string(chat.HopRouted),
				string(chat.HopCommitted), string(chat.HopPushed), string(chat.HopDelivered), string(chat.HopRead)}},
			"Reason": {schemas["Reason"].Value.Enum, {string(chat.LeastBusy), string(chat.RoundRobin), chat.ReasonLast, chat.ReasonNamed, chat.ReasonOverflow,
				chat.ReasonTaken, chat.ReasonAssigned, chat.ReasonTransferred, chat.ReasonBot}},
			"PresenceName": {schemas["PresenceName"].Value.Enum, {string(chat.Online), string(chat.Busy), string(chat.Away), string(chat.Offline)}},
		} {
			if d := cmp.Diff(pair[1], pair[0]); d != "" {
				t.Errorf("%s, -there are +described:\n%s", what, d)
			}
		}
	})
	t.Run("every event is described on a stream", func(t *testing.T) {
		t.Parallel()
		described := map[string]bool{}
		for _, item := range load(t).Paths.Map() {
			for _, o := range item.Operations() {
				events, _ := o.Extensions["x-events"].(map[string]any)
				for kind := range events {
					described[kind] = true
				}
			}
		}
		for _, kind := range []chat.EventKind{chat.EventMessage, chat.EventReceipt, chat.EventConversation, chat.EventTyping, chat.EventPresence,
			chat.EventHeads, chat.EventHeartbeat, chat.EventReset, chat.EventGoodbye} {
			if !described[string(kind)] {
				t.Errorf("no stream has %s", kind)
			}
		}
	})
}

// fields returns the JSON keys of a struct: those that are always there, and all; both sorted.
func fields(shape any) (always, all []string) {
	typ := reflect.TypeOf(shape)
	for i := range typ.NumField() {
		if typ.Field(i).Anonymous {
			embedded, more := fields(reflect.New(typ.Field(i).Type).Elem().Interface())
			always, all = append(always, embedded...), append(all, more...)
			continue
		}
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		all = append(all, name)
		if !strings.Contains(options, "omit") {
			always = append(always, name)
		}
	}
	return sorted(always), sorted(all)
}

func keys(m openapi3.Schemas) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return sorted(names)
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}
