package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// deafReaders opens many streams of conversations that are busy and never reads from them.
func deafReaders(ctx context.Context, t *trial) error {
	for _, n := range t.rig.nodes { // garbage that lies about while a node is busy would be taken for what sockets cost
		if err := n.change(ctx, func() { n.settings = []string{"GOGC=100"} }); err != nil {
			return err
		}
	}
	o := crewOptions{Talks: 20, Rate: 30, Padding: 3000}
	return t.underCrews(ctx, []string{"a"}, o, func(crews map[string]*crew) error {
		a := crews["a"]
		if err := pause(ctx, t.span(5*time.Second, 15*time.Second)); err != nil {
			return err
		}
		before := a.window()
		weighs, err := t.rig.measure(ctx, "process_resident_memory_bytes", "")
		if err != nil {
			return err
		}
		cuts, err := t.rig.measure(ctx, "support_streams_cut_total", `cause="slow"`)
		if err != nil {
			return err
		}
		const many = 1000
		ends := map[string]*deaf{}
		for i := range many {
			k, n := a.talks[i%len(a.talks)], t.rig.nodes[i%len(t.rig.nodes)]
			c, err := ignore(ctx, n, fmt.Sprintf("%s/events?after=%d", k.path(""), k.left.stands()), k.Token) // no log to read first
			if err != nil {
				return err
			}
			defer c.Close()
			ends[ending(n.addr, c.LocalAddr().String())] = &deaf{}
			if err := pause(ctx, 2*time.Millisecond); err != nil {
				return err
			}
		}
		a.mark()
		heaviest, late := weighs, time.Now().Add(t.span(90*time.Second, 2*time.Minute))
		for left := many; left > 0; {
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
			now, err := t.rig.measure(ctx, "process_resident_memory_bytes", "")
			if err != nil {
				return err
			}
			heaviest = max(heaviest, now)
			if left, err = watchDeaf(ends); err != nil {
				return err
			}
			if time.Now().After(late) {
				t.must(false, "%d sockets that nobody reads are still served", left)
				break
			}
		}
		during := a.window()
		var cut series
		for _, d := range ends {
			if d.cut > 0 {
				cut = append(cut, d.cut)
			}
		}
		after, err := t.rig.measure(ctx, "support_streams_cut_total", `cause="slow"`)
		if err != nil {
			return err
		}
		each := (heaviest - weighs) / many
		t.figure("%d sockets, cut %s to %s after the last byte they took", len(cut), brief(cut.at(0)), brief(cut.at(100)))
		t.figure("%.0f kB of RSS each at most", each/1024)
		t.figure("others: accepted P99 %s before, %s meanwhile; shown P99 %s, %s", brief(before.Accept.at(99)), brief(during.Accept.at(99)), brief(before.Screen.at(99)), brief(during.Screen.at(99)))
		t.must(after-cuts == many, "%.0f streams were cut for being slow, not %d", after-cuts, many)
		t.must(each <= 256<<10, "each took %.0f kB", each/1024)
		t.within(cut.at(100), 15*time.Second, "a socket was cut after")
		t.must(during.Dropped == 0, "%d streams of others were dropped", during.Dropped)
		t.untouched("a", during)
		t.growth(before.Accept.at(99), during.Accept.at(99), 0.1, 15*time.Millisecond, "the others' acceptances at P99")
		t.growth(before.Screen.at(99), during.Screen.at(99), 0.1, 15*time.Millisecond, "the others' screens at P99")
		return nil
	})
}

// deaf is a socket that nobody reads, as the kernel sees the server's end of it.
type deaf struct {
	waits int64 // bytes that wait in the kernel
	moved time.Time
	cut   time.Duration // how long after the last byte went in the server ended it; 0 while it lasts
}

// ignore opens a stream at a node that nobody will read.
func ignore(ctx context.Context, n *node, path, token string) (net.Conn, error) {
	c, err := (&net.Dialer{Control: narrow}).DialContext(ctx, "tcp", n.addr)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", path, n.addr, token)
	return c, err
}

// ending names the server's end of a connection as /proc/net/tcp does, by its ports.
func ending(server, client string) string {
	port := func(address string) int64 {
		_, p, _ := net.SplitHostPort(address)
		n, _ := strconv.ParseInt(p, 10, 32) // the rig's own addresses
		return n
	}
	return fmt.Sprintf("%04X %04X", port(server), port(client))
}

