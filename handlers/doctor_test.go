package handlers

import (
	"bytes"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestPages_doctor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	web := browser(t)
	for locale, title := range map[string]string{"en": "Is this device ready?", "zh-CN": "这台设备准备好了吗？"} {
		page := r.want(r.with(web, "GET", "/c/shop/doctor?locale="+locale, "", "Accept", "text/html"), 200, "")
		if !bytes.Contains(page.body, []byte(title)) || bytes.Count(page.body, []byte("data-check=")) != 7 || bytes.Contains(page.body, []byte(">doctor.")) {
			t.Errorf("%s: %s", locale, page.body)
		}
	}
	t.Run("its stream says whether the cookie came, then five events", func(t *testing.T) {
		r := r.at(t)
		for client, came := range map[string]string{"with": "true", "without": "false"} {
			c := web
			if client == "without" {
				c = browser(t)
			}
			a := r.want(r.with(c, "GET", "/c/shop/doctor/events", ""), 200, "")
			if !bytes.Contains(a.body, []byte(`data: {"came":`+came+"}")) || bytes.Count(a.body, []byte("event: tick\n")) != 5 || a.Header.Get("X-Accel-Buffering") != "no" {
				t.Errorf("%s: %s", client, a.body)
			}
		}
	})
	t.Run("an unknown line has none", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("GET", "/c/nowhere/doctor", "", "Accept", "text/html"), 404, "")
		r.want(r.call("GET", "/c/nowhere/doctor/events", ""), 404, chat.CodeNotFound)
	})
}
