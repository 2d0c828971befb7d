package chat

import (
	"errors"
	"strings"
	"testing"
)

func TestAttributes_Check(t *testing.T) {
	t.Parallel()
	level := Attribute{Name: "level", Type: "choice", Label: map[string]string{"zh-CN": "等级"}, Choices: map[string]map[string]string{"zh-CN": {"gold": "金卡"}}}
	if err := (Attributes{level, {Name: "注册日期", Type: "date"}}).Check(); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]Attributes{
		"twice":                    {level, level},
		"no name":                  {{Type: "text"}},
		"a name with space":        {{Name: " x", Type: "text"}},
		"no such type":             {{Name: "x", Type: "colour"}},
		"nothing to choose from":   {{Name: "x", Type: "choice"}},
		"choices of a text":        {{Name: "x", Type: "text", Choices: level.Choices}},
		"a label that is too long": {{Name: "x", Type: "text", Label: map[string]string{"en": strings.Repeat("x", 41)}}},
		"a choice without a name":  {{Name: "x", Type: "choice", Choices: map[string]map[string]string{"en": {"a": " "}}}},
	} {
		if err := bad.Check(); !errors.Is(err, Invalid("attribute", "")) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := make(Attributes, 0, 31).Check(); err != nil {
		t.Error(err)
	}
	if level.Called("en") != "等级" || (Attribute{Name: "x"}).Called("en") != "x" || level.Choice("zh-CN", "gold") != "金卡" || level.Choice("zh-CN", "tin") != "" {
		t.Error("it is called something else")
	}
}
