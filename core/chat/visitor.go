package chat

import (
	"encoding/json"
	"log/slog"
)

// Visitor is a person who writes in. One who did not prove who she is has no External id.
type Visitor struct {
	ID ID `json:"id"`
	// External is the host's own id for her, from a signed identity.
	External string `json:"external_id,omitempty"`
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	// Attributes is a JSON object of the host's own facts about her.
	Attributes json.RawMessage `json:"attributes,omitempty"`
	Verified   bool            `json:"verified"`
	// Card is the order or product in question, from her last signed identity: a JSON object in the host's own words.
	Card    json.RawMessage `json:"card,omitempty"`
	Locale  string          `json:"locale,omitempty"`
	Page    Page            `json:"page,omitzero"`
	Device  Device          `json:"device,omitzero"`
	Created Time            `json:"created_at"`
	Seen    Time            `json:"seen_at"`
}

// LogValue keeps a visitor's particulars out of logs.
func (v Visitor) LogValue() slog.Value { return slog.StringValue(string(v.ID)) }

// Page is where on the host's site the visitor is.
type Page struct {
	URL      string `json:"url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

// Device is what the visitor holds, read from her request.
type Device struct {
	UserAgent string `json:"user_agent,omitempty"`
	// Name is a short reading of UserAgent: "iPhone · iOS 19 · Safari".
	Name string `json:"name,omitempty"`
}

// Profile is what a visitor, or her host's page, says about her without proof.
type Profile struct {
	Name       string          `json:"name"`
	Email      string          `json:"email"`
	Phone      string          `json:"phone"`
	Attributes json.RawMessage `json:"attributes"`
}

// Check reports what is wrong with a profile.
func (p Profile) Check() error {
	for _, s := range []string{p.Name, p.Email, p.Phone} {
		if s == "" {
			continue
		}
		if err := CheckText(s, 200); err != nil {
			return Invalid("profile", "Name, e-mail and phone are texts of at most 200 characters.")
		}
	}
	if len(p.Attributes) > 8<<10 {
		return Invalid("attributes", "The attributes are larger than 8 KB.")
	}
	if len(p.Attributes) > 0 {
		var m map[string]any
		if err := json.Unmarshal(p.Attributes, &m); err != nil {
			return Invalid("attributes", "The attributes are not a JSON object.")
		}
	}
	return nil
}