// watchDeaf looks at the server's ends and counts those that are still open.
func watchDeaf(ends map[string]*deaf) (left int, err error) {
	f, err := os.Open("/proc/net/tcp")
	if err != nil {
		return 0, skipped("needs Linux, to see what waits in sockets")
	}
	defer f.Close()
	const established = "01"
	open, now := map[string]bool{}, time.Now()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		w := strings.Fields(lines.Text())
		if len(w) < 5 || w[3] != established {
			continue
		}
		_, local, _ := strings.Cut(w[1], ":")
		_, remote, _ := strings.Cut(w[2], ":")
		name := local + " " + remote
		d := ends[name]
		if d == nil {
			continue
		}
		open[name] = true
		out, _, _ := strings.Cut(w[4], ":")
		if waits, _ := strconv.ParseInt(out, 16, 64); waits != d.waits || d.moved.IsZero() {
			d.waits, d.moved = waits, now
		}
	}
	for name, d := range ends {
		if d.cut == 0 && !d.moved.IsZero() && !open[name] {
			d.cut = now.Sub(d.moved)
		}
		if d.cut == 0 {
			left++
		}
	}
	return left, nil
}

// fewFiles has a node run with few files: streams beyond are refused, and nothing else suffers.
func fewFiles(ctx context.Context, t *trial) error {
	n := t.rig.nodes[0]
	const files = 700
	if err := n.change(ctx, func() { n.prefix = limited(fmt.Sprint("ulimit -n ", files)) }); err != nil {
		return err
	}
	return t.under(ctx, []string{"a", "b"}, 40, 50, func(crews map[string]*crew) error {
		a := crews["a"]
		d, err := newDoor(n.url(), nil)
		if err != nil {
			return err
		}
		ctx, leave := context.WithCancel(ctx)
		defer leave()
		var opened int
		var unread atomic.Int64
		refusals := map[int]int{}
		for i := range files {
			k := a.talks[i%len(a.talks)]
			s, err := d.open(ctx, k.path("")+"/events?after=999999", k.Token, "", false, &unread)
			no, told := errors.AsType[refused](err)
			switch {
			case err == nil:
				opened++
				go s.readOn()
			case told:
				refusals[no.status]++
				t.must(no.after >= time.Second, "a refusal says to come back after %s", no.after)
			default:
				return fmt.Errorf("open stream %d: %w", i+1, err)
			}
		}
		in, err := n.measure(ctx, "process_open_fds", "")
		if err != nil {
			return err
		}
		k := a.talks[0]
		word, err := ask(ctx, http.MethodGet, k.path(n.url())+"/events", k.Token, nil)
		if err != nil {
			return err
		}
		t.must(word.status == http.StatusServiceUnavailable && strings.Contains(string(word.body), `"code"`), "a refusal is %d %.200s", word.status, word.body)
		if err := pause(ctx, t.span(4*time.Second, 20*time.Second)); err != nil {
			return err
		}
		w := both(crews)
		t.figure("of %d files %d streams more, then %d × 503; %.0f files open", files, opened, refusals[503], in)
		t.must(opened > 50 && refusals[503] == files-opened, "%d were opened, refused %v", opened, refusals)
		t.must(w.failed() == 0 && w.Dropped == 0, "people were answered %v and lost %d streams", w.Answers, w.Dropped)
		return t.noFiles(ctx, n, crews, files)
	})
}

// readOn reads a stream to its end; what comes is of no interest.
func (s *stream) readOn() {
	for s.read() == nil {
		continue
	}
}

// noFiles takes the files that are left by connections that say nothing: whoever is connected goes on, and all is well when they have gone.
func (t *trial) noFiles(ctx context.Context, n *node, crews map[string]*crew, many int) error {
	for _, c := range crews {
		c.mark()
	}
	var mute []net.Conn
	for range many {
		if c, err := net.DialTimeout("tcp", n.addr, 200*time.Millisecond); err == nil {
			mute = append(mute, c)
		}
	}
	err := pause(ctx, 3*time.Second)
	w := both(crews)
	for _, c := range mute {
		_ = c.Close()
	}
	gone := time.Now()
	if _, in := enter(ctx, n.url(), "a"); in != nil {
		err = errors.Join(err, in)
	}
	t.figure("with %d mute connections: %d accepted, answers %v", len(mute), w.Accepted, w.Answers)
	t.must(w.Accepted > 0 && w.Dropped == 0, "with no file left %d were accepted and %d streams lost", w.Accepted, w.Dropped)
	t.within(time.Since(gone), 10*time.Second, "the node let somebody in after")
	return err
}

