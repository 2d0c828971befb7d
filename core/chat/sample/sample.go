// Package sample is one cast of sample people and what they say, for the demo, the tests and the screenshots.
package sample

import (
	"encoding/json"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Line is the demo's business line.
func Line() chat.Line {
	return chat.Line{Name: "demo", Title: "禾木商城", Color: "#2e6e52", Locale: "zh-CN", ReplyTime: 1, Greeting: map[string]string{
		"zh-CN": "您好，我是禾木的客服\n订单、物流、退换都可以直接问我。",
		"en":    "Hello, this is Hemu\nAsk us anything about orders, delivery or returns.",
	}}
}

// Password opens the console to the sample agents; it exists only where the demo does.
const Password = "demo-password"

// Agents are the two who answer.
func Agents() []chat.Agent {
	return []chat.Agent{
		{Email: "linxiao@demo.example", Name: "林晓", Role: "supervisor", Capacity: 6, Locale: "zh-CN"},
		{Email: "zhouhang@demo.example", Name: "周航", Role: "agent", Capacity: 6, Locale: "zh-CN"},
	}
}

// Canned are replies kept ready for the demo's line.
func Canned() []chat.Canned {
	return []chat.Canned{
		{Shortcut: "hi", Title: "问候", Category: "通用", Body: "{{visitor.name}}，您好，我是{{agent.name}}，很高兴为您服务。请问有什么可以帮您？"},
		{Shortcut: "补发", Title: "破损补发", Category: "售后", Body: "给您补发一只，坏的那只不用寄回，周日前能到。"},
		{Shortcut: "物流", Title: "查物流", Category: "物流", Body: "我查一下物流，请稍等一分钟。"},
		{Shortcut: "发票", Title: "电子发票", Category: "发票", Body: "电子发票已发到您的邮箱，请查收。"},
		{Shortcut: "bye", Title: "结束语", Category: "通用", Body: "好的，有问题随时找我们。祝您生活愉快。"},
		{Shortcut: "ship", Title: "Delivery date", Category: "English", Body: "It arrives by Tuesday. I'll keep an eye on it for you."},
	}
}

// Story is one sample conversation.
type Story struct {
	Visitor chat.Visitor
	Labels  []string
	// Ago is how long ago it was last written to, Pace how long lies between two messages.
	Ago, Pace time.Duration
	// Agent is the place in Agents of whoever has it; -1 while it waits.
	Agent int
	Lines []Say
	// Note is a private note of the agent.
	Note string
	// Score is the rating of one that has ended; 0 leaves it open.
	Score  int
	Closed bool
}

// Say is one message: by the visitor, or by the agent who has the conversation.
type Say struct {
	Agent bool
	Text  string
}

func says(text string) Say    { return Say{Text: text} }
func answers(text string) Say { return Say{Agent: true, Text: text} }

func facts(v map[string]any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of plain values
	}
	return b
}

