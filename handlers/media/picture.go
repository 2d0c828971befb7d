package media

import (
	"bufio"
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"path"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

const (
	// maxPixels is the most that is decoded: what today's telephones take. maxSide bounds a side.
	maxPixels = 50_000_000
	maxSide   = 30_000
	// keepPixels is the most that is kept: enough to fill a desk's screen, and to read a long screenshot. keepSide bounds a side.
	keepPixels = 4_000_000
	keepSide   = 10_000
	// overhead is what making a picture needs beside what it is decoded into: the one that is kept, turned, and encoded.
	overhead = 48 << 20
	// thumbWide and thumbHigh are what a small picture fits in: the box of the thread at twice its size.
	thumbWide, thumbHigh = 480, 960
	// lossless is the most a PNG may have in bytes; a larger one that hides nothing is a photograph and becomes a JPEG.
	lossless = 2 << 20
)

// format decodes one kind of pictures.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = map[string]format{
	"jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"png":  {png.DecodeConfig, png.Decode},
	"gif":  {gif.DecodeConfig, gif.Decode},
	"webp": {webp.DecodeConfig, webp.Decode},
}

var errPicture = chat.Invalid("picture", "The picture cannot be read. It may be damaged.")

// picture makes a picture anew: the right way up, no larger than a screen can show, and a small one with it.
func (i *Inspector) picture(ctx context.Context, name string, body io.ReadSeeker) (desk.Inspected, error) {
	head, err := readHead(body)
	if err != nil {
		return desk.Inspected{}, err
	}
	f := formats[head.format]
	config, err := f.config(bufio.NewReader(body))
	if err != nil {
		return desk.Inspected{}, errPicture
	}
	needs, err := weigh(config, head)
	if err != nil {
		return desk.Inspected{}, err
	}
	over, err := i.share(ctx, needs)
	if err != nil {
		return desk.Inspected{}, err
	}
	defer over()
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return desk.Inspected{}, err
	}
	decoded, err := f.decode(bufio.NewReader(body))
	if err != nil {
		return desk.Inspected{}, errPicture
	}
	size := decoded.Bounds().Size()
	kept := turn(shrink(decoded, fit(size, keepSide, keepSide, keepPixels)), head.orientation)
	return made(name, head.format, kept)
}

// weigh says how many bytes decoding a picture takes, or refuses one that is too large.
func weigh(c image.Config, h head) (int64, error) {
	large := &chat.Error{Code: chat.CodeTooLarge, Key: "picture_large", Detail: "The picture has too many pixels."}
	if c.Width < 1 || c.Height < 1 {
		return 0, errPicture
	}
	if c.Width > maxSide || c.Height > maxSide || int64(c.Width)*int64(c.Height) > maxPixels {
		return 0, large
	}
	each := 4.0 // bytes of a pixel
	switch c.ColorModel {
	case color.GrayModel:
		each = 1
	case color.YCbCrModel:
		each = 3
	case color.Gray16Model:
		each = 2
	case color.RGBA64Model, color.NRGBA64Model:
		each = 8
	}
	if _, ok := c.ColorModel.(color.Palette); ok {
		each = 1
	}
	switch {
	case h.format == "webp": // colours and what predicts them
		each = 8
	case h.progressive && h.format == "jpeg": // four bytes for each sample until the last pass
		each += 4 * h.samples
	case h.progressive:
		each *= 2
	}
	needs := int64(each*float64(c.Width)*float64(c.Height)) + overhead
	if needs > budget {
		return 0, large
	}
	return needs, nil
}

// fit returns the size a picture is shrunk to, in its own proportions: within wide, high and pixels, never larger than it is.
func fit(size image.Point, wide, high, pixels int) image.Point {
	w, h := float64(size.X), float64(size.Y)
	scale := min(1, float64(wide)/w, float64(high)/h)
	if pixels > 0 {
		scale = min(scale, math.Sqrt(float64(pixels)/(w*h)))
	}
	return image.Pt(max(1, int(w*scale)), max(1, int(h*scale)))
}

