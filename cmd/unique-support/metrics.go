package main

import (
	"runtime/debug"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/taadis/unique-support/handlers"
	"github.com/taadis/unique-support/sql"
)

// databases reads what the store and this node's bus count, in the words of the door.
func databases(store *sql.Store, bus *sql.Bus) map[string]handlers.Database {
	all, tails := map[string]handlers.Database{}, bus.Stats()
	for line, p := range store.Stats() {
		d := handlers.Database{Open: p.Open, InUse: p.InUse, Max: p.Max, Waits: p.Waits, Waited: p.Waited,
			InFlight: p.InFlight, Refused: p.Refused, Breaker: p.Breaker, Opens: p.Opens}
		if t, ok := tails[line]; ok {
			d.Tail = &handlers.Tail{Rows: t.Rows, Lag: t.Lag, Gaps: t.Gaps, Looked: t.Looked}
		}
		all[line] = d
	}
	return all
}

// disk measures the file system of the data folder.
type disk struct{ dir string }

var (
	diskFree = prometheus.NewDesc("support_data_free_bytes", "Room left on the disk of the data folder.", nil, nil)
	diskSize = prometheus.NewDesc("support_data_size_bytes", "Size of the disk of the data folder.", nil, nil)
)

// Describe names the metrics.
func (disk) Describe(to chan<- *prometheus.Desc) { to <- diskFree; to <- diskSize }

// Collect asks the system; where it does not say, there is no metric.
func (d disk) Collect(to chan<- prometheus.Metric) {
	free, size, err := volume(d.dir)
	if err != nil {
		return
	}
	to <- prometheus.MustNewConstMetric(diskFree, prometheus.GaugeValue, float64(free))
	to <- prometheus.MustNewConstMetric(diskSize, prometheus.GaugeValue, float64(size))
}

// volume is how many bytes the file system of a folder has left, and altogether.
func volume(dir string) (free, size uint64, err error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, 0, err
	}
	return fs.Bavail * uint64(fs.Bsize), fs.Blocks * uint64(fs.Bsize), nil
}

// build says what runs: the module's version, and the commit it was built from where that is known.
func build() handlers.Build {
	b := handlers.Build{Version: version(), Commit: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = s.Value
			}
		}
	}
	return b
}