// halfTheNodes holds very many streams on two nodes and kills one.
func halfTheNodes(ctx context.Context, t *trial) error {
	many := t.times(2000, 10_000)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil {
		many = min(many, int(limit.Cur)-2000) // both ends of a stream are in processes of the same limit
	}
	t.rig.nodes[2].kill()
	t.rig.nodes = t.rig.nodes[:2]
	stays, dies := t.rig.nodes[0], t.rig.nodes[1]
	l := &load{loadCommand: loadCommand{URL: t.rig.urls(), Line: lineNames(), Visitors: 200, Idle: many - 200, Screens: 1, Procs: 1, Rate: 100, Senders: 64, Ramp: 1500,
		Duration: 30 * time.Second, Settle: 45 * time.Second, Repeat: 0.02, Wire: "full", Seed: t.random.Uint64()}}
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.close()
	overflows, err := listenOverflows()
	if err != nil {
		return err
	}
	var sending sync.WaitGroup
	defer sending.Wait()
	sending.Go(func() { l.send(ctx) })
	if err := pause(ctx, 8*time.Second); err != nil {
		return err
	}
	calm := l.result()
	t.strain = max(1, float64(calm.Post.at(99))/float64(calmAccept))
	t.must(calm.Statuses[0] == 0, "%d sends had no answer before anything was done", calm.Statuses[0])
	killed := time.Now()
	dies.kill()
	var inUse, most float64
	for l.open.Load() < int64(many) || time.Since(killed) < 2*time.Second {
		if time.Since(killed) > 2*time.Minute {
			return fmt.Errorf("%d of %d streams are back after two minutes", l.open.Load(), many)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
		if now, err := stays.measure(ctx, "support_pool_connections_in_use", `line="a"`); err == nil {
			inUse = max(inUse, now)
		}
	}
	took := l.result().Back.max
	if most, err = stays.measure(ctx, "support_pool_connections_max", `line="a"`); err != nil {
		return err
	}
	if err := dies.revive(ctx); err != nil {
		return err
	}
	sending.Wait()
	l.settle(ctx)
	r := l.result()
	if err := l.check(ctx, r); err != nil {
		return err
	}
	now, err := listenOverflows()
	if err != nil {
		return err
	}
	t.figure("%d streams, %d lost and all back after P50 %s P99 %s max %s", many, r.Drops, brief(r.Back.at(50)), brief(r.Back.at(99)), brief(took))
	t.figure("%d accepted, answers %s; the node that died: %v", r.Accepted, statuses(r.Statuses), l.doors[1].told())
	t.figure("%.0f of %.0f database connections in use at most", inUse, most)
	t.within(took, 10*time.Second, "the last stream was back after")
	t.must(r.Drops >= int64(many)/3, "only %d streams were lost", r.Drops)
	for _, why := range r.Complaints {
		t.must(false, "%s", why)
	}
	t.must(!r.broken(), "a rule was broken")
	for status, n := range r.Statuses {
		t.must(status == 0 || status == 200 || status == 201 || status == 503, "%d sends were answered %d", n, status)
	}
	stayed, died := l.doors[0].told(), l.doors[1].told()
	t.must(len(stayed) == 0, "the node that stayed: %v", stayed)
	for what := range died {
		// A node that is back has its databases to reach first, and whoever comes before that is sent away for a moment.
		t.must(what == "no answer" || what == "503 line_unavailable", "the node that came back: %v", died)
	}
	t.must(now == overflows, "%d connections found the queue of a listener full", now-overflows)
	t.must(inUse <= most, "%.0f database connections were in use", inUse)
	t.must(r.Unanswered == 0, "%d sends were not answered at the end", r.Unanswered)
	return nil
}

// listenOverflows counts the connections of this machine that found a listener's queue full.
func listenOverflows() (int64, error) {
	b, err := os.ReadFile("/proc/net/netstat")
	if err != nil {
		return 0, skipped("needs Linux, to see whether a listener was overrun")
	}
	lines := strings.Split(string(b), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		names, values := strings.Fields(lines[i]), strings.Fields(lines[i+1])
		for j, name := range names {
			if name == "ListenOverflows" && j < len(values) {
				return strconv.ParseInt(values[j], 10, 64)
			}
		}
	}
	return 0, errors.New("/proc/net/netstat does not count ListenOverflows")
}
