package main

import (
	"math/rand/v2"
	"strings"
)

// chatter is what people write to a shop and its agents, short lines most often; see docs/performance.md.
var chatter = []struct {
	weight int
	texts  []string
}{
	{30, []string{"好的", "谢谢", "在吗", "ok", "嗯嗯", "收到", "👍", "thanks!", "可以的", "稍等"}},
	{35, []string{
		"您好，请问什么时候发货？", "我的订单还没有收到", "可以改一下收货地址吗？", "Is this still in stock?", "这个有黑色的吗？🙂",
		"My parcel has not arrived yet.", "退款大概几天到账？", "Which size should I take?", "请您提供一下订单号", "已经帮您催促仓库了",
	}},
	{25, []string{
		"您好，您的订单已经从仓库发出，预计后天上午可以送到，届时快递员会提前电话联系您，请您保持手机畅通，谢谢您的理解与支持，祝您生活愉快",
		"I ordered two of these last week, but only one was in the box and the invoice says that both were shipped together.",
		"非常抱歉给您带来不便，我们这边已经为您登记了换货申请，请您把商品连同包装一起寄回，运费由我们承担，收到后会马上给您补发新的商品",
	}},
	{10, []string{
		strings.Repeat("事情是这样的，我上周下单的时候选择了次日达，但是一直到今天都没有收到，物流信息也没有更新。", 3),
		strings.Repeat("Before I send it back I would like to understand what went wrong with the delivery and who is going to pay for it. ", 3),
	}},
}

// text returns what is written next.
func text(r *rand.Rand) string {
	n := r.IntN(100)
	for _, c := range chatter {
		if n -= c.weight; n < 0 {
			return c.texts[r.IntN(len(c.texts))]
		}
	}
	return chatter[0].texts[0]
}
