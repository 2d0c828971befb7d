package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// head is what has to be known of a picture before it is decoded, and is not in its configuration.
type head struct {
	format string
	// orientation is EXIF's, 1 to 8; 0 where nothing is said.
	orientation int
	// progressive says that all of it is held until the last of several passes; samples are how many a pixel of a JPEG has then.
	progressive bool
	samples     float64
}

// readHead reads the head and goes back to the beginning.
func readHead(body io.ReadSeeker) (head, error) {
	var first [32]byte
	if _, err := io.ReadFull(body, first[:]); err != nil {
		return head{}, errPicture
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return head{}, err
	}
	h := head{format: "jpeg"}
	switch {
	case bytes.HasPrefix(first[:], []byte("\x89PNG")):
		h = head{format: "png", progressive: first[28] == 1}
	case bytes.HasPrefix(first[:], []byte("GIF8")):
		h.format = "gif"
	case bytes.HasPrefix(first[:], []byte("RIFF")):
		h.format = "webp"
	default:
		if err := h.segments(bufio.NewReader(body)); err != nil {
			return head{}, errPicture
		}
	}
	_, err := body.Seek(0, io.SeekStart)
	return h, err
}

// The markers of a JPEG that matter here: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, table B.1.
const (
	markSOF0, markSOF2, markSOS, markAPP1 = 0xc0, 0xc2, 0xda, 0xe1
)

// segments goes through a JPEG's segments until its pixels begin.
func (h *head) segments(r *bufio.Reader) error {
	if _, err := r.Discard(2); err != nil {
		return err
	}
	for range 1000 { // a picture has a dozen
		mark, err := r.ReadByte()
		for err == nil && mark != 0xff {
			mark, err = r.ReadByte()
		}
		for err == nil && mark == 0xff {
			mark, err = r.ReadByte()
		}
		if err != nil {
			return err
		}
		if mark == 0 || mark == 0x01 || mark >= 0xd0 && mark <= 0xd8 { // these stand alone
			continue
		}
		if mark == markSOS {
			return nil
		}
		var length [2]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(length[:])) - 2
		if n < 0 {
			return errPicture
		}
		if mark != markAPP1 && (mark < markSOF0 || mark > markSOF2) {
			if _, err := r.Discard(n); err != nil {
				return err
			}
			continue
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return err
		}
		if mark == markAPP1 {
			if o := orientation(b); o > 0 {
				h.orientation = o
			}
			continue
		}
		h.progressive, h.samples = mark == markSOF2, samples(b)
	}
	return errors.New("too many segments")
}

// samples are how many a pixel has on average: 3 for full colour, 1.5 for the usual halves. Those of a part count as those of the whole
// where it says something odd.
func samples(frame []byte) float64 {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return 4
	}
	sum, most := 0, 1
	for i := range int(frame[5]) {
		s := frame[6+3*i+1]
		each := int(s>>4) * int(s&15)
		sum, most = sum+each, max(most, each)
	}
	return min(4, float64(sum)/float64(most))
}

// orientation reads the one number that is wanted of EXIF: https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.4.
func orientation(b []byte) int {
	b, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00"))
	if !ok || len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0
	}
	count := int64(order.Uint16(b[at:]))
	for i := range count {
		e := at + 2 + 12*i
		if e+12 > int64(len(b)) {
			return 0
		}
		if order.Uint16(b[e:]) == 0x0112 {
			return int(order.Uint16(b[e+8:]))
		}
	}
	return 0
}