// Stories are a week of the demo's conversations, the newest first.
func Stories() []Story {
	const day = 24 * time.Hour
	phone := chat.Device{Name: "iPhone · iOS 19.1"}
	desktop := chat.Device{Name: "Windows · Chrome 141"}
	order := chat.Page{URL: "https://hemu.example/orders/20260714-0862", Title: "订单详情 0862", Referrer: "https://hemu.example/orders"}
	return []Story{
		{
			Visitor: chat.Visitor{External: "u_20931", Name: "周明玥", Phone: "138 **** 8013", Email: "zhou.my@hemu.example", Verified: true, Locale: "zh-CN", Page: order, Device: phone,
				Attributes: facts(map[string]any{"会员等级": "PLUS 第 3 年", "累计消费": "¥6,482.00", "收货城市": "上海 徐汇"})},
			Labels: []string{"退换货", "破损"}, Ago: 2 * time.Minute, Pace: time.Minute, Agent: 0,
			Lines: []Say{says("昨天收到的陶杯，杯口裂了一道，能换一只吗？"), answers("抱歉让您扫兴了。照片我看到了，裂纹应该是运输途中磕到的 🙏"), says("是这一单，另一只是好的"),
				answers("给您补发一只，坏的那只不用寄回，周日前能到。补发规则在这里：https://hemu.example/help/replace")},
			Note: "破损补发，仓库周六还能发。@周航 帮忙加急，走 SF 次日。",
		},
		{
			Visitor: chat.Visitor{Name: "陈可", Locale: "zh-CN", Device: chat.Device{Name: "Android 16 · WeChat 8"}, Page: chat.Page{URL: "https://hemu.example/orders/20260716-0417", Title: "物流详情"}},
			Labels:  []string{"物流"}, Ago: 3 * time.Minute, Pace: time.Minute, Agent: -1,
			Lines: []Say{says("在吗"), says("显示签收了但是我没拿到")},
		},
		{
			Visitor: chat.Visitor{External: "u_31177", Name: "Tomás Ferreira", Verified: true, Locale: "en", Device: desktop, Page: chat.Page{URL: "https://hemu.example/en/cart", Title: "Cart"}},
			Labels:  []string{"Shipping"}, Ago: 8 * time.Minute, Pace: 2 * time.Minute, Agent: 1,
			Lines: []Say{says("Hi, when will order 0871 arrive?"), answers("It arrives by Tuesday."), says("Could you ship it to the office instead?")},
		},
		{
			Visitor: chat.Visitor{Name: "访客 8F2K", Locale: "zh-CN", Device: phone}, Ago: time.Minute, Pace: time.Minute, Agent: -1,
			Lines: []Say{says("陶杯可以刻字吗，送朋友")},
		},
		{
			Visitor: chat.Visitor{External: "u_10042", Name: "刘芸", Verified: true, Locale: "zh-CN", Device: desktop},
			Labels:  []string{"报价"}, Ago: 45 * time.Minute, Pace: 3 * time.Minute, Agent: 0,
			Lines: []Say{says("上次的报价单能按 120 套重新算吗？"), answers("可以，我按新的数量算一版，一小时内发您。"), says("好的，辛苦")},
		},
		{
			Visitor: chat.Visitor{External: "u_20007", Name: "赵一鸣", Verified: true, Locale: "zh-CN", Device: phone},
			Labels:  []string{"发票"}, Ago: day, Pace: 2 * time.Minute, Agent: 1, Closed: true, Score: 5,
			Lines: []Say{says("发票抬头开错了，能重开吗？"), answers("能。请把正确的抬头和税号发我。"), says("禾木设计（上海）有限公司，税号 91310000MA1FL00000"), answers("电子发票已发到您的邮箱。")},
		},
		{
			Visitor: chat.Visitor{Name: "Emma Clarke", Locale: "en", Device: desktop},
			Labels:  []string{"VAT"}, Ago: 2*day + 3*time.Hour, Pace: 4 * time.Minute, Agent: 0, Closed: true, Score: 4,
			Lines: []Say{says("Is VAT included in the price?"), answers("Yes, for addresses in the EU and the UK."), says("Great, thanks")},
		},
		{
			Visitor: chat.Visitor{Name: "何青", Locale: "zh-CN", Device: phone},
			Labels:  []string{"缺货"}, Ago: 4 * day, Pace: 5 * time.Minute, Agent: 1, Closed: true,
			Lines: []Say{says("手冲壶炭黑色什么时候有货？"), answers("下周一补货，我给您留一只？"), says("好的，那我等下周补货")},
		},
		{
			Visitor: chat.Visitor{External: "u_18820", Name: "王砚秋", Verified: true, Locale: "zh-CN", Device: phone},
			Labels:  []string{"物流"}, Ago: 6 * day, Pace: 2 * time.Minute, Agent: 0, Closed: true, Score: 5,
			Lines: []Say{says("周六不在家，可以改成周日派送吗？"), answers("已经帮您改成周日派送。"), says("谢谢")},
		},
	}
}
