package handlers

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// multi is a form with a file in it, and its Content-Type.
func multi(t *testing.T, field, name string, content []byte, values ...string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(values); i += 2 {
		if err := w.WriteField(values[i], values[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func (r *rig) attach(g caller, name string, content []byte) answer {
	r.t.Helper()
	body, kind := multi(r.t, "file", name, content)
	return r.call("POST", "/api/v1/conversations/"+g.conversation+"/attachments", body, append(g.auth(), "Content-Type", kind)...)
}

// photo is a JPEG of the size, red on its left and blue on its right, that a camera held sideways took at a secret place.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, map[bool]color.RGBA{true: {200, 0, 0, 255}, false: {0, 0, 200, 255}}[x < w/2])
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00the secret place")
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return append(append(append([]byte{0xff, 0xd8}, segment...), exif...), b.Bytes()[2:]...)
}

// bomb is a small PNG that says it has w by h pixels.
func bomb(t *testing.T, w, h uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		sum := crc32.NewIEEE()
		_, _ = io.MultiWriter(&b, sum).Write(append([]byte(kind), data...))
		_ = binary.Write(&b, binary.BigEndian, sum.Sum32())
	}
	chunk("IHDR", append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h), 8, 6, 0, 0, 0))
	var z bytes.Buffer
	pack := zlib.NewWriter(&z)
	_, _ = pack.Write(make([]byte, 1<<20))
	_ = pack.Close()
	chunk("IDAT", z.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

func naming(kind, attachment string) string {
	return fmt.Sprintf(`{"client_id":%q,"kind":%q,"data":{"attachment_id":%q}}`, chat.NewID(time.Now()), kind, attachment)
}

func TestHandlers_Attachments(t *testing.T) {
	t.Parallel()
	rig := newRig(t)

	t.Run("OK: a picture is attached, named in a message and read by both sides", func(t *testing.T) {
		t.Parallel()
		r := rig.at(t)
		g := r.caller("shop")
		a := r.want(r.attach(g, `C:\photos\cup.JPEG`, photo(t, 90, 60)), 201, "").json(t)
		if a["kind"] != "image" || a["name"] != "cup.JPEG" || a["type"] != "image/jpeg" || a["width"] != 60.0 || a["height"] != 90.0 {
			t.Errorf("attached %v", a)
		}
		messages := "/api/v1/conversations/" + g.conversation + "/messages"
		body := naming("image", a["id"].(string))
		m := r.want(r.call("POST", messages, body, g.auth()...), 201, "").json(t)
		data := m["data"].(map[string]any)
		if data["url"] != a["url"] || data["width"] != 60.0 || data["attachment_id"] != a["id"] || data["thumbnail_url"] != a["thumbnail_url"] || m["text"] != nil {
			t.Errorf("message %v", m)
		}
		again := r.want(r.call("POST", messages, body, g.auth()...), 200, "").json(t)
		if again["id"] != m["id"] {
			t.Errorf("a repeat is %v", again)
		}
		for _, who := range [][]string{g.auth(), key("Lin")} {
			got := r.want(r.call("GET", a["url"].(string), "", who...), 200, "")
			shown, err := jpeg.Decode(bytes.NewReader(got.body))
			if err != nil {
				t.Fatal(err)
			}
			if top, _, bottom, _ := shown.At(30, 10).RGBA(); top < 0x8000 || bottom > 0x8000 { // its left is up now
				t.Errorf("it stands the wrong way: %v", shown.At(30, 10))
			}
			if bytes.Contains(got.body, []byte("secret")) || bytes.Contains(got.body, []byte("Exif")) {
				t.Error("it says where it was taken")
			}
			for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400",
				"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "Cross-Origin-Resource-Policy": "same-origin",
				"Content-Disposition": `inline; filename="cup.JPEG"; filename*=UTF-8''cup.JPEG`} {
				if h := got.Header.Get(name); h != want {
					t.Errorf("%s: %s", name, h)
				}
			}
			r.want(r.call("GET", a["thumbnail_url"].(string), "", who...), 200, "")
			r.want(r.call("GET", a["url"].(string), "", append(who, "If-None-Match", got.Header.Get("ETag"))...), 304, "")
		}
	})
	t.Run("OK: a file is a download, whatever it calls itself", func(t *testing.T) {
		t.Parallel()
		r := rig.at(t)
		g := r.caller("shop")
		a := r.want(r.attach(g, "发票 1.html", []byte("just words, no page")), 201, "").json(t)
		if a["kind"] != "file" || a["name"] != "发票 1.html.txt" || a["type"] != "text/plain" || a["size"] != 19.0 || a["thumbnail_url"] != nil {
			t.Errorf("attached %v", a)
		}
		r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/messages", naming("file", a["id"].(string)), g.auth()...), 201, "")
		got := r.want(r.call("GET", a["url"].(string), "", g.auth()...), 200, "")
		if d := got.Header.Get("Content-Disposition"); d != `attachment; filename="__ 1.html.txt"; filename*=UTF-8''%E5%8F%91%E7%A5%A8%201.html.txt` {
			t.Error(d)
		}
		if string(got.body) != "just words, no page" {
			t.Errorf("%q", got.body)
		}
		part := r.want(r.call("GET", a["url"].(string), "", append(g.auth(), "Range", "bytes=5-9")...), 206, "")
		if string(part.body) != "words" {
			t.Errorf("%q", part.body)
		}
	})
	t.Run("what cannot be taken is refused", func(t *testing.T) {
		t.Parallel()
		r := rig.at(t)
		g := r.caller("shop")
		path := "/api/v1/conversations/" + g.conversation + "/attachments"
		r.want(r.attach(g, "big.txt", bytes.Repeat([]byte("a"), fileMax+1)), 413, chat.CodeTooLarge)
		r.want(r.attach(g, "bigger.txt", bytes.Repeat([]byte("a"), fileMax+maxBody+1)), 413, chat.CodeTooLarge)
		r.want(r.attach(g, "bomb.png", bomb(t, 20_000, 20_000)), 413, chat.CodeTooLarge)
		r.want(r.attach(g, "page.txt", []byte("<!DOCTYPE html><script>alert(1)</script>")), 415, chat.CodeUnsupportedMedia)
		r.want(r.attach(g, "drawing.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)), 415, chat.CodeUnsupportedMedia)
		r.want(r.attach(g, "program.exe", []byte("MZ\x90\x00\x03\x00\x00\x00\x04")), 415, chat.CodeUnsupportedMedia)
		r.want(r.attach(g, "half.jpg", photo(t, 90, 60)[:400]), 400, chat.CodeInvalid)
		r.want(r.attach(g, "half.png", bomb(t, 4000, 4000)), 400, chat.CodeInvalid)
		r.want(r.attach(g, "nothing.txt", nil), 400, chat.CodeInvalid)
		r.want(r.call("POST", path, `{}`, g.auth()...), 415, chat.CodeUnsupportedMedia)
		body, kind := multi(t, "other", "a.txt", []byte("words"))
		r.want(r.call("POST", path, body, append(g.auth(), "Content-Type", kind)...), 400, chat.CodeInvalid)
		body, kind = multi(t, "file", "a.txt", []byte("words"))
		r.want(r.call("POST", path, body[:len(body)/2], append(g.auth(), "Content-Type", kind)...), 400, chat.CodeInvalid)
		r.want(r.call("POST", path, body, append(g.auth(), "Content-Type", "multipart/form-data")...), 400, chat.CodeInvalid)
	})
	t.Run("nobody else reads, names or adds one", func(t *testing.T) {
		t.Parallel()
		r := rig.at(t)
		g, other := r.caller("shop"), r.caller("shop")
		a := r.want(r.attach(g, "a.txt", []byte("mine")), 201, "").json(t)
		id, url := a["id"].(string), a["url"].(string)
		r.want(r.call("GET", url, "", key("Lin")...), 404, chat.CodeNotFound) // not sent yet
		messages := "/api/v1/conversations/" + g.conversation + "/messages"
		r.want(r.call("POST", messages, naming("image", id), g.auth()...), 400, chat.CodeInvalid)
		r.want(r.call("POST", messages, naming("file", string(chat.NewSecretID())), g.auth()...), 400, chat.CodeInvalid)
		r.want(r.call("POST", messages, strings.Replace(naming("file", id), `"kind"`, `"text":"words","kind"`, 1), g.auth()...), 400, chat.CodeInvalid)
		r.want(r.call("POST", "/api/v1/conversations/"+other.conversation+"/messages", naming("file", id), other.auth()...), 400, chat.CodeInvalid)
		r.want(r.call("POST", messages, naming("file", id), g.auth()...), 201, "")
		r.want(r.call("GET", url, "", key("Lin")...), 200, "")
		r.want(r.call("GET", url, "", g.auth()...), 200, "")
		r.want(r.call("GET", url, ""), 401, chat.CodeUnauthenticated)
		r.want(r.call("GET", url, "", other.auth()...), 404, chat.CodeNotFound)
		r.want(r.call("GET", url, "", key("Mo")...), 404, chat.CodeNotFound)
		r.want(r.call("GET", strings.Replace(url, g.conversation, other.conversation, 1), "", other.auth()...), 404, chat.CodeNotFound)
		r.want(r.call("GET", url+"/thumbnail", "", g.auth()...), 404, chat.CodeNotFound)
		r.want(r.call("GET", "/api/v1/conversations/"+g.conversation+"/attachments/none", "", g.auth()...), 404, chat.CodeNotFound)
		body, kind := multi(t, "file", "a.txt", []byte("foreign"))
		r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/attachments", body, append(other.auth(), "Content-Type", kind)...), 404, chat.CodeNotFound)
		r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/attachments", body, append(key("Audit"), "Content-Type", kind)...), 403, chat.CodeForbidden)
	})
	t.Run("a form without script brings words and files", func(t *testing.T) {
		t.Parallel()
		r := rig.at(t)
		client := browser(t)
		id := string(chat.NewID(time.Now()))
		post := func(text, name string, content []byte) answer {
			body, kind := multi(t, "file", name, content, "text", text, "client_id", id, "action", "send")
			return r.with(client, "POST", "/c/shop?locale=zh-CN", body, "Content-Type", kind, "Accept", "text/html", "Sec-Fetch-Site", "same-origin")
		}
		refused := post("杯口裂了一道", "page.html", []byte("<html><body>x"))
		if refused.StatusCode != http.StatusUnsupportedMediaType || !strings.Contains(string(refused.body), "杯口裂了一道</textarea>") || !strings.Contains(string(refused.body), "不支持这种文件") {
			t.Errorf("status %d: what was typed, or why not, is missing", refused.StatusCode)
		}
		large := post("杯口裂了一道", "large.txt", bytes.Repeat([]byte("a"), fileMax+1))
		if large.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(large.body), "杯口裂了一道</textarea>") || !strings.Contains(string(large.body), "文件太大") {
			t.Errorf("status %d: what was typed, or why not, is missing", large.StatusCode)
		}
		for range 2 { // pressed twice
			r.want(post("杯口裂了一道", "cup.jpg", photo(t, 40, 40)), 303, "")
		}
		page := r.want(r.with(client, "GET", "/c/shop", ""), 200, "")
		if n := strings.Count(string(page.body), `class="photo"`); n != 2 { // one in the thread, one for script
			t.Errorf("there are %d pictures", n)
		}
	})
}

func TestHandlers_AttachmentOfPNG(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := r.caller("shop")
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	a := r.want(r.attach(g, "see-through.png", append(b.Bytes(), "<script>hidden behind it</script>"...)), 201, "").json(t)
	if a["type"] != "image/png" {
		t.Errorf("attached %v", a)
	}
	if got := r.want(r.call("GET", a["url"].(string), "", g.auth()...), 200, ""); bytes.Contains(got.body, []byte("hidden")) {
		t.Error("what was hidden behind it is kept")
	}
}
