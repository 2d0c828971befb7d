package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		files map[string]string
		want  int64
	}{
		"nowhere":                        {nil, 0},
		"version 2":                      {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "268435456\n"}, 268435456},
		"a group above allows less":      {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "268435456\n", "sys/fs/cgroup/a/memory.max": "134217728\n"}, 134217728},
		"no limit":                       {map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 0},
		"a container's own root":         {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1073741824\n"}, 1 << 30},
		"version 1":                      {map[string]string{"proc/self/cgroup": "9:cpu:/c\n8:memory:/m\n", "sys/fs/cgroup/memory/m/memory.limit_in_bytes": "536870912\n"}, 512 << 20},
		"version 1, the path is another": {map[string]string{"proc/self/cgroup": "8:memory:/docker/x\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n"}, 512 << 20},
		"version 1, no limit":            {map[string]string{"proc/self/cgroup": "8:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, text := range test.files {
				file = filepath.Join(root, file)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got := memoryLimit(root); got != test.want {
				t.Errorf("the limit is %d, want %d", got, test.want)
			}
		})
	}
}

func TestStreamsIn(t *testing.T) {
	t.Parallel()
	for memory, want := range map[int64]int{0: 0, 64 << 20: 1, 128 << 20: 2048, 1 << 30: 59392} {
		if got := streamsIn(memory); got != want {
			t.Errorf("%d MB have room for %d streams, want %d", memory>>20, got, want)
		}
	}
}

func TestFewer(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]int{{0, 0, 0}, {5, 0, 5}, {0, 7, 7}, {5, 7, 5}, {7, 5, 5}} {
		if got := fewer(test[0], test[1]); got != test[2] {
			t.Errorf("the smaller of %d and %d is %d", test[0], test[1], got)
		}
	}
}
