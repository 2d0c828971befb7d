package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/handlers/api"
	"github.com/taadis/unique-support/handlers/visitor"
	"github.com/taadis/unique-support/static"
)

// policy says who may take a route. The zero policy lets nobody through.
type policy struct {
	// open lets anybody through, known or not.
	open bool
	// visitor lets a visitor through; whether the thing is hers is checked where it is read.
	visitor bool
	// permission lets an agent through who has it.
	permission chat.Permission
	// signedIn lets any agent through.
	signedIn bool
	// page sends a browser that is not signed in to the login.
	page bool
}

// The policies in use.
var (
	anyone   = policy{open: true}
	greeted  = policy{open: true, visitor: true}
	guest    = policy{visitor: true}
	reader   = policy{permission: chat.ConversationRead}
	replier  = policy{permission: chat.ConversationReply}
	either   = policy{visitor: true, permission: chat.ConversationRead}
	writer   = policy{visitor: true, permission: chat.ConversationReply}
	inside   = policy{signedIn: true, page: true}
	manager  = policy{permission: chat.AdminRead, page: true}
	looker   = policy{permission: chat.AdminRead}
	setter   = policy{permission: chat.AdminWrite}
	keeper   = policy{permission: chat.AdminWrite, page: true}
	leader   = policy{permission: chat.TeamWrite, page: true}
	counter  = policy{permission: chat.ReportsRead, page: true}
	auditor  = policy{permission: chat.ReportsRead}
	overseer = policy{permission: chat.Supervise, page: true}
)

func (p policy) agent() bool { return p.permission != "" || p.signedIn }

func (p policy) check(a chat.Actor) error {
	switch {
	case p.open:
		return nil
	case a.Kind == chat.KindVisitor && p.visitor:
		return nil
	case a.Kind == chat.KindAgent && p.signedIn:
		return nil
	case a.Kind == chat.KindAgent && p.permission != "":
		if slices.Contains(a.Permissions, p.permission) {
			return nil
		}
		return chat.Forbidden()
	case a.Kind == "":
		return chat.Unauthenticated()
	}
	return chat.Forbidden()
}

// route is a path and who may take it.
type route struct {
	method string
	path   string
	policy policy
	handle echo.HandlerFunc
}

// stream reports whether the route's answer does not end.
func (r route) stream() bool { return strings.HasSuffix(r.path, "/events") }

const (
	get  = http.MethodGet
	post = http.MethodPost
	head = http.MethodHead
	put  = http.MethodPut
	del  = http.MethodDelete
)

