// A WeChat mini-program's page with the chat. Its wxml is one line:
//   <web-view src="{{src}}" bindmessage="hear" />
// Put chat.example.com among the business domains (业务域名) of the mini-program.
//
// A mini-program cannot speak to the page it shows, and hears it only when that is left. So the page goes without a hello:
// links open pages/web/web?url=…, closing goes back, and the rest, such as unread, arrives with the next event.

const PAGE = "https://chat.example.com/c/shop?header=0";

Page({
  data: { src: "" },

  onLoad() {
    // <web-view> sends no POST and takes no cookie, and an identity belongs in no address: here the visitor is anonymous, and
    // remembered by the WebView's own cookie.
    this.setData({ src: PAGE });
  },

  hear({ detail }) {
    for (const message of detail.data) {
      if (message.op === "unread") getApp().globalData.unread = message.n;
      else if (message.op === "title") wx.setNavigationBarTitle({ title: message.text });
    } // what is not known is passed over
  },
});
