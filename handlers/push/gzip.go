package push

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// prologue is what the window of every gzipped stream ends with: a comment line, which no reader of events sees. Each segment
// is compressed against it and writes it again behind itself, as a few copies of at most 258 bytes, so that the next segment
// may do the same, whatever came between. It holds what events have in common and what is said between a shop and its
// customers all day.
const prologue = ": Hello, thank you for your order. Please could you tell me when it is going to arrive? I have not received the parcel yet, but the " +
	"这个商品还有货吗，尺码颜色可以换一下，已经付款了但是没有收到快递，物流信息什么时候更新，到账了没，运费由我们承担，请您耐心等待，麻烦帮我看看，" +
	"不好意思，非常抱歉给您带来不便，申请退款换货，我的订单编号是，稍后给您回复，请问什么时候发货？您好，请您提供一下，谢谢您的支持，感谢您的理解" +
	`data: {"head":1,"read":{"visitor":1,"visitor_delivered":1,"agent":1}}event: receiptdata: {"kind":"visitor","delivered":1,"read":1}` +
	`id: 1data: {"c":"AZ","a":"","t":"mi","x":"` + "\n"

// gzipHead begins a gzip stream (RFC 1952): deflate, no name, no time, unknown system.
const gzipHead = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// segment is b as a piece of any gzipped stream. It ends at a byte, so that a reader has all of it at once, and knows nothing
// of what came before it but the prologue: one segment serves every reader, and no reader has a compressor of its own.
func segment(b []byte) ([]byte, part) { return deflate(b, prologue) }

// gzipOpening begins a gzipped stream: its head, and the prologue from nothing.
func gzipOpening() ([]byte, part) {
	b, p := deflate(nil, "")
	return append([]byte(gzipHead), b...), p
}

func deflate(b []byte, window string) ([]byte, part) {
	var out bytes.Buffer
	text := append(append(make([]byte, 0, len(b)+len(prologue)), b...), prologue...)
	if err := flate.StatelessDeflate(&out, text, false, []byte(window)); err != nil {
		panic("compress: " + err.Error()) // into memory
	}
	return out.Bytes(), newPart(text)
}

// sum is what a gzip stream ends with: the CRC-32 of all that was packed, and its length modulo 2³². A reader keeps its own,
// eight bytes, and reckons it from those of the segments it shares with others.
type sum struct{ crc, size uint32 }

// part is a segment's share of a sum.
type part struct {
	sum
	shift uint32 // moves a CRC on past so many bytes
}

func newPart(text []byte) part {
	shift, square := uint32(1<<31), uint32(1<<23) // x⁰ and x⁸: a byte
	for n := len(text); n > 0; n >>= 1 {
		if n&1 == 1 {
			shift = times(shift, square)
		}
		square = times(square, square)
	}
	return part{sum{crc32.ChecksumIEEE(text), uint32(len(text))}, shift}
}

// add goes on with a segment. That takes no look at its bytes: the CRC of two pieces is the first one's, moved on past the
// second, plus the second one's (as zlib's crc32_combine has it).
func (s *sum) add(p part) { s.crc, s.size = times(p.shift, s.crc)^p.crc, s.size+p.size }

// times multiplies two polynomials modulo that of CRC-32, the lowest power in the highest bit.
func times(a, b uint32) (product uint32) {
	for ; a != 0; a <<= 1 {
		if a>>31 == 1 {
			product ^= b
		}
		b = b>>1 ^ crc32.IEEE&-(b&1)
	}
	return product
}

// trailer ends a gzipped stream: an empty last block, and the sum.
func (s sum) trailer() []byte {
	b := binary.LittleEndian.AppendUint32([]byte{3, 0}, s.crc)
	return binary.LittleEndian.AppendUint32(b, s.size)
}