// routes lists every path there is.
func (h *Handlers) routes(v *visitor.Handlers, a *agent.Handlers, p *api.Handlers, demo bool) []route {
	send, signal := h.limits.sends, h.limits.signals
	list := []route{
		{get, "/", anyone, func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/console") }},
		{get, "/healthz", anyone, h.healthz},
		{get, "/readyz", anyone, h.readyz},
		{get, "/assets/*", anyone, echo.WrapHandler(static.Handler())},
		{get, "/widget.js", anyone, v.Widget},
		{get, "/favicon.ico", anyone, v.Icon},

		{get, "/c/:line", greeted, v.Page},
		{post, "/c/:line", greeted, v.Post},
		{get, "/c/:line/transcript", guest, v.Transcript},
		{get, "/c/:line/doctor", anyone, v.Doctor},
		{get, "/c/:line/doctor/events", anyone, v.DoctorEvents},

		{get, "/console/login", anyone, a.LoginPage},
		{post, "/console/login", anyone, a.Login},
		{get, "/console/login/code", anyone, a.CodePage},
		{post, "/console/login/code", anyone, a.Code},
		{post, "/console/logout", anyone, a.Logout},
		{get, "/console/sso", anyone, a.SSOBegin},
		{get, "/console/sso/callback", anyone, a.SSOEnd},
		{get, "/console/sso/leave", anyone, a.SSOLeave},
		{get, "/console/account", inside, a.Account},
		{post, "/console/account", inside, a.ChangeAccount},
		{get, "/console/forgot", anyone, a.ForgotPage},
		{post, "/console/forgot", anyone, a.Forgot},
		{get, "/console", inside, a.Page},
		{get, "/console/list", inside, a.List},
		{get, "/console/lines.css", inside, a.Lines},
		{get, "/console/c/:id", inside, a.Conversation},
		{post, "/console/c/:id", inside, a.Post},
		{get, "/console/rows/:id", inside, a.Row},
		{get, "/console/counts", inside, a.Counts},
		{post, "/console/presence", inside, a.Presence},
		{get, "/console/team", manager, a.Team},
		{get, "/console/team/pending", manager, a.Pending},
		{post, "/console/team/pending", leader, a.Uninvite},
		{get, "/console/team/keys", manager, a.Keys},
		{post, "/console/team/keys", keeper, a.ChangeKeys},
		{get, "/console/team/log", manager, a.Deeds},
		{get, "/console/team/log.csv", manager, a.DeedsCSV},
		{get, "/console/team/invite", leader, a.InvitePage},
		{post, "/console/team/invite", leader, a.Invite},
		{get, "/console/team/m/:id", leader, a.Member},
		{post, "/console/team/m/:id", leader, a.ChangeMember},
		{post, "/console/team/roles", leader, a.Roles},
		{get, "/console/settings", manager, a.AllSettings},
		{get, "/console/settings/new", keeper, a.NewLine},
		{post, "/console/settings/new", keeper, a.AddLine},
		{get, "/console/settings/:line/preview", manager, a.Preview},
		{get, "/console/settings/:line/:section", manager, a.Settings},
		{post, "/console/settings/:line/:section", keeper, a.SaveSettings},
		{get, "/console/handover", overseer, a.HandoverPage},
		{post, "/console/handover", overseer, a.Handover},
		{get, "/console/team/teams", manager, a.Teams},
		{post, "/console/team/teams", leader, a.ChangeTeams},
		{get, "/console/reports", counter, a.Reports},
		{get, "/console/reports.csv", counter, a.ReportsCSV},
		{get, "/console/board", counter, a.Board},
		{get, "/console/canned", inside, a.Replies},
		{get, "/console/canned.csv", inside, a.RepliesCSV},
		{get, "/console/canned/new", inside, a.NewReply},
		{post, "/console/canned/new", inside, a.SaveReply},
		{get, "/console/canned/import", inside, a.ImportPage},
		{post, "/console/canned/import", inside, a.Import},
		{get, "/console/canned/:id", inside, a.Reply},
		{post, "/console/canned/:id", inside, a.SaveReply},
		{get, "/console/join/:token", anyone, a.JoinPage},
		{post, "/console/join/:token", anyone, a.Join},

		{get, "/api/v1/openapi.json", anyone, p.OpenAPI},
		{post, "/api/v1/lines/:line/session", greeted, p.Session},
		{del, "/api/v1/lines/:line/session", greeted, p.EndSession},
		{get, "/api/v1/unread", guest, p.Unread},
		{get, "/api/v1/conversations/:id", either, p.Conversation},
		{get, "/api/v1/conversations/:id/messages", either, p.Messages},
		{post, "/api/v1/conversations/:id/messages", writer, send(p.Send)},
		{post, "/api/v1/conversations/:id/messages/:seq/recall", writer, send(p.Recall)},
		{get, "/api/v1/conversations/:id/events", either, p.Events},
		{post, "/api/v1/conversations/:id/read", writer, signal(p.Read)},
		{post, "/api/v1/conversations/:id/typing", writer, signal(p.Typing)},
		{post, "/api/v1/conversations/:id/contact", guest, send(p.Contact)},
		{post, "/api/v1/conversations/:id/human", writer, send(p.Human)},
		{post, "/api/v1/conversations/:id/rating", guest, send(p.Rate)},
		{post, "/api/v1/conversations/:id/close", writer, send(p.Close)},

		{post, "/api/v1/conversations/:id/attachments", writer, h.limits.uploads(p.Attach)},
		{get, "/api/v1/conversations/:id/attachments/:attachment", either, p.Attachment},
		{get, "/api/v1/conversations/:id/attachments/:attachment/thumbnail", either, p.Thumbnail},

		{get, "/api/v1/inbox", reader, p.Inbox},
		{get, "/api/v1/inbox/events", reader, p.InboxEvents},
		{get, "/api/v1/canned-replies", reader, p.Canned},
		{get, "/api/v1/teams", reader, p.Teams},
		{get, "/api/v1/conversations/:id/decisions", reader, p.Decisions},
		{get, "/api/v1/conversations/:id/notes", reader, p.Notes},
		{post, "/api/v1/conversations/:id/notes", replier, p.Note},
		{post, "/api/v1/conversations/:id/assign", replier, p.Assign},
		{post, "/api/v1/conversations/:id/reopen", writer, send(p.Reopen)},
		{post, "/api/v1/conversations/:id/snooze", replier, p.Snooze},
		{post, "/api/v1/conversations/:id/labels", replier, p.Labels},
		{get, "/api/v1/messages/:id/trace", reader, p.Trace},
		{post, "/api/v1/presence", replier, p.Presence},
		{get, "/api/v1/reports", auditor, p.Report},

		{get, "/api/v1/lines/:line/push", looker, p.Hook},
		{put, "/api/v1/lines/:line/push", setter, p.SetHook},
		{del, "/api/v1/lines/:line/push", setter, p.DropHook},
		{post, "/api/v1/lines/:line/push/rotate", setter, p.RotateHook},
		{post, "/api/v1/lines/:line/push/retire", setter, p.RetireHook},
		{post, "/api/v1/lines/:line/push/test", setter, p.TryHook},
		{get, "/api/v1/lines/:line/jobs", looker, p.Jobs},
		{get, "/api/v1/lines/:line/jobs/:job", looker, p.Job},
		{post, "/api/v1/lines/:line/jobs/:job/replay", setter, p.Replay},
	}
	if demo {
		list = append(list, route{get, "/demo", anyone, v.Demo})
	}
	return list
}
