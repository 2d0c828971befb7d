package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// diagnoseFolder looks at the data folder and its disk.
func (c *config) diagnoseFolder() []finding {
	dir, err := c.folder()
	if err != nil {
		return []finding{bad("data folder", err.Error(), "", "Make the folder, and let the account that runs the server write there.")}
	}
	free, _, err := volume(dir)
	if err != nil {
		return []finding{bad("data folder", err.Error(), "", "")}
	}
	found := []finding{well("data folder " + dir)}
	if free < 1<<30 {
		found = append(found, bad("disk", fmt.Sprintf("%s has only %d MB left", dir, free>>20), "A Postgres on it accepts nothing when it is full.", "Make room, or move the folder to a larger disk."))
	} else {
		found = append(found, well(fmt.Sprintf("disk (%d GB free)", free>>30)))
	}
	return found
}

// diagnoseFiles looks at how many files a process may have open.
func diagnoseFiles() finding {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return bad("open files", err.Error(), "", "")
	}
	return judgeFiles(l.Max)
}

func judgeFiles(limit uint64) finding {
	why, do := "Every visitor online takes one.", "Raise it: LimitNOFILE=65536 in the service, or ulimit -n."
	switch {
	case limit < 4096:
		return bad("open files", fmt.Sprintf("the limit is %d", limit), why, do)
	case limit < 20_000:
		return minor("open files", fmt.Sprintf("the limit is %d", limit), why, do)
	}
	return well(fmt.Sprintf("open files (%d)", limit))
}

// diagnoseSettings looks for settings that are unsafe where others reach the server.
func (c *config) diagnoseSettings() []finding {
	found := []finding{c.diagnoseSecret()}
	if c.Limits == "off" {
		found = append(found, bad("rate limits", "they are off", "Anybody may send and try passwords without end.", "Unset SUPPORT_LIMITS."))
	} else {
		found = append(found, well("rate limits"))
	}
	switch host, _, err := net.SplitHostPort(c.OpsAddr); {
	case c.OpsAddr == "":
		found = append(found, minor("operator's address", "there is none", "Nobody sees when a line is sick.", "Set SUPPORT_OPS_ADDR=127.0.0.1:9090."))
	case err != nil:
		found = append(found, bad("operator's address", fmt.Sprintf("%q is no address", c.OpsAddr), "", "Set SUPPORT_OPS_ADDR=127.0.0.1:9090."))
	case public(host):
		found = append(found, bad("operator's address", c.OpsAddr+" can be reached from outside", "Profiles and numbers of the server are for everybody to read.", "Set SUPPORT_OPS_ADDR=127.0.0.1:9090, or an address of a private network."))
	default:
		found = append(found, well("operator's address "+c.OpsAddr))
	}
	if u, err := url.Parse(c.BaseURL); err == nil && c.Demo && c.BaseURL != "" && public(u.Hostname()) {
		found = append(found, bad("demo", "it is on at "+c.BaseURL, "Its agents have a public password.", "Unset SUPPORT_DEMO and disable its agents (user disable)."))
	}
	return found
}

// public reports whether an address may be reached from other networks. A name is taken to be, but for localhost.
func public(host string) bool {
	if host == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || ip.IsUnspecified() || !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast()
}

// diagnoseSecret looks at the key that signs visitors' tokens, and makes none.
func (c *config) diagnoseSecret() finding {
	const why, do = "Whoever guesses or reads it can be any visitor.", "Let the server make one: unset SUPPORT_SECRET on a single node, or set the output of `openssl rand -hex 32` on all."
	secret := c.Secret
	if secret == "" {
		name := filepath.Join(c.Data, "secret")
		info, err := os.Stat(name)
		if os.IsNotExist(err) {
			return well("secret (there is none yet; serve makes it)")
		}
		if err != nil {
			return bad("secret", err.Error(), "", "")
		}
		if info.Mode().Perm()&0o077 != 0 {
			return bad("secret", name+" can be read by other accounts", why, "chmod 600 "+name)
		}
		kept, err := os.ReadFile(name)
		if err != nil {
			return bad("secret", err.Error(), "", "Let the account that runs the server read it.")
		}
		secret = strings.TrimSpace(string(kept))
	}
	letters := map[byte]bool{}
	for i := range len(secret) {
		letters[secret[i]] = true
	}
	switch {
	case len(secret) < 32:
		return bad("secret", "it has fewer than 32 bytes; the server does not start with it", why, do)
	case len(letters) < 10:
		return bad("secret", "it is easy to guess", why, do)
	}
	return well("secret")
}
