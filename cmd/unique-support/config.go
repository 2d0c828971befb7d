package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// config is every setting there is, as flag and as environment variable. It runs with none of them set.
type config struct {
	Addr          string        `env:"SUPPORT_ADDR" default:":8080" help:"Where the public listens."`
	OpsAddr       string        `env:"SUPPORT_OPS_ADDR" default:"127.0.0.1:9090" help:"Where metrics and profiles listen; empty for nowhere."`
	Data          string        `env:"SUPPORT_DATA" default:"./data" help:"The folder of what is kept beside the database." type:"path"`
	DatabaseURL   string        `env:"DATABASE_URL" name:"database-url" help:"The main database; empty for a private Postgres under the data folder."`
	BaseURL       string        `env:"SUPPORT_BASE_URL" name:"base-url" help:"Where people reach the server, such as https://chat.example.com."`
	Secret        string        `env:"SUPPORT_SECRET" help:"Signs visitors' tokens, 32 bytes or more; generated and kept under the data folder when empty."`
	AdminEmail    string        `env:"SUPPORT_ADMIN_EMAIL" default:"admin@example.com" help:"The first administrator's e-mail."`
	AdminPassword string        `env:"SUPPORT_ADMIN_PASSWORD" help:"The first administrator's password; generated and printed once when empty."`
	Demo          bool          `env:"SUPPORT_DEMO" help:"A sample line, sample agents and a sample shop at /demo."`
	DemoWeek      bool          `env:"SUPPORT_DEMO_WEEK" help:"With the demo, a week of sample conversations on three lines, if nobody has written yet."`
	Limits        string        `env:"SUPPORT_LIMITS" default:"on" enum:"on,off" help:"off lifts every rate limit, for load tests."`
	FileMB        int64         `env:"SUPPORT_FILE_MB" name:"file-mb" default:"20" help:"The largest picture or file somebody may send, in megabytes (of 1,048,576 bytes), 1 to 200."`
	Proxies       []string      `env:"SUPPORT_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8."`
	HookNetworks  []string      `env:"SUPPORT_HOOK_NETWORKS" help:"Private networks that push hooks may reach, such as 10.0.0.0/8; none otherwise."`
	SMTPURL       string        `env:"SUPPORT_SMTP_URL" name:"smtp-url" help:"The server that sends mail, such as smtp://user:password@mail.example.com:587; empty for no mail."`
	MailFrom      string        `env:"SUPPORT_MAIL_FROM" help:"Whom mail is from, such as Support <support@example.com>."`
	OIDCIssuer    string        `env:"SUPPORT_OIDC_ISSUER" name:"oidc-issuer" help:"The company's own sign-in, such as https://login.example.com; empty for none."`
	OIDCClientID  string        `env:"SUPPORT_OIDC_CLIENT_ID" name:"oidc-client-id" help:"Who the desk is there."`
	OIDCSecret    string        `env:"SUPPORT_OIDC_CLIENT_SECRET" name:"oidc-client-secret" help:"Its secret there; empty for a public client."`
	OIDCName      string        `env:"SUPPORT_OIDC_NAME" name:"oidc-name" help:"What the sign-in page calls it."`
	OIDCDomains   []string      `env:"SUPPORT_OIDC_DOMAINS" name:"oidc-domains" help:"Domains whose addresses join without being invited, such as example.com; none otherwise."`
	OIDCRole      string        `env:"SUPPORT_OIDC_ROLE" name:"oidc-role" default:"agent" help:"The role of those who join so."`
	OIDCLines     []string      `env:"SUPPORT_OIDC_LINES" name:"oidc-lines" help:"Their lines; all there are when empty."`
	SecondFactor  string        `env:"SUPPORT_SECOND_FACTOR" default:"optional" enum:"optional,admins,everyone" help:"Who has to show a code of the phone besides the password: whoever wants to, those who may change lines or the team, or everyone."`
	LeaveNotice   time.Duration `env:"SUPPORT_LEAVE_NOTICE" default:"0s" help:"How long /readyz says that this node leaves before it does, for a balancer to notice."`
	Node          string        `env:"SUPPORT_NODE" help:"What metrics and logs call this process; the machine's name and the port when empty."`
	Canary        time.Duration `env:"SUPPORT_CANARY" default:"15s" help:"How often each line is tried with a message nobody sees; 0 for never."`
	LogLevel      string        `env:"SUPPORT_LOG" default:"info" enum:"debug,info,warn,error" help:"The least that is logged."`
	LogFormat     string        `env:"SUPPORT_LOG_FORMAT" default:"auto" enum:"auto,text,json" help:"How it is logged; auto is text at a terminal, JSON elsewhere."`

	log io.Writer
}

// folder makes the data folder, if it is not there, and returns where it is.
func (c *config) folder() (string, error) {
	dir, err := filepath.Abs(c.Data)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	return dir, nil
}

// secret returns the key that signs tokens: the one that is set, else the one kept, else a new one that is kept from now on.
func (c *config) secret() ([]byte, error) {
	if c.Secret != "" {
		if len(c.Secret) < 32 {
			return nil, errors.New("SUPPORT_SECRET must have at least 32 bytes")
		}
		return []byte(c.Secret), nil
	}
	dir, err := c.folder()
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "secret")
	var fresh [32]byte
	_, _ = rand.Read(fresh[:])
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(hex.EncodeToString(fresh[:]) + "\n")
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return nil, fmt.Errorf("keep the secret: %w", err)
		}
	} else if !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("keep the secret: %w", err)
	}
	kept, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if kept = []byte(strings.TrimSpace(string(kept))); len(kept) < 32 {
		return nil, fmt.Errorf("%s is damaged: it must hold at least 32 bytes; remove it to get a new one (every visitor then starts anew)", name)
	}
	return kept, nil
}

// base returns where people reach the server, without a slash at the end; "" when it is whatever they typed.
func (c *config) base() (string, error) {
	if c.BaseURL == "" {
		return "", nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("SUPPORT_BASE_URL is %q; it is written https://chat.example.com, without a path", c.BaseURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// node is what people call this process, unless they chose: the machine's name and the port, so that two on one machine differ.
func (c *config) node(listens net.Addr) string {
	if c.Node != "" {
		return c.Node
	}
	name, err := os.Hostname()
	if err != nil {
		name = "desk"
	}
	if _, port, err := net.SplitHostPort(listens.String()); err == nil {
		name += ":" + port
	}
	return name
}

// hookNetworks are the networks that are not public and yet may be called.
func (c *config) hookNetworks() ([]netip.Prefix, error) {
	var nets []netip.Prefix
	for _, s := range c.HookNetworks {
		n, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("SUPPORT_HOOK_NETWORKS: %w", err)
		}
		nets = append(nets, n.Masked())
	}
	return nets, nil
}

func (c *config) proxies() ([]*net.IPNet, error) {
	var nets []*net.IPNet
	for _, s := range c.Proxies {
		_, n, err := net.ParseCIDR(s)
		if err != nil {
			return nil, fmt.Errorf("SUPPORT_PROXIES: %w", err)
		}
		nets = append(nets, n)
	}
	return nets, nil
}
