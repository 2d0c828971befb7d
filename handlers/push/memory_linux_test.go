package push

import (
	"io"
	"net"
	"runtime"
	"testing"
)

// BenchmarkHub_idle reports what an idle visitor's stream costs in this process, heap and stacks, the client's end left out
// as far as it can be: it is a bare socket.
func BenchmarkHub_idle(b *testing.B) {
	const n = 2000
	for name, start := range map[string]starter{"loop": start, "lean": startLean} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g := start(b, Options{Rate: n})
				before := inUse()
				conns := make([]net.Conn, n)
				for i := range conns {
					c, err := g.dial()
					if err != nil {
						b.Fatal(err)
					}
					conns[i] = c
					if _, err := io.WriteString(c, "GET /c/"+string(conv)+" HTTP/1.1\r\nHost: desk\r\n\r\n"); err != nil {
						b.Fatal(err)
					}
				}
				until(b, "all are there", func() bool { return g.Stats().Visitors == n && g.Stats().Pulls["new"] == n })
				b.ReportMetric(float64(inUse()-before)/n, "B/stream")
				for _, c := range conns {
					_ = c.Close()
				}
				until(b, "all have left", func() bool { return g.Stats().Visitors == 0 })
			}
		})
	}
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