// shrink draws a picture at a smaller size. Whole squares of pixels are averaged first, a strip at a time, so that neither
// fine patterns flicker nor much memory is needed; the rest is less than a half.
func shrink(from image.Image, to image.Point) *image.RGBA {
	b := from.Bounds()
	if k := min(b.Dx()/to.X, b.Dy()/to.Y); k > 1 {
		from = average(from, k)
		b = from.Bounds()
	}
	out := image.NewRGBA(image.Rectangle{Max: to})
	if b.Size() == to {
		draw.Draw(out, out.Bounds(), from, b.Min, draw.Src)
	} else {
		draw.ApproxBiLinear.Scale(out, out.Bounds(), from, b, draw.Src, nil)
	}
	return out
}

// average makes one pixel of each square of k; what is left over at the edges is less than a square and left out.
func average(from image.Image, k int) *image.RGBA {
	b := from.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()/k, b.Dy()/k))
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), k))
	sums := make([]uint32, out.Rect.Dx()*4)
	for y := range out.Rect.Dy() {
		draw.Draw(strip, strip.Rect, from, image.Pt(b.Min.X, b.Min.Y+y*k), draw.Src)
		clear(sums)
		for sy := range k {
			row := strip.Pix[sy*strip.Stride:]
			for x := range out.Rect.Dx() {
				for p := x * k * 4; p < (x+1)*k*4; p += 4 {
					for c := range 4 {
						sums[x*4+c] += uint32(row[p+c])
					}
				}
			}
		}
		for n, sum := range sums {
			out.Pix[y*out.Stride+n] = uint8((sum + uint32(k*k/2)) / uint32(k*k))
		}
	}
	return out
}

// turn applies an EXIF orientation, 1 to 8, so that a picture stands the right way up without it.
func turn(from *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return from
	}
	w, h := from.Rect.Dx(), from.Rect.Dy()
	size := image.Pt(w, h)
	if orientation > 4 {
		size = image.Pt(h, w)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch orientation {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(out.Pix[out.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return out
}

// made encodes what is kept: photographs as JPEG; what was drawn, or is see-through, as PNG.
func made(name, from string, kept *image.RGBA) (desk.Inspected, error) {
	var b bytes.Buffer
	size, media, endings := kept.Rect.Size(), "image/jpeg", []string{".jpg", ".jpeg"}
	opaque := kept.Opaque()
	if drawn := from == "png" || from == "gif" || !opaque; drawn {
		if err := png.Encode(&b, kept); err != nil {
			return desk.Inspected{}, err
		}
		media, endings = "image/png", []string{".png"}
	}
	if b.Len() == 0 || opaque && b.Len() > lossless {
		b.Reset()
		if err := jpeg.Encode(&b, kept, &jpeg.Options{Quality: 86}); err != nil {
			return desk.Inspected{}, err
		}
		media, endings = "image/jpeg", []string{".jpg", ".jpeg"}
	}
	var small bytes.Buffer
	if err := jpeg.Encode(&small, thumbnail(kept), &jpeg.Options{Quality: 80}); err != nil {
		return desk.Inspected{}, err
	}
	if stem := strings.TrimSuffix(name, path.Ext(name)); stem != "" && ending(name, endings) != name {
		name = stem
	}
	return desk.Inspected{
		FileInfo: chat.FileInfo{Name: ending(name, endings), Type: media, Size: int64(b.Len()), Width: size.X, Height: size.Y},
		Body:     &b, Thumbnail: &small,
	}, nil
}

// thumbnail is the small picture of the thread, on white. Of a very long one it shows the top, of a very wide one the middle.
func thumbnail(of *image.RGBA) *image.RGBA {
	b := of.Rect
	if b.Dy() > 2*b.Dx() {
		b.Max.Y = b.Min.Y + 2*b.Dx()
	}
	if cut := b.Dx() - 3*b.Dy(); cut > 0 {
		b.Min.X, b.Max.X = b.Min.X+cut/2, b.Max.X-(cut-cut/2)
	}
	part := of.SubImage(b).(*image.RGBA)
	small := shrink(part, fit(b.Size(), thumbWide, thumbHigh, 0))
	out := image.NewRGBA(small.Rect)
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, small, small.Rect.Min, draw.Over)
	return out
}
