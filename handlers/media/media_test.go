package media

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func file(name string, content []byte) chat.File {
	return chat.File{Name: name, Size: int64(len(content)), Body: bytes.NewReader(content)}
}

// encoded is a picture in a format, its first pixel red and the rest green.
func encoded(t *testing.T, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, m)
	case "gif":
		err = gif.Encode(&b, m, nil)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plain(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	return m
}

// webpDot is a WebP of one pixel.
const webpDot = "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"

func TestInspector_Inspect(t *testing.T) {
	t.Parallel()
	i := New(1 << 20)
	t.Run("OK: each kind of picture", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			content []byte
			media   string
			kept    string
		}{
			"photo.jpg":   {encoded(t, "jpeg", plain(8, 4)), "image/jpeg", "photo.jpg"},
			"shot.png":    {encoded(t, "png", plain(8, 4)), "image/png", "shot.png"},
			"drawing.gif": {encoded(t, "gif", plain(8, 4)), "image/png", "drawing.png"},
			"dot.webp":    {[]byte(webpDot), "image/png", "dot.png"},
			"lies.pdf":    {encoded(t, "jpeg", plain(8, 4)), "image/jpeg", "lies.jpg"},
		} {
			got, err := i.Inspect(t.Context(), file(name, c.content))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got.Type != c.media && name != "dot.webp" || got.Name != c.kept && name != "dot.webp" || got.Thumbnail == nil || got.Width < 1 {
				t.Errorf("%s became %+v", name, got.FileInfo)
			}
		}
	})
	t.Run("a long screenshot stays readable, its small one shows the top", func(t *testing.T) {
		t.Parallel()
		got, err := New(16<<20).Inspect(t.Context(), file("long.png", encoded(t, "png", plain(1080, 8000))))
		if err != nil {
			t.Fatal(err)
		}
		if got.Width < 700 || got.Width*got.Height > keepPixels {
			t.Errorf("it is %d by %d", got.Width, got.Height)
		}
		small, err := jpeg.DecodeConfig(got.Thumbnail)
		if err != nil || small.Width != thumbWide || small.Height != thumbHigh {
			t.Errorf("the small one is %d by %d, %v", small.Width, small.Height, err)
		}
	})
	t.Run("office files are told from archives", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"} {
			w, err := z.Create(name)
			if err == nil {
				_, err = io.WriteString(w, "<x/>")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := i.Inspect(t.Context(), file("invoice", b.Bytes()))
		if err != nil || got.Name != "invoice.docx" {
			t.Errorf("got %+v, %v", got.FileInfo, err)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			content string
			key     string
		}{
			"page.html":   {"<!DOCTYPE html><p>", "file_type"},
			"x.svg":       {`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "file_type"},
			"run.sh":      {"#!/bin/sh\necho", "file_type"},
			"run":         {"\x7fELF\x02\x01\x01", "file_type"},
			"empty":       {"", "file_empty"},
			"large":       {strings.Repeat("a", 1<<20+1), "file_large"},
			"broken.png":  {"\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100), "picture"},
			"broken.jpg":  {"\xff\xd8\xff\xe0\x00\x10JFIF" + strings.Repeat("\x00", 40), "picture"},
			"endless.jpg": {"\xff\xd8\xff" + strings.Repeat("\xe0\x00\x02\xff", 5000), "picture"},
		} {
			if _, err := i.Inspect(t.Context(), file(name, []byte(c.content))); !errors.Is(err, &chat.Error{Code: chat.CodeOf(err), Key: c.key}) {
				t.Errorf("%s: got %v, want %s", name, err, c.key)
			}
		}
	})
	t.Run("who has no share of the memory waits no longer than she does", func(t *testing.T) {
		t.Parallel()
		busy := New(1 << 20)
		over, err := busy.share(t.Context(), budget)
		if err != nil {
			t.Fatal(err)
		}
		defer over()
		ctx, cancel := contextGone(t)
		defer cancel()
		if _, err := busy.Inspect(ctx, file("photo.jpg", encoded(t, "jpeg", plain(8, 4)))); err == nil {
			t.Error("it was decoded all the same")
		}
	})
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config image.Config
		head   head
		fits   bool
	}{
		"a telephone's photo":            {image.Config{ColorModel: color.YCbCrModel, Width: 8064, Height: 6048}, head{format: "jpeg"}, true},
		"a progressive one of 30 Mpx":    {image.Config{ColorModel: color.YCbCrModel, Width: 6000, Height: 5000}, head{format: "jpeg", progressive: true, samples: 1.5}, false},
		"a progressive one of 12 Mpx":    {image.Config{ColorModel: color.YCbCrModel, Width: 4000, Height: 3000}, head{format: "jpeg", progressive: true, samples: 1.5}, true},
		"deep colours of 50 Mpx":         {image.Config{ColorModel: color.NRGBA64Model, Width: 10_000, Height: 5000}, head{format: "png"}, false},
		"more pixels than anybody needs": {image.Config{ColorModel: color.GrayModel, Width: 20_000, Height: 20_000}, head{format: "png"}, false},
		"a line of pixels":               {image.Config{ColorModel: color.GrayModel, Width: 100_000, Height: 1}, head{format: "png"}, false},
		"nothing":                        {image.Config{ColorModel: color.GrayModel, Width: 0, Height: 1}, head{format: "png"}, false},
	} {
		if n, err := weigh(c.config, c.head); (err == nil) != c.fits || n > budget {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
}

// A picture of two colours is turned in each of the eight ways: where its red corner goes says whether that was right.
func TestTurn(t *testing.T) {
	t.Parallel()
	from := plain(3, 2)
	from.Set(0, 0, color.RGBA{255, 0, 0, 255})
	corners := map[int]image.Point{0: {0, 0}, 1: {0, 0}, 2: {2, 0}, 3: {2, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 2}, 8: {0, 2}}
	for orientation, want := range corners {
		got := turn(from, orientation)
		if (orientation > 4) != (got.Rect.Dx() == 2) || got.RGBAAt(want.X, want.Y).G != 0 {
			t.Errorf("%d: %v, and at %v stands %v", orientation, got.Rect, want, got.RGBAAt(want.X, want.Y))
		}
	}
}

func TestShrink(t *testing.T) {
	t.Parallel()
	// A chessboard of single pixels is grey from afar, at any size.
	board := plain(400, 300)
	for i := 0; i < len(board.Pix); i += 4 {
		if (i/4%400+i/4/400)%2 == 0 {
			board.Pix[i], board.Pix[i+1], board.Pix[i+2] = 0, 0, 0
		}
	}
	got := shrink(board, image.Pt(100, 75))
	if c := got.RGBAAt(50, 40); c.R < 120 || c.R > 135 || c.A != 255 {
		t.Errorf("from afar it is %v", c)
	}
	if s := shrink(board, image.Pt(390, 292)).Rect.Size(); s != image.Pt(390, 292) {
		t.Errorf("it is %v", s)
	}
}

func FuzzHead(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x24Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00\xff\xda"))
	f.Add([]byte("\xff\xd8\xff\xc2\x00\x11\x08\x00\x01\x00\x01\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00\xff\xda"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := readHead(bytes.NewReader(b)); err == nil && (h.samples < 0 || h.samples > 4) {
			t.Errorf("%+v", h)
		}
	})
}

// contextGone is a context that has ended.
func contextGone(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx, cancel
}
