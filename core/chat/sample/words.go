package sample

// scene is what one kind of conversation goes like; its lines come in turn, the visitor first.
type scene struct {
	locale string
	labels []string
	weight int
	lines  []string
	// also are what a visitor may add, and an agent answer.
	also []string
	// picture is a file of the demo shop that the visitor shows with her first words, card what the agent shows.
	picture string
	card    bool
}

var scenes = []scene{
	{locale: "zh-CN", labels: []string{"物流"}, weight: 9, lines: []string{"我的订单三天没更新了，能帮忙看看吗？", "您好，我查一下，请稍等一分钟。", "好的", "包裹今早到了上海转运中心，明天下午能派送。", "明白了，谢谢"}, also: []string{"可以放驿站吗？", "可以，我给快递员备注了。"}},
	{locale: "zh-CN", labels: []string{"物流"}, weight: 5, lines: []string{"显示签收了但是我没拿到", "别着急，我联系一下派送员。", "麻烦了", "派送员说放在了小区门卫那里，您方便去看一下吗？", "找到了，谢谢！"}},
	{locale: "zh-CN", labels: []string{"退换货", "破损"}, weight: 6, lines: []string{"收到的杯子裂了一道", "抱歉让您扫兴了，给您补发一只，坏的那只不用寄回。", "什么时候能到？", "今天发顺丰，周日前能到。", "好，辛苦"}, picture: "mug.jpg", card: true},
	{locale: "zh-CN", labels: []string{"退换货"}, weight: 5, lines: []string{"买大了，想换小一号的碗", "可以换，七天内没有使用过都行。", "运费谁出？", "第一次换货运费我们出，取件码已经发到您手机上。", "好的"}, picture: "bowls.jpg"},
	{locale: "zh-CN", labels: []string{"发票"}, weight: 5, lines: []string{"电子发票在哪里下载？", "在订单详情最下面，点「申请发票」就行。", "抬头填错了能改吗？", "能，我已经帮您作废了，重新填一次就好。", "改好了，谢谢"}},
	{locale: "zh-CN", labels: []string{"售前"}, weight: 7, lines: []string{"手冲壶可以用电磁炉吗？", "可以，壶底是不锈钢复合底。", "容量多大？", "600 ml，大约四杯。", "那我下单了"}, also: []string{"有现货吗？", "有，下午四点前付款当天发。"}, card: true},
	{locale: "zh-CN", labels: []string{"售前"}, weight: 4, lines: []string{"陶杯可以刻字吗，送朋友", "可以刻一行，最多八个字，多等三天。", "刻「平安喜乐」", "好的，我给您备注了，刻字免费。", "太好了"}},
	{locale: "zh-CN", labels: []string{"优惠"}, weight: 4, lines: []string{"会员日的券怎么用不了？", "我看一下，您的券是满 200 可用，购物车现在是 186。", "哦哦明白了", "差 14 元，加一块茶巾正好。", "哈哈好的"}},
	{locale: "zh-CN", labels: []string{"缺货"}, weight: 3, lines: []string{"炭黑色什么时候有货？", "下周一补货，我给您留一只？", "好", "到货我第一时间通知您。"}},
	{locale: "zh-CN", labels: []string{"退款"}, weight: 4, lines: []string{"退款什么时候到账？", "昨天已经原路退回，银行一般 1–3 个工作日。", "好的我等等", "三天后还没到的话随时找我。"}, also: []string{"能不能快一点？", "我催了一下财务，今天会再核一遍。"}},
	{locale: "zh-CN", labels: []string{"会员"}, weight: 3, lines: []string{"积分快过期了能换什么？", "您有 3,240 分，可以换一条亚麻茶巾。", "怎么换？", "会员中心 · 积分商城，今天换今天发。", "好"}, picture: "linen.jpg"},
	{locale: "zh-CN", labels: []string{"报价", "企业"}, weight: 2, lines: []string{"公司想订 120 套做伴手礼，有折扣吗？", "有的，100 套以上九折，可以印 logo。", "能开专票吗？", "可以。报价单我一小时内发您邮箱。", "等你消息"}},
	{locale: "en", labels: []string{"Shipping"}, weight: 5, lines: []string{"Hi, when will my order arrive?", "Let me check, one moment.", "Thanks", "It left the warehouse this morning and arrives by Tuesday.", "Great, thank you"}, also: []string{"Could you ship it to my office instead?", "Done. The new address is on the label."}},
	{locale: "en", labels: []string{"Returns"}, weight: 3, lines: []string{"The kettle has a dent. Can I return it?", "Sorry about that. You can, or I'll send you a new one today.", "A new one, please", "It's on its way. Please keep the old one."}, picture: "kettle.jpg"},
	{locale: "en", labels: []string{"VAT"}, weight: 2, lines: []string{"Is VAT included in the price?", "Yes, for addresses in the EU and the UK.", "And duties to Norway?", "Those are paid on delivery, about 12%.", "OK, thanks"}},
	{locale: "en", labels: []string{"Product"}, weight: 3, lines: []string{"Is the mug dishwasher safe?", "It is. Avoid the bottom rack, it's hot there.", "Perfect", "Anything else I can help with?", "No, that's all"}, card: true},
}

var (
	families = []string{"陈", "李", "王", "张", "刘", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢"}
	givens   = []string{"可", "芸", "一鸣", "砚秋", "明玥", "思远", "若溪", "子墨", "雨桐", "嘉禾", "清越", "知夏", "文博", "安然", "晓彤", "景行", "书瑶", "亦凡", "念慈", "启明"}
	english  = []string{"Emma Clarke", "Tomás Ferreira", "Noah Berg", "Aisha Khan", "Lucas Martin", "Olivia Rossi", "Henrik Dahl", "Chloe Dubois", "Ben Carter", "Sofia Novak", "Liam O’Brien", "Mia Schmidt"}

	comments = []struct {
		locale string
		score  int
		text   string
	}{
		{"zh-CN", 5, "三分钟就说好补发，没有来回拍照。"}, {"zh-CN", 5, "回复很快，解释得清楚。"}, {"zh-CN", 5, "态度好，问题解决了。"}, {"zh-CN", 4, "还可以，就是等了一会儿。"},
		{"zh-CN", 5, "刻字的备注也帮我弄好了，谢谢。"}, {"zh-CN", 3, "转人工等了两次，希望快一点。"}, {"zh-CN", 2, "问了两遍订单号。"}, {"zh-CN", 4, "发票改得很快。"}, {"zh-CN", 1, "一直没人回，最后自己找到的。"},
		{"en", 5, "Quick and friendly."}, {"en", 5, "Sorted in two minutes."}, {"en", 4, "Good, though I had to ask twice."}, {"en", 3, "It took a while to get an answer."},
	}

	notes = []string{"老客户，优先处理。", "已和仓库确认，周六还能发。", "财务周一核对。", "快递单号已补录。", "Asked the warehouse, they ship today.", "客户比较急，@林晓 帮忙盯一下。"}

	devices = []string{"iPhone · iOS 19.1", "Android 16 · WeChat 8", "Windows · Chrome 141", "macOS · Safari 19", "HarmonyOS 5", "Android 15 · Chrome 140"}
	pages   = []string{"订单详情", "购物车", "会员中心", "手作陶杯", "细口手冲壶", "物流详情"}
)
